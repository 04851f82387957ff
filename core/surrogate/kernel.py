"""Weights of the samples of a LIME neighbourhood by their distance to the spectrum."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ..neighbourhood import Neighbourhood
from ..settings import KernelName

__all__ = [
    "DEFAULT_WIDTHS",
    "locality_weights",
    "presence",
]


# O25's text gives no σ. At 1 the typical sample weighs e^−1 = 0.37, next to the 0.50 its code
# gives a sample with half of the segments perturbed. The code's width is lime's 0.25.
DEFAULT_WIDTHS: Mapping[KernelName, float] = {"text": 1.0, "code": 0.25}


def _text(neighbourhood: Neighbourhood, width: float) -> NDArray[np.float64]:
    """exp(−D²/σ²), D the L2 distance between spectra (O25, section 4).

    σ is ``width`` times the distance of a sample with half of the perturbation: D² is
    Σ (1 − z_k)‖Δ_k‖², so this is the root mean square distance of all samples, known before any
    is drawn.
    """
    energy = neighbourhood.segment_sums(neighbourhood.delta.astype(np.float64))
    total = float(energy.sum())
    if total == 0:
        return np.ones(neighbourhood.n)
    perturbed = total - neighbourhood.masks.apply(energy, slice(0, neighbourhood.n))
    return np.exp(-perturbed / (0.5 * total * width**2))


def _code(neighbourhood: Neighbourhood, width: float) -> NDArray[np.float64]:
    """sqrt(exp(−d²/w²)), d the cosine distance between z and all-ones (O25's released code)."""
    n_segments = neighbourhood.n_segments
    kept = neighbourhood.masks.apply(np.ones(n_segments), slice(0, neighbourhood.n)) / n_segments
    # z·1/(‖z‖‖1‖) = sqrt(kept fraction); an empty mask is as far as can be.
    distance = 1 - np.sqrt(kept)
    return np.sqrt(np.exp(-((distance / width) ** 2)))


_KERNELS: Mapping[KernelName, Callable[[Neighbourhood, float], NDArray[np.float64]]] = {
    "text": _text,
    "code": _code,
}


def locality_weights(
    neighbourhood: Neighbourhood,
    *,
    kernel: KernelName = "text",
    width: float | None = None,
) -> NDArray[np.float64]:
    """Weight of every sample, 0 to 1; 1 for the spectrum itself (all masks one).

    Parameters
    ----------
    neighbourhood
        Base fully perturbed, delta back to the spectrum.
    kernel
        ``text``: exp(−D²/σ²) with D the L2 distance between spectra and σ = width times the root
        mean square distance of the samples. ``code``: sqrt(exp(−d²/width²)) with d the cosine
        distance between mask and all-ones.
    width
        None for the default: 1 for text, 0.25 for code.

    Returns
    -------
    weights : (n,)

    Raises
    ------
    ValueError
        If the kernel is unknown.
    """
    if kernel not in _KERNELS:
        raise ValueError(f"kernel must be one of {get_args(KernelName)}, got {kernel!r}")
    width = DEFAULT_WIDTHS[kernel] if width is None else width
    return _KERNELS[kernel](neighbourhood, width)


def presence(neighbourhood: Neighbourhood, *, width: float | None = None) -> NDArray[np.float64]:
    """p (S,), ½ for a segment that the perturbation leaves as it is, towards 1 for a strong one.

    Parameters
    ----------
    neighbourhood
        Base fully perturbed, delta back to the spectrum; its masks do not matter.
    width
        Of the text kernel, in its own units; None for the default.
    """
    energy = neighbourhood.segment_sums(neighbourhood.delta.astype(np.float64))
    total = float(energy.sum())
    if total == 0:
        return np.full(neighbourhood.n_segments, 0.5)
    used = DEFAULT_WIDTHS["text"] if width is None else width
    return expit(energy / (0.5 * total * used**2))
