"""A spectrum as observed, from a collection of either format."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .wave_code import WaveCode

__all__ = ["ObservedSpectrum", "StoredSpectrum", "observed_from_rest"]


@dataclass(frozen=True, slots=True, eq=False)
class ObservedSpectrum:
    """One spectrum in the observed frame, on its own pixels if the collection keeps them.

    Attributes
    ----------
    wave_obs_aa
        (D,) float64, vacuum Å in the observed frame, strictly increasing.
    flux
        (D,) float32, flux density in ``flux_unit``; without data, the file's value or NaN.
    ivar
        (D,) float32, inverse variance of flux, ≥ 0; 0 where there is no data.
    mask
        (D,) bool, True where there is no data.
    model
        (D,) float32, the survey pipeline's own model of the flux, in the same unit; None without.
    z
        Redshift; NaN if unknown.
    flux_unit
        As in its file, for example ``"counts"``; empty if unknown.
    own_pixels
        Whether these are the file's pixels. Otherwise it was interpolated to common rest
        wavelengths: errors of neighbouring pixels are correlated, and the rest is cut off.
    """

    wave_obs_aa: np.ndarray
    flux: np.ndarray
    ivar: np.ndarray
    mask: np.ndarray
    model: np.ndarray | None
    z: float
    flux_unit: str = ""
    own_pixels: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class StoredSpectrum:
    """One spectrum as stored in blocks.

    Attributes
    ----------
    wave
        Observed vacuum Å.
    flux, ivar : (D,)
        float32; NaN and 0 where there is no data.
    model : (D,)
        float32, the model of the survey's pipeline; None without.
    """

    wave: WaveCode
    flux: np.ndarray
    ivar: np.ndarray
    model: np.ndarray | None = None


def observed_from_rest(
    wave_rest_aa: np.ndarray, flux: np.ndarray, ivar: np.ndarray, *, z: float, flux_unit: str = ""
) -> ObservedSpectrum:
    """A spectrum stored at rest, transformed to the observed frame.

    Only wavelengths are multiplied by 1 + z: the flux density is that of the observed frame. Pixels
    before the first and after the last with data are left out.

    Parameters
    ----------
    wave_rest_aa : (D,)
        Vacuum Å, increasing.
    flux, ivar : (D,)
        NaN and 0 where there is no data.
    z
        Redshift.
    flux_unit
        As its file had it.
    """
    missing = ~(np.isfinite(flux) & (ivar > 0))
    good = np.flatnonzero(~missing)
    inside = slice(int(good[0]), int(good[-1]) + 1) if good.size else slice(None)
    return ObservedSpectrum(
        np.asarray(wave_rest_aa, np.float64)[inside] * (1 + z),
        np.asarray(flux, np.float32)[inside],
        np.asarray(ivar, np.float32)[inside],
        missing[inside],
        None,
        z,
        flux_unit,
        own_pixels=False,
    )
