"""Wavelength grids, and resampling of spectra and their errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["COLLECTION_GRID", "WIDEST_STEP_AA", "WaveGrid", "reaches", "resample"]


@dataclass(frozen=True, slots=True)
class WaveGrid:
    """Equally spaced rest-frame vacuum wavelengths, start included, stop left out (as in range).

    Attributes
    ----------
    start_aa
        First pixel, Å.
    stop_aa
        End, Å; the last pixel is one step before it.
    step_aa
        Spacing, Å; must divide stop - start.

    Raises
    ------
    ValueError
        Not 0 < start < stop, or step does not divide the span.
    """

    start_aa: float
    stop_aa: float
    step_aa: float = 1.0

    def __post_init__(self) -> None:
        if not (0 < self.start_aa < self.stop_aa < float("inf") and self.step_aa > 0):
            raise ValueError(
                f"a grid needs 0 < start < stop and step > 0, got {self.start_aa}, "
                f"{self.stop_aa}, {self.step_aa} Å"
            )
        steps = (self.stop_aa - self.start_aa) / self.step_aa
        if abs(steps - round(steps)) > 1e-6:
            raise ValueError(
                f"step {self.step_aa} Å does not divide {self.start_aa}–{self.stop_aa} Å"
            )

    @property
    def n_pixels(self) -> int:
        """Number of pixels D."""
        return round((self.stop_aa - self.start_aa) / self.step_aa)

    @property
    def wave_rest_aa(self) -> np.ndarray:
        """(D,) float64, Å."""
        return self.start_aa + self.step_aa * np.arange(self.n_pixels)


# The union of what both papers use: P21's type 1 spectra reach down to 2714 Å, its intermediate
# ones up to 8319 Å; O25's 3500–7500 Å by 1 Å are a subset of these pixels.
COLLECTION_GRID = WaveGrid(2700.0, 8400.0, 1.0)

# Photometry and lists of lines have wavelengths and fluxes too, which no line of a spectrum joins.
# The broadest lines are some 100 Å wide.
WIDEST_STEP_AA = 50.0

# A step this many times the usual one is a hole in the table, not a coarse pixel.
_HOLE_FACTOR = 2.5
_SOME = 50


def resample(
    wave_aa: np.ndarray,
    flux: np.ndarray,
    ivar: np.ndarray,
    wave_new_aa: np.ndarray,
    *,
    widest_step_aa: float = float("inf"),
) -> tuple[np.ndarray, np.ndarray]:
    """Linear interpolation of flux onto other wavelengths, with the errors it implies.

    ``f = w₁f₁ + w₂f₂`` and ``var = w₁²var₁ + w₂²var₂`` (independent pixels). A new pixel has data
    only if both its neighbours have, or if it falls exactly on one that has: gaps stay gaps, also
    those where pixels are absent from the table.

    Parameters
    ----------
    wave_aa
        (D,) Å, strictly increasing.
    flux
        (..., D), NaN where there is no data.
    ivar
        (..., D), 0 where there is no data.
    wave_new_aa
        (G,) Å, the same frame as wave_aa.
    widest_step_aa
        Between pixels that are farther apart there is no data, Å.

    Returns
    -------
    flux, ivar, each (..., G) float32; NaN and 0 where there is no data.

    Raises
    ------
    ValueError
        Shapes do not agree or wave_aa does not increase.
    """
    wave, new = np.asarray(wave_aa, np.float64), np.asarray(wave_new_aa, np.float64)
    flux, ivar = np.asarray(flux), np.asarray(ivar)
    if wave.ndim != 1 or wave.size < 2 or flux.shape[-1:] != wave.shape or flux.shape != ivar.shape:
        raise ValueError(
            f"cannot resample wavelengths {wave.shape}, flux {flux.shape}, ivar {ivar.shape}"
        )
    if not np.all(np.diff(wave) > 0):
        raise ValueError("wavelengths to resample from must increase")
    left, weight_right, reachable = _neighbours(wave, new, widest_step_aa)
    asked = slice(left.min(initial=wave.size), left.max(initial=0) + 2)
    flux, ivar, left = flux[..., asked], ivar[..., asked], left - asked.start
    if np.all(weight_right == 0):  # the new pixels are among the old: nothing to interpolate
        among: Any = slice(0, left.size) if np.array_equal(left, np.arange(left.size)) else left
        flux, ivar = flux[..., among], ivar[..., among]
        known = np.isfinite(flux) & (ivar > 0) & reachable
        return (
            np.where(known, flux, np.float32(np.nan)).astype(np.float32, copy=False),
            np.where(known, ivar, np.float32(0)).astype(np.float32, copy=False),
        )
    ivar = ivar.astype(np.float64)
    good = np.isfinite(flux) & (ivar > 0)
    return _interpolate(flux, ivar, good, left, weight_right, reachable)


def reaches(wave_aa: np.ndarray, has_data: np.ndarray, wave_new_aa: np.ndarray) -> bool:
    """Whether :func:`resample` onto other wavelengths would give any data.

    Parameters
    ----------
    wave_aa, has_data : (D,)
        Å, strictly increasing, at least two; where there is flux with an error.
    wave_new_aa : (G,)
        Å.
    """
    wave, good = np.asarray(wave_aa, np.float64), np.asarray(has_data, bool)
    new = np.asarray(wave_new_aa, np.float64)
    # Any pixel will do: a few are asked first.
    return _any_known(wave, good, new[::_SOME]) or _any_known(wave, good, new)


def _any_known(wave: np.ndarray, good: np.ndarray, new: np.ndarray) -> bool:
    left, weight_right, reachable = _neighbours(wave, new)
    known = reachable & (good[left] | (weight_right == 1)) & (good[left + 1] | (weight_right == 0))
    return bool(known.any())


def _interpolate(
    flux: np.ndarray,
    ivar: np.ndarray,
    good: np.ndarray,
    left: np.ndarray,
    weight_right: np.ndarray,
    reachable: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    variance = np.divide(1.0, ivar, out=np.zeros(ivar.shape), where=good)
    flux = np.where(good, flux, 0.0).astype(np.float64)
    weight_left = 1.0 - weight_right
    known = reachable & (good[..., left] | (weight_left == 0))
    known &= good[..., left + 1] | (weight_right == 0)
    flux_new = weight_left * flux[..., left] + weight_right * flux[..., left + 1]
    variance_new = weight_left**2 * variance[..., left] + weight_right**2 * variance[..., left + 1]
    ivar_new = np.divide(1.0, variance_new, out=np.zeros(variance_new.shape), where=known)
    return np.where(known, flux_new, np.nan).astype(np.float32), ivar_new.astype(np.float32)


def _neighbours(
    wave: np.ndarray, new: np.ndarray, widest_step_aa: float = float("inf")
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Left neighbour, weight of the right one, and whether the two may be joined; each (G,)."""
    left = np.clip(np.searchsorted(wave, new, side="right") - 1, 0, wave.size - 2)
    weight_right = (new - wave[left]) / (wave[left + 1] - wave[left])
    inside = (new >= wave[0]) & (new <= wave[-1])
    on_pixel = (weight_right == 0) | (weight_right == 1)
    apart = _holes(wave) | (np.diff(wave) > widest_step_aa)
    return left, weight_right, inside & (on_pixel | ~apart[left])


def _holes(wave: np.ndarray) -> np.ndarray:
    """(D-1,) True where pixels are absent between two, on linear and logarithmic grids alike."""
    step = np.diff(wave)
    if step.max() <= _HOLE_FACTOR * step.min():  # no median is needed
        return np.zeros(step.shape, bool)
    relative = step / wave[:-1]
    if relative.max() <= _HOLE_FACTOR * relative.min():
        return np.zeros(step.shape, bool)
    return (step > _HOLE_FACTOR * np.median(step)) & (relative > _HOLE_FACTOR * np.median(relative))
