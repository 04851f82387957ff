"""Perturbations: what a segment looks like once its content is taken away.

Each maps a spectrum x (D,) and its segment labels (D,) to the fully perturbed spectrum p (D,). A
neighbourhood then swaps whole segments between x and p. ``factor`` is the one knob on the page and
means what each docstring says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = ["PerturbationName", "perturb"]

PerturbationName = Literal["scale", "shrink", "flat", "mean"]
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
    "flat": _flat,
    "mean": _mean,
}


def perturb(
    x: _Flux, labels: NDArray[np.int32], *, method: PerturbationName = "scale", factor: float = 0.9
) -> _Flux:
    """Perturb every segment of one spectrum.

    Parameters
    ----------
    x : (D,)
        Prepared flux.
    labels : (D,)
        Segment of each pixel, 0 to S − 1.
    method
        ``scale`` x·f; ``shrink`` toward the median; ``flat`` the constant f; ``mean`` the
        segment's mean, times f.
    factor
        f, of order 1.

    Returns
    -------
    p : (D,), dtype of x

    Raises
    ------
    ValueError
        If the method is unknown or the factor is not finite.
    """
    if method not in _PERTURBATIONS:
        raise ValueError(
            f"perturbation must be one of {get_args(PerturbationName)}, got {method!r}"
        )
    if not np.isfinite(factor):
        raise ValueError(f"factor must be finite, got {factor}")
    return _PERTURBATIONS[method](x, labels, float(factor)).astype(x.dtype, copy=False)
