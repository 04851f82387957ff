"""The open spectrum as seen through a lens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ....data.collection.catalog_facts import flux_unit_of, z_warning_of
from ....data.lenses.lenses import AgnLens, Lens
from ...workspace.workspace import Workspace

if TYPE_CHECKING:
    from ....data.collection.exposures import Exposures
    from ....data.lenses.outside_spectrum import OutsideLens

__all__ = ["OpenSpectrum", "open_row"]


@dataclass(frozen=True, slots=True, eq=False)
class OpenSpectrum:
    """A spectrum that has been opened.

    Attributes
    ----------
    id, row
        Which one; row −1 if it is of no collection.
    lens
        Through which it is seen.
    z
        Redshift, NaN if unknown.
    reason
        Why this lens cannot take it; empty if it can.
    wave_rest_aa, flux
        (D,) as the model sees it; empty if the lens cannot take it.
    verdict
        What the model says; None if the lens cannot take it.
    outside
        Explains it, if it is not as the collection holds it: a file from outside, or a row whose
        redshift is tried.
    flux_unit
        Before it was prepared, as its file has it; empty if not known.
    sn_median
        Median S/N of a pixel before, of one of no collection; NaN if not known.
    exposures
        What other exposures of it may look like, of one of no collection.
    z_warning
        What its survey warns of with its redshift, in words.
    """

    id: str
    row: int
    lens: Lens
    z: float
    reason: str
    wave_rest_aa: np.ndarray
    flux: np.ndarray
    verdict: Any
    outside: OutsideLens | None = None
    flux_unit: str = ""
    sn_median: float = float("nan")
    exposures: Exposures | None = None
    z_warning: str = ""

    @property
    def tried(self) -> bool:
        """Whether it is a row of the collection at a redshift that is not its own."""
        return self.row >= 0 and self.outside is not None


def open_row(
    space: Workspace, lens: Lens, row: int, *, tried_z: float | None = None
) -> OpenSpectrum:
    """Look at a row of the collection through a lens.

    Parameters
    ----------
    space
        Of the collection.
    lens, row
        Which lens, which row.
    tried_z
        A redshift to be tried in place of its own.

    Raises
    ------
    LensError
        It cannot be looked at, with why.
    """
    catalog = space.catalog
    id = str(catalog["id"].iat[row])
    if tried_z is not None:
        from ....data.lenses.tried_redshift import look_at_redshift

        outside, look = look_at_redshift(space.collection, lens, row, tried_z)
        return OpenSpectrum(
            id, row, lens, tried_z, look.reason, look.wave_rest_aa, look.flux, look.verdict,
            outside, look.flux_unit, look.sn_median, look.exposures,
        )  # fmt: skip
    z, reason = float(catalog["z"].iat[row]), lens.reason(row)
    wave, flux, verdict = np.empty(0), np.empty(0), None
    if not reason:
        wave, flux = lens.wave_rest_aa, lens.prepared(row)
        # The lines it lacks follow: see lines_lacking.
        quick = {"lines": False} if isinstance(lens, AgnLens) else {}
        verdict = lens.verdict(row, **quick)
    return OpenSpectrum(
        id, row, lens, z, reason, wave, flux, verdict,
        flux_unit=flux_unit_of(catalog, row), z_warning=z_warning_of(catalog, row),
    )  # fmt: skip
