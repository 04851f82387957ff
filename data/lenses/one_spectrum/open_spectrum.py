"""A spectrum as seen through a lens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..lenses import Lens

if TYPE_CHECKING:
    from ....core.targets import Target
    from ...collection.pixels.exposures import Exposures

__all__ = ["OpenSpectrum", "TargetOfFlux"]


class TargetOfFlux(Protocol):
    """Explains spectra that no row holds."""

    def target(self, name: str, flux: np.ndarray, sn_median: float) -> Target:
        """The target of this name for a prepared flux (D,) of this median S/N of a pixel."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class OpenSpectrum:
    """A spectrum that has been opened through a lens.

    Attributes
    ----------
    id, row
        Which one; row −1 if it is in no collection.
    lens
        Through which it is seen.
    z
        Redshift, NaN if unknown.
    reason
        Why this lens cannot take it; empty if it can.
    wave_rest_aa, flux : (D,)
        As the model sees it; empty if the lens cannot take it.
    verdict
        What the model says; None if the lens cannot take it.
    outside
        Explains it, if it is not as the collection holds it: a file from outside, or a row whose
        redshift is tried.
    flux_unit
        Before preparation, as in its file; empty if unknown.
    sn_median
        Median S/N of a pixel before preparation, if it is in no collection; else NaN.
    exposures
        Simulates other exposures of it, if it is in no collection.
    z_warning
        The survey's warning about its redshift, in words.
    how_read
        Of what is in no collection: its medium and its facts, by their names in a catalog.
    """

    id: str
    row: int
    lens: Lens
    z: float
    reason: str
    wave_rest_aa: np.ndarray
    flux: np.ndarray
    verdict: Any
    outside: TargetOfFlux | None = None
    flux_unit: str = ""
    sn_median: float = float("nan")
    exposures: Exposures | None = None
    z_warning: str = ""
    how_read: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def tried(self) -> bool:
        """Whether it is a row of the collection at a redshift that is not its own."""
        return self.row >= 0 and self.outside is not None
