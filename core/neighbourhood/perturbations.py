"""Perturbations: what replaces the flux of a perturbed segment.

Each maps a spectrum x (D,) and its segment labels (D,) to the fully perturbed spectrum p (D,). A
neighbourhood then swaps whole segments between x and p. ``factor`` is the one knob on the page and
means what each docstring says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..settings import ExplainSettings, PerturbationName
from .segments import segment

__all__ = [
    "bump",
    "noise",
    "perturb",
    "perturbed",
    "segment_and_perturb",
]


_Flux = NDArray[np.floating]

# O25's released code tells signal from noise with a Gaussian of 3 pixels.
_KERNEL_SIGMA_PIXELS = 3.0
_SIGMAS_IN_SEGMENT = 8.0
_MAD_TO_SIGMA = 1.4826


def _shrink_signal(x: _Flux, labels: NDArray[np.int32], factor: float) -> _Flux:
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


def _scale(x: _Flux, labels: NDArray[np.int32], factor: float) -> _Flux:
    """x·f (O25, section 4; f = 0.9 by default, 0.6 to 1.2 explored)."""
    return x * factor


def _shrink(x: _Flux, labels: NDArray[np.int32], factor: float) -> _Flux:
    """(x − m)·f + m with m the spectrum's median: what O25's released code calls scale."""
    median = np.median(x)
    return (x - median) * factor + median


def _flat(x: _Flux, labels: NDArray[np.int32], factor: float) -> _Flux:
    """The constant f (O25; 1.0, the median of a normalised spectrum, is neutral)."""
    return np.full_like(x, factor)


def _mean(x: _Flux, labels: NDArray[np.int32], factor: float) -> _Flux:
    """Each segment's own mean, times f (O25 with f = 1)."""
    totals = np.bincount(labels, weights=x)
    return (factor * totals / np.bincount(labels))[labels]


_PERTURBATIONS: Mapping[PerturbationName, Callable[[_Flux, NDArray[np.int32], float], _Flux]] = {
    "scale": _scale,
    "shrink": _shrink,
    "shrink-signal": _shrink_signal,
    "flat": _flat,
    "mean": _mean,
    "bump": bump,
}
# Of the noise's generator, beside the seed: the masks are drawn with the seed alone.
_NOISE_STREAM = 1


def perturb(
    x: _Flux,
    labels: NDArray[np.int32],
    *,
    method: PerturbationName = "scale",
    factor: float = 0.9,
    seed: int = 0,
) -> _Flux:
    """Perturb every segment of one spectrum.

    Parameters
    ----------
    x : (D,)
        Prepared flux.
    labels : (D,)
        Segment of each pixel, 0 to S − 1.
    method
        ``scale`` x·f; ``shrink`` toward the median; ``shrink-signal`` the same but for the noise,
        which stays; ``flat`` the constant f; ``mean`` the segment's mean, times f; ``noise`` the
        smoothed spectrum with other noise, f times as strong; ``bump`` a Gaussian added in each
        segment, f times the median flux high.
    factor
        f, of order 1.
    seed
        Of the noise, 0 or more; the others draw nothing.

    Returns
    -------
    p : (D,), dtype of x

    Raises
    ------
    ValueError
        If the method is unknown or the factor is not finite.
    """
    if method not in get_args(PerturbationName):
        raise ValueError(
            f"perturbation must be one of {get_args(PerturbationName)}, got {method!r}"
        )
    if not np.isfinite(factor):
        raise ValueError(f"factor must be finite, got {factor}")
    if method == "noise":
        rng = np.random.default_rng([seed, _NOISE_STREAM])
        return noise(x, labels, float(factor), rng).astype(x.dtype, copy=False)
    return _PERTURBATIONS[method](x, labels, float(factor)).astype(x.dtype, copy=False)


def perturbed(x: _Flux, labels: NDArray[np.int32], settings: ExplainSettings) -> _Flux:
    """One spectrum (D,) with every segment perturbed as the settings of an explanation say."""
    return perturb(
        x, labels, method=settings.perturbation, factor=settings.factor, seed=settings.seed
    )


def segment_and_perturb(x: _Flux, settings: ExplainSettings) -> tuple[NDArray[np.int32], _Flux]:
    """The segment of each pixel, and the spectrum with all of them perturbed, (D,) each."""
    labels = segment(x, method=settings.segmentation, n_segments=settings.n_segments)
    return labels, perturbed(x, labels, settings)
