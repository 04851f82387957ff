"""Pixels of the local continuum beside emission lines, and bad pixels among them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..air_vacuum import SPEED_OF_LIGHT_KMS
from .windows import LineWindow

__all__ = ["side_pixels", "without_outliers"]

_F64 = NDArray[np.float64]

# Nearer than this to a line a pixel may be the line's own, and is never taken for a blemish.
_CORE_KMS = 1000.0
_OUTLIER_SIGMA = 5.0
_ROUNDS = 2
_MAD_TO_SIGMA = 1.4826


def side_pixels(
    window: LineWindow, wave_rest_aa: NDArray[np.floating]
) -> tuple[NDArray[np.bool_], ...]:
    """Continuum pixels blueward of the window's lines, and redward; each (P,) bool."""
    lines = np.array([wave for profile in window.profiles for wave, _ in profile.parts])
    core = lines * _CORE_KMS / SPEED_OF_LIGHT_KMS
    return wave_rest_aa < np.min(lines - core), wave_rest_aa > np.max(lines + core)


def without_outliers(window: LineWindow, wave_rest_aa: _F64, flux: _F64, ivar: _F64) -> _F64:
    """ivar (n, P) with 0 at side pixels more than 5σ off a straight continuum.

    σ is that of the pixel, or larger where the residuals' median says so (stellar features): a
    cosmic ray goes, the texture of a galaxy stays and counts as noise.
    """
    sides = np.flatnonzero(np.logical_or(*side_pixels(window, wave_rest_aa)))
    slope = wave_rest_aa[sides] - wave_rest_aa.mean()
    beside, weight = flux.take(sides, axis=1), ivar.take(sides, axis=1)
    root, kept = np.sqrt(weight), weight
    for _ in range(_ROUNDS):
        deviation = np.abs((beside - _straight(slope, beside, kept)) * root)
        sigma = np.maximum(1.0, _MAD_TO_SIGMA * _median_where(deviation, kept > 0))
        kept = np.where(deviation > _OUTLIER_SIGMA * sigma[:, None], 0.0, weight)
    clipped = ivar.copy()
    clipped[:, sides] = kept
    return clipped


def _straight(x: _F64, y: _F64, weight: _F64) -> _F64:
    """Weighted straight-line fit of each row, (n, P); 0 in rows without weight."""
    s0, s1, s2 = weight.sum(axis=1), weight @ x, weight @ x**2
    t0, t1 = np.sum(weight * y, axis=1), (weight * y) @ x
    determinant = s0 * s2 - s1**2
    usable = determinant > 1e-9 * s0 * s2
    safe = np.where(usable, determinant, 1.0)
    level = np.where(usable, (s2 * t0 - s1 * t1) / safe, 0.0)
    slope = np.where(usable, (s0 * t1 - s1 * t0) / safe, 0.0)
    return level[:, None] + slope[:, None] * x


def _median_where(values: _F64, valid: NDArray[np.bool_]) -> _F64:
    """Median of each row's valid values (n,), 0 without any. Sorting beats masked medians."""
    ordered = np.sort(np.where(valid, values, np.inf), axis=1)
    middle = np.maximum(valid.sum(axis=1) - 1, 0) // 2
    median = ordered[np.arange(len(values)), middle]
    return np.where(np.isfinite(median), median, 0.0)
