"""Perturbations of a spectrum's shape: its smoothed signal, its noise, and bumps laid on it.

They share the signature of those in ``perturb``; what is drawn at random comes from a generator.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

__all__ = ["bump", "noise", "shrink_signal"]

_Flux = NDArray[np.floating]

# O25's released code tells signal from noise with a Gaussian of 3 pixels.
_KERNEL_SIGMA_PIXELS = 3.0
_SIGMAS_IN_SEGMENT = 8.0
_MAD_TO_SIGMA = 1.4826


def shrink_signal(x: _Flux, labels: NDArray[np.int32], factor: float) -> _Flux:
    """(s − m)·f + m + (x − s): the smoothed spectrum s = G₃*x is drawn to its median m.

    The white noise x − s stays as it is (O25's released code, scale with the same noise).
    """
    signal = _smoothed(x)
    median = np.median(signal)
    return (signal - median) * factor + median + (x - signal)


def noise(x: _Flux, labels: NDArray[np.int32], factor: float, rng: np.random.Generator) -> _Flux:
    """G₃*x + f·σ·n: the white noise is replaced by other noise, f times as strong.

    σ is the spectrum's own, from the median of |x − G₃*x| so that lines do not count, and n is
    standard normal (O25's released code, same shape; there σ is a number of the user's).
    """
    signal = _smoothed(x)
    sigma = _MAD_TO_SIGMA * np.median(np.abs(x - signal))
    return signal + factor * sigma * rng.standard_normal(len(x)).astype(x.dtype)


def bump(x: _Flux, labels: NDArray[np.int32], factor: float) -> _Flux:
    """x plus a Gaussian in each segment, as high as f times the spectrum's median |flux|.

    Each is centred in its segment with an eighth of its width as σ, so that neighbours do not
    overlap (O25's released code, gaussians; there the spectrum's median is 1).
    """
    pixels = np.arange(len(x))
    size = np.bincount(labels)
    centre = np.bincount(labels, weights=pixels) / size
    sigma = size / _SIGMAS_IN_SEGMENT
    scaled = (pixels - centre[labels]) / sigma[labels]
    height = factor * np.median(np.abs(x))
    return x + (height * np.exp(-0.5 * scaled**2)).astype(x.dtype)


def _smoothed(x: _Flux) -> _Flux:
    return gaussian_filter1d(x, _KERNEL_SIGMA_PIXELS, mode="nearest")
