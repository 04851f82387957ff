"""Noise drawn per detector pixel, then resampled as the flux was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["LOG_PIXELS", "DetectorPixels", "noise_draws"]


@dataclass(frozen=True, slots=True)
class DetectorPixels:
    """Where the pixels of a survey lie, in which its noise is independent.

    Attributes
    ----------
    spacing
        ``log``: equally spaced in log10 λ, at whole multiples of the step. ``linear``: in λ.
    step
        dex, or Å in the observed frame.

    Raises
    ------
    ValueError
        The step is not positive.
    """

    spacing: Literal["log", "linear"]
    step: float

    def __post_init__(self) -> None:
        if not self.step > 0:
            raise ValueError(f"pixels must have a step above 0, got {self.step}")

    def position(self, wave_obs_aa: NDArray[np.floating]) -> NDArray[np.float64]:
        """Wavelengths (D,), observed vacuum Å, counted in pixels."""
        wave = np.asarray(wave_obs_aa, np.float64)
        return (np.log10(wave) if self.spacing == "log" else wave) / self.step


# Of SDSS, BOSS and LAMOST: 69 km/s.
LOG_PIXELS = DetectorPixels("log", 1e-4)


def noise_draws(
    ivar: NDArray[np.floating],
    wave_obs_aa: NDArray[np.floating],
    pixels: DetectorPixels | None,
    rngs: list[np.random.Generator],
) -> NDArray[np.float32]:
    """Noise as a spectrum's errors describe it, one draw from each generator.

    A spectrum that was interpolated from detector pixels has at each wavelength the noise
    w₁n₁ + w₂n₂ of two of them, so neighbours share a pixel: drawn independently their errors
    would average out sooner than they do. The pixels' own errors are no longer known, but those on
    the new wavelengths are, and errors vary slowly: unit noise is drawn in the pixels, carried
    over, and scaled to the variance that is known.

    Parameters
    ----------
    ivar : (D,)
        Inverse variance, 0 where there is no data.
    wave_obs_aa : (D,)
        Observed vacuum Å, increasing.
    pixels
        From which the spectrum was interpolated; None if these are the detector's own.
    rngs
        R generators.

    Returns
    -------
    noise : (R, D)
        In the flux's unit; 0 where there is no data.
    """
    ivar = np.asarray(ivar, np.float64)
    sigma = np.sqrt(np.divide(1.0, ivar, out=np.zeros(ivar.shape), where=ivar > 0))
    if pixels is None:
        unit = np.stack([rng.standard_normal(len(ivar)) for rng in rngs])
        return (unit * sigma).astype(np.float32)
    position = pixels.position(wave_obs_aa)
    first = np.floor(position[0])
    left = np.floor(position - first).astype(np.int64)
    right = position - first - left
    drawn = np.stack([rng.standard_normal(int(left[-1]) + 2) for rng in rngs])
    mixed = (1.0 - right) * drawn[:, left] + right * drawn[:, left + 1]
    return (mixed * (sigma / np.hypot(1.0 - right, right))).astype(np.float32)
