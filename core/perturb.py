"""Perturbations: what a segment looks like once its content is taken away.

Each maps a spectrum x (D,) and its segment labels (D,) to the fully perturbed spectrum p (D,). A
neighbourhood then swaps whole segments between x and p. ``factor`` is the one knob on the page and
means what each docstring says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from .choices import PerturbationName
from .perturb_shapes import bump, noise, shrink_signal

__all__ = ["PerturbationName", "perturb"]

_Flux = NDArray[np.floating]


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
    "shrink-signal": shrink_signal,
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
