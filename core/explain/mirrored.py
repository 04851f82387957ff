"""The same explanation with the factor on the other side of 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..compute import never
from ..targets import Target
from .entry import explain_progressively
from .explanation import Explanation
from .flux_effects import mirrored_settings

__all__ = ["mirror"]


def mirror(
    explanation: Explanation,
    x: NDArray[np.floating],
    target: Target,
    *,
    cancelled: Callable[[], bool] = never,
) -> NDArray[np.float64] | None:
    """Raw weights (S,) on the other side of 1, by the same masks; None where there is no such side.

    Parameters
    ----------
    explanation, x : (D,), target
        An explanation, and what was explained.
    cancelled
        Asked before each block of samples.

    Raises
    ------
    Cancelled
        If the caller gave up.
    """
    settings = mirrored_settings(explanation.settings)
    if settings is None:
        return None
    counts = () if explanation.complete else (explanation.n_samples,)
    explanations = explain_progressively(x, target, settings, counts=counts, cancelled=cancelled)
    if not explanation.complete:
        return next(explanations).weights
    *_, last = explanations
    return last.weights
