"""Choice and source of the reddening correction of each spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.words import counted
from ..collection.collection import Collection
from .dust import EBV_COLUMN_ADVICE, DustError, dust_is_there, milky_way_ebv
from .settings import DustSource

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
        mag, 0 where it is not known; None if nothing is to be corrected.
    n_unknown
        Spectra without position or entry, which stay as they are.
    simulated
        They are left as they are because they are simulated.
    """

    source: DustSource
    ebv: np.ndarray | None
    n_unknown: int
    simulated: bool = False

    def metrics(self) -> dict[str, Any]:
        """For a run: where it comes from, in words too."""
        metrics: dict[str, Any] = {"dust": self.source, "dust_note": self.note()}
        if self.ebv is not None:
            metrics |= {"median_ebv": self._median(), "n_without_ebv": self.n_unknown}
        return metrics

    def _median(self) -> float:
        """Of the spectra whose reddening is known; NaN without any."""
        assert self.ebv is not None
        # What is not known stands as 0, the least there is.
        known = np.sort(self.ebv)[self.n_unknown :]
        return float(np.median(known)) if len(known) else 0.0

    def note(self) -> str:
        """One sentence for the reader of a build's report; empty where dust is no matter."""
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
    """What ``"auto"`` comes to here and now; anything else as it is.

    A simulated collection is left as it is, though its Milky Way is in its spectra: whoever
    looks for anomalies in a survey that is not corrected sees them so.
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
        If the map or the column asked for is not there, or an E(B−V) is negative.
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
    """What line ratios are corrected for: as the spectra are, and where known if simulated.

    Parameters
    ----------
    collection, source
        As for :func:`find_reddening`. A simulated collection knows its reddening, with which
        ratios come out as they were put in, also where its spectra are left as they are.

    Raises
    ------
    ValueError
        As that does.
    """
    known = source == "none" and _is_simulated(collection) and _COLUMN in collection.catalog
    return find_reddening(collection, "catalog" if known else source)


def _is_simulated(collection: Collection) -> bool:
    return collection.provenance.get("made_by") == "simulation"
