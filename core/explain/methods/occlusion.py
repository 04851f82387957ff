"""Occlusion: the drop of the target when one segment alone is perturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ...compute import Sharing
from ...neighbourhood import Neighbourhood
from ...neighbourhood.perturbations import segment_and_perturb
from ...settings import ExplainSettings
from ...targets import Target
from ..explanation import Explanation
from .growing_values import GrowingValues
from .nothing import nothing_moved

__all__ = ["occlusion"]


def occlusion(
    x: NDArray[np.floating],
    target: Target,
    settings: ExplainSettings,
    *,
    workers: Sharing,
    counts: Sequence[int],
    cancelled: Callable[[], bool],
) -> Iterator[Explanation]:
    """f(x) − f(x with segment k perturbed), for every segment, in double precision."""
    x = np.asarray(x, dtype=np.float64)
    labels, base = segment_and_perturb(x, settings)
    around = Neighbourhood.one_segment_each(x, base, labels)
    growing = GrowingValues(target, around, cancelled=cancelled)
    value, values = growing.at(x), growing.first(around.n, workers=workers)
    weights = value - values
    nothing = nothing_moved(settings, weights, around)
    yield Explanation.unfitted(target.name, settings, labels, weights, value, around.n, nothing)
