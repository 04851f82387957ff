"""Inverse-variance-weighted Gaussian smoothing of spectra, for display."""

from __future__ import annotations

import numpy as np

__all__ = ["smoothed"]

_REACH = 4.0  # widths, beyond which a Gaussian counts as nothing
_NARROWEST_PX = 0.1  # beside which the next pixel weighs exp(−50)


def smoothed(flux: np.ndarray, ivar: np.ndarray, width_px: float) -> np.ndarray:
    """The running mean of a spectrum, each pixel weighted by a Gaussian times its inverse variance.

    ``f'_i = Σ_j g(i − j) ivar_j f_j / Σ_j g(i − j) ivar_j``, ``g`` cut off at four widths. Pixels
    without data weigh nothing and stay without: no gap is closed.

    Parameters
    ----------
    flux : (D,)
        Anything where there is no data.
    ivar : (D,)
        At least 0; 0 where there is no data. All alike for a plain Gaussian.
    width_px
        Standard deviation of the Gaussian, pixels; below 0.1 the flux stays as it is.

    Returns
    -------
    (D,) float64; NaN where there is no data.

    Raises
    ------
    ValueError
        Shapes differ, or the width is negative or not finite.
    """
    flux, ivar = np.asarray(flux, np.float64), np.asarray(ivar, np.float64)
    if flux.ndim != 1 or flux.shape != ivar.shape:
        raise ValueError(f"flux {flux.shape} and ivar {ivar.shape} are not one spectrum")
    if not (np.isfinite(width_px) and width_px >= 0):
        raise ValueError(f"width_px must be 0 or more, got {width_px}")
    good = np.isfinite(flux) & (ivar > 0)
    if width_px < _NARROWEST_PX or not good.any():
        return np.where(good, flux, np.nan)
    # In units of the largest, so that neither product can overflow.
    weight = np.where(good, ivar, 0.0) / ivar[good].max()
    level = max(np.abs(flux[good]).max(), np.finfo(np.float64).tiny)
    total = _blurred(np.where(good, flux, 0.0) / level * weight, width_px)
    norm = _blurred(weight, width_px)
    known = good & (norm > 0)
    mean = np.divide(total, norm, out=np.full(flux.shape, np.nan), where=known) * level
    # A weight lost to rounding beside a far larger one leaves the pixel's own flux.
    mean = np.where(good & ~known, flux, mean)
    return np.clip(mean, flux[good].min(), flux[good].max(), where=good, out=mean)


def _blurred(values: np.ndarray, width_px: float) -> np.ndarray:
    from scipy.ndimage import gaussian_filter1d  # slow to load, and a page opens unsmoothed

    return gaussian_filter1d(values, width_px, mode="constant", truncate=_REACH)
