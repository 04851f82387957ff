"""Conversion of errors to inverse variance; 0 where the error is not valid."""

from __future__ import annotations

import numpy as np

__all__ = ["from_error", "from_variance", "not_negative"]


def from_error(error: np.ndarray) -> np.ndarray:
    """Inverse variance 1/σ² (D,) float64; 0 where σ is not positive and finite."""
    error = error.astype(np.float64)
    with np.errstate(over="ignore"):
        return from_variance(np.where(error > 0, error**2, 0.0))


def from_variance(variance: np.ndarray) -> np.ndarray:
    """Inverse variance (D,) float64; 0 where the variance is not positive and finite."""
    variance = variance.astype(np.float64)
    good = np.isfinite(variance) & (variance > 0)
    with np.errstate(over="ignore"):
        return np.divide(1.0, variance, out=np.zeros(variance.shape), where=good)


def not_negative(ivar: np.ndarray) -> np.ndarray:
    """Inverse variance (D,) with negative values, bad pixels in some pipelines, set to 0."""
    return np.where(ivar > 0, ivar, 0.0)
