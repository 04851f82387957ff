"""Wavelength axes: Å or nm, vacuum or air, rest or observed frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..air_vacuum import air_to_vacuum, vacuum_to_air

__all__ = ["AxisFrame", "AxisMedium", "AxisUnit", "WaveAxis"]

AxisUnit = Literal["Å", "nm"]
AxisFrame = Literal["rest", "observed"]
AxisMedium = Literal["vacuum", "air"]

_NM = 0.1


@dataclass(frozen=True, slots=True)
class WaveAxis:
    """Conversion of rest-frame vacuum wavelengths to values of the axis.

    Air wavelengths are those of the frame that is shown: what a telescope on the ground measures
    of an observed spectrum, what a line list in air says of one at rest.

    Attributes
    ----------
    unit, frame, medium
        Of the axis.
    z
        Redshift; where it is not known the observed frame is that of rest.
    """

    unit: AxisUnit = "Å"
    frame: AxisFrame = "rest"
    medium: AxisMedium = "vacuum"
    z: float = float("nan")

    @property
    def stretch(self) -> float:
        """Observed over rest wavelength on this axis: 1 + z, or 1."""
        return 1.0 + self.z if self.frame == "observed" and np.isfinite(self.z) else 1.0

    @property
    def label(self) -> str:
        """For the axis: "rest wavelength in vacuum (Å)"."""
        return f"{self._shown_frame} wavelength in {self.medium} ({self.unit})"

    @property
    def short_label(self) -> str:
        """For a short axis: "rest, vacuum (Å)"."""
        return f"{self._shown_frame}, {self.medium} ({self.unit})"

    @property
    def _shown_frame(self) -> AxisFrame:
        return "observed" if self.frame == "observed" and np.isfinite(self.z) else "rest"

    def of_rest(self, wave_rest_aa: np.ndarray | float) -> np.ndarray:
        """Axis values of rest-frame wavelengths in vacuum Å.

        Raises
        ------
        ValueError
            In air, if one is not positive and finite.
        """
        shown = np.asarray(wave_rest_aa, np.float64) * self.stretch
        if self.medium == "air":
            shown = vacuum_to_air(shown)
        return shown * _NM if self.unit == "nm" else shown

    def rest_of(self, shown: np.ndarray | float) -> np.ndarray:
        """Vacuum Å at rest of what the axis shows; the inverse of :meth:`of_rest`.

        Raises
        ------
        ValueError
            In air, if one is not positive and finite.
        """
        wave = np.asarray(shown, np.float64)
        wave = wave / _NM if self.unit == "nm" else wave
        if self.medium == "air":
            wave = air_to_vacuum(wave)
        return wave / self.stretch
