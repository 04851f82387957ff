"""Sampling intervals of weights around their limit of infinitely many samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ..surrogate import Influence

__all__ = ["Intervals", "exact_intervals", "weight_intervals"]


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """A confidence interval for each segment's weight.

    Attributes
    ----------
    low, high : (S,)
        Ends, in the target's unit.
    standard_error : (S,)
        Of the sampling; 0 where nothing was sampled.
    confidence
        Probability, over the draw of the masks, that an interval holds the limit of infinitely
        many samples.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    confidence: float


def weight_intervals(drawn: Influence, *, confidence: float = 0.95) -> Intervals:
    """Student intervals round the unpenalised weights.

    They are centred there, and not on the weights shown, because the pull of the penalty (of
    relative order alpha/(n·w̄/4), 0.2 % for 5000 samples) is no part of the limit.

    Of 95 % intervals 94.2 to 96.0 % held the limit (quadratic, rectified and sparse targets, flat
    and peaked kernels; 60 to 5000 samples of 20 segments, 150 to 5000 of 77); those of the
    jackknife HC3, which errs on the wide side, up to 99.7 %. ``benchmarks/trust.py`` prints it for
    a collection. No interval knows of what the samples have not met: where a classifier jumped at
    less than 1 in 100 masks, intervals of 77 segments held 50 % with 150 samples, 86 % with 500,
    94 % with 1000 and 95 % with 5000, HC3's no more.

    Raises
    ------
    ValueError
        If the confidence is not within 0 to 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be within 0 to 1, got {confidence}")
    error = drawn.standard_error
    reach = stats.t.ppf(0.5 + confidence / 2, drawn.degrees) * error
    return Intervals(drawn.estimate - reach, drawn.estimate + reach, error, confidence)


def exact_intervals(weights: NDArray[np.float64]) -> Intervals:
    """Intervals of zero width: saliency and occlusion change every piece once, without sampling."""
    return Intervals(weights, weights, np.zeros_like(weights), 1.0)
