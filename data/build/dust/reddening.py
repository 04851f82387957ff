"""Choice and source of the reddening correction of each spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ....core.words import counted
from ...collection import Collection
from ..settings import DustSource
from .dust_maps import EBV_COLUMN_ADVICE, DustError, dust_is_there, milky_way_ebv

__all__ = ["Reddening", "find_reddening", "reddening_of_lines", "usable_source"]

_COLUMN = "ebv"


@dataclass(frozen=True, slots=True, eq=False)
class Reddening:
    """E(B−V) of the Milky Way towards the spectra of a collection.

    Attributes
    ----------
    source
        ``"map"``, ``"catalog"`` or ``"none"``.
    ebv : (N,) or None
        mag, 0 where it is unknown; None if nothing is corrected.
    n_unknown
        Number of spectra without position or entry, which stay uncorrected.
    simulated
        Whether spectra stay uncorrected because they are simulated.
    """

    source: DustSource
    ebv: np.ndarray | None
    n_unknown: int
    simulated: bool = False

    def metrics(self) -> dict[str, Any]:
        """For a run's metrics: the source, also in words."""
        metrics: dict[str, Any] = {"dust": self.source, "dust_note": self.note()}
        if self.ebv is not None:
            metrics |= {"median_ebv": self._median(), "n_without_ebv": self.n_unknown}
        return metrics

    def _median(self) -> float:
        """Median of the known values; NaN if there are none."""
        assert self.ebv is not None
        # Unknown values are stored as 0, below any known one.
        known = np.sort(self.ebv)[self.n_unknown :]
        return float(np.median(known)) if len(known) else 0.0

    def note(self) -> str:
        """One sentence for the build report; empty if nothing need be said."""
        if self.simulated:
            return ""
        if self.ebv is None:
            return (
                "not corrected for Milky Way dust: fetch the SFD map once with “spexplain download "
                f"dust”, or {EBV_COLUMN_ADVICE}"
            )
        where = "the SFD map (×0.86)" if self.source == "map" else "the catalog's column “ebv”"
        note = f"Milky Way dust corrected with {where}, median E(B-V) {self._median():.3f} mag"
        if not self.n_unknown:
            return note
        return f"{note}; {counted(self.n_unknown, 'spectrum', 'spectra')} without one left"


def usable_source(collection: Collection, wanted: DustSource) -> DustSource:
    """The source that ``"auto"`` stands for at present; any other source unchanged.

    A simulated collection stays uncorrected although its spectra contain Milky Way dust, as in a
    survey that does not correct for it.
    """
    if wanted != "auto":
        return wanted
    if _is_simulated(collection):
        return "none"
    if _COLUMN in collection.catalog:
        return "catalog"
    placed = bool(np.isfinite(collection.catalog["ra"].to_numpy(np.float64)).any())
    return "map" if placed and dust_is_there() else "none"


def find_reddening(collection: Collection, source: DustSource) -> Reddening:
    """The reddening of every spectrum.

    Raises
    ------
    ValueError
        The requested map or column is missing, or an E(B−V) is negative.
    """
    catalog = collection.catalog
    source = usable_source(collection, source)
    if source == "none":
        return Reddening("none", None, 0, simulated=_is_simulated(collection))
    if source == "catalog":
        if _COLUMN not in catalog:
            raise ValueError(f"the catalog of {collection.path} has no column {_COLUMN!r}")
        ebv = catalog[_COLUMN].to_numpy(np.float64)
    else:
        try:
            ebv = milky_way_ebv(catalog["ra"].to_numpy(), catalog["dec"].to_numpy())
        except DustError as error:
            raise ValueError(str(error)) from error
    unknown = ~np.isfinite(ebv)
    return Reddening(source, np.where(unknown, 0.0, ebv), int(unknown.sum()))


def reddening_of_lines(collection: Collection, source: DustSource) -> Reddening:
    """The reddening of line ratios: that of the spectra; known for all simulated ones.

    Parameters
    ----------
    collection, source
        As for :func:`find_reddening`. The reddening of a simulated collection is known, and its
        ratios are corrected even though its spectra are not, which recovers their true values.

    Raises
    ------
    ValueError
        As for :func:`find_reddening`.
    """
    known = source == "none" and _is_simulated(collection) and _COLUMN in collection.catalog
    return find_reddening(collection, "catalog" if known else source)


def _is_simulated(collection: Collection) -> bool:
    return collection.provenance.get("made_by") == "simulation"
