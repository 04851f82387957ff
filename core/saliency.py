"""Saliency maps (P21, section 3): the target's derivative by each pixel's flux."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .explanation import Explanation
from .neighbourhood import Neighbourhood
from .progress import GrowingValues
from .settings import ExplainSettings
from .targets import Target
from .workers import Sharing

__all__ = ["saliency"]


def saliency(
    x: NDArray[np.floating],
    target: Target,
    settings: ExplainSettings,
    *,
    workers: Sharing,
    counts: Sequence[int],
    cancelled: Callable[[], bool],
) -> Iterator[Explanation]:
    """g_i = [f(x + e_i) − f(x)]/e_i with e_i = step·x_i, each pixel alone (P21, equation 1).

    Where the flux is exactly 0 the step is relative to the spectrum's median |flux|, or to 1. In
    double precision: the differences are small beside the values.
    """
    x = np.asarray(x, dtype=np.float64)
    scale = float(np.median(np.abs(x))) or 1.0
    steps = settings.step * np.where(x == 0, scale, x)
    neighbourhood = Neighbourhood.one_pixel_each(x, steps)
    growing = GrowingValues(target, neighbourhood, workers=workers, cancelled=cancelled)
    value, values = growing.at(x), growing.first(neighbourhood.n)
    yield Explanation(
        method="saliency",
        target=target.name,
        settings=settings,
        labels=neighbourhood.labels,
        weights=(values - value) / steps,
        intercept=value,
        r2=1.0,
        value=value,
        local_prediction=value,
        n_samples=neighbourhood.n,
        complete=True,
    )
