"""Effective number of samples under a kernel, and the narrowest usable width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..neighbourhood import Neighbourhood
from ..settings import KernelName
from .kernel import DEFAULT_WIDTHS, locality_weights

__all__ = ["KernelAdvice", "effective_samples", "kernel_advice"]

_PER_WEIGHT = 10
_WIDEST = 1e3


@dataclass(frozen=True, slots=True)
class KernelAdvice:
    """Cost of a kernel's width.

    Attributes
    ----------
    width
        In the kernel's own units, as used.
    effective_samples
        The number of equally weighted samples that would determine a mean as well.
    needed_samples
        Ten for each unknown of the surrogate, a rule of thumb of regression.
    recommended_width
        The narrowest, so the most local, that leaves that many; None if no width does and only
        more samples help.
    """

    width: float
    effective_samples: float
    needed_samples: int
    recommended_width: float | None

    @property
    def wide_enough(self) -> bool:
        """Whether the width in use leaves enough samples."""
        return self.effective_samples >= self.needed_samples


def effective_samples(weights: NDArray[np.float64]) -> float:
    """(Σw)²/Σw² (Kish 1965): n for equal weights, 1 when a single sample has them all.

    Parameters
    ----------
    weights : (n,)
        w ≥ 0, not all 0.
    """
    return float(weights.sum() ** 2 / (weights**2).sum())


def kernel_advice(
    neighbourhood: Neighbourhood, *, kernel: KernelName = "text", width: float | None = None
) -> KernelAdvice:
    """Judge a width and recommend one; no sample is evaluated for it.

    Both kernels are exp(−(d/width)²) up to a constant, so the logarithms of one width's weights
    give those of every other. A wider kernel never leaves fewer effective samples.

    Parameters
    ----------
    neighbourhood
        Of LIME.
    kernel, width
        As for ``locality_weights``.
    """
    own = DEFAULT_WIDTHS[kernel]
    log_weights = np.log(locality_weights(neighbourhood, kernel=kernel, width=own)) * own**2

    def effective(of_width: float) -> float:
        scaled = log_weights / of_width**2
        return effective_samples(np.exp(scaled - scaled.max()))

    used = own if width is None else width
    needed = _PER_WEIGHT * (neighbourhood.n_segments + 1)
    if effective(_WIDEST) < needed:
        return KernelAdvice(used, effective(used), needed, None)
    narrow, wide = 1 / _WIDEST, _WIDEST
    while wide / narrow > 1.01:
        middle = float(np.sqrt(narrow * wide))
        narrow, wide = (narrow, middle) if effective(middle) >= needed else (middle, wide)
    # Rounded up, so that the width shown still leaves enough.
    decimals = 1 - int(np.floor(np.log10(wide)))
    recommended = round(float(np.ceil(wide * 10.0**decimals) / 10.0**decimals), decimals)
    return KernelAdvice(used, effective(used), needed, recommended)
