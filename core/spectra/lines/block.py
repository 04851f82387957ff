"""Line measurement of a block of spectra: masking, fit, and quality of each line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .continuum import side_pixels, without_outliers
from .fit import SharedParameters, WindowFit, fit_windows
from .model import WindowData, line_profiles
from .windows import LineWindow

__all__ = ["line_names", "measure_block"]

_F64 = NDArray[np.float64]

_SIDE_PIXELS = 6
_MIN_COVERAGE = 0.8
_DOUBLET, _DOUBLET_SUM = ("oii3726", "oii3729"), "oii"


def line_names(window: LineWindow) -> list[str]:
    """Names of the lines reported for one window; the [O II] doublet is followed by its sum."""
    names = [profile.name for profile in window.profiles]
    return [*names, _DOUBLET_SUM] if names[0] == _DOUBLET[0] else names


def measure_block(
    wave_rest_aa: _F64,
    flux: _F64,
    ivar: _F64,
    windows: Sequence[LineWindow],
    *,
    absorption: bool,
) -> tuple[_F64, _F64]:
    """Lines of a block of spectra small enough for a processor's cache.

    Parameters
    ----------
    wave_rest_aa
        (D,) vacuum Å.
    flux, ivar
        (n, D).
    windows
        What to measure.
    absorption
        Whether stars may absorb beneath Balmer lines.

    Returns
    -------
    (n, L, 4) flux, error, continuum and reduced χ² of each line, NaN where not measurable;
    and the shared parameters (n, 6).
    """
    good = np.isfinite(flux) & (ivar > 0)
    # In units of its noise a spectrum is safe in single precision, whatever its flux unit.
    mean_ivar = np.sum(ivar, axis=1, where=good) / np.maximum(good.sum(axis=1), 1)
    unit = np.where(mean_ivar > 0, mean_ivar, 1.0)[:, None] ** -0.5
    flux, ivar = np.where(good, flux / unit, 0.0), np.where(good, ivar * unit**2, 0.0)
    blocks = [_window_data(w, wave_rest_aa, flux, ivar, absorption) for w in windows]
    shared, fits = fit_windows(blocks, _shared(absorption))
    lines = np.concatenate([_lines(*each, shared) for each in zip(blocks, fits, strict=True)], 1)
    lines[..., :3] *= unit[..., None]
    return lines, shared


def _shared(absorption: bool) -> SharedParameters:
    """Start, prior σ, lowest, highest and longest step of each shared parameter."""
    velocity = (0.0, 80.0, -500.0, 500.0, 200.0)
    ln_sigma = (np.log(150.0), 0.5, np.log(50.0), np.log(700.0), 0.6)
    # Populations of 0.1–10 Gyr absorb 7–1.5 Å at Hβ.
    depth = (2.0, 2.0, -5.0, 15.0, 3.0) if absorption else (0.0, 1e-6, 0.0, 0.0, 0.0)
    ln_width = (np.log(6.5), 0.2, np.log(4.0), np.log(11.0), 0.2)
    columns = [velocity, ln_sigma, velocity, ln_sigma, depth, ln_width]
    return SharedParameters(*np.array(columns).T)


def _window_data(
    window: LineWindow, wave_rest_aa: _F64, flux: _F64, ivar: _F64, absorption: bool
) -> WindowData:
    start, stop = np.searchsorted(wave_rest_aa, (window.start_aa, window.stop_aa))
    wave, flux, ivar = wave_rest_aa[start:stop], flux[:, start:stop], ivar[:, start:stop]
    ivar = without_outliers(window, wave, flux, ivar)
    beside = np.logical_or(*side_pixels(window, wave)) * ivar
    total = beside.sum(axis=1)
    level = np.sum(beside * flux, axis=1) / np.where(total > 0, total, 1.0)
    absorbed = absorption and window.absorption is not None
    return WindowData(window, wave, flux, ivar, np.maximum(level, 0.0), absorbed)


def _lines(data: WindowData, fit: WindowFit, shared: _F64) -> _F64:
    """(n, L, 4) flux, error, continuum and χ² of one window's lines, the doublet's sum last."""
    n_lines = data.n_lines
    flux = fit.coefficients[:, :n_lines]
    covariance = fit.covariance[:, :n_lines, :n_lines]
    variance = np.einsum("nii->ni", covariance)
    waves = np.array([profile.wave_vac_aa for profile in data.window.profiles])
    if len(line_names(data.window)) > n_lines:
        flux = np.column_stack([flux, flux.sum(axis=1)])
        variance = np.column_stack([variance, covariance.sum(axis=(1, 2))])
        waves = np.append(waves, waves.mean())
    error = np.sqrt(np.maximum(variance * np.fmax(1.0, fit.chi2)[:, None], 0.0))
    level, slope = fit.coefficients[:, n_lines], fit.coefficients[:, n_lines + 1]
    continuum = level[:, None] + slope[:, None] * np.interp(waves, data.wave, data.slope)
    chi2 = np.broadcast_to(fit.chi2[:, None], flux.shape)
    lines = np.stack([flux, error, continuum, chi2], axis=2)
    lines[~_measurable(data, fit, shared)] = np.nan
    return lines


def _measurable(data: WindowData, fit: WindowFit, shared: _F64) -> NDArray[np.bool_]:
    """(n, L) whether enough of the line, and continuum on both sides of it, was observed."""
    seen = data.ivar > 0
    sides = [np.count_nonzero(seen & side, axis=1) for side in side_pixels(data.window, data.wave)]
    beside = (np.minimum(*sides) >= _SIDE_PIXELS) & np.isfinite(fit.chi2)
    profiles = line_profiles(data, shared)
    covered = (profiles @ seen[:, :, None])[..., 0] >= _MIN_COVERAGE * profiles.sum(axis=2)
    measurable = covered & beside[:, None]
    if len(line_names(data.window)) > data.n_lines:
        measurable = np.column_stack([measurable, measurable.all(axis=1)])
    return measurable
