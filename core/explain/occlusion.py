"""Occlusion: what the target loses when one segment alone is perturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..compute.workers import Sharing
from ..neighbourhood.neighbourhood import Neighbourhood
from ..neighbourhood.perturbations import segment_and_perturb
from ..settings import ExplainSettings
from ..targets import Target
from .explanation import Explanation
from .growing_values import GrowingValues
from .nothing import nothing_alone

__all__ = ["occlusion", "occlusion_neighbourhood"]


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
    neighbourhood = occlusion_neighbourhood(x, settings)
    growing = GrowingValues(target, neighbourhood, workers=workers, cancelled=cancelled)
    value, values = growing.at(x), growing.first(neighbourhood.n)
    weights = value - values
    yield Explanation(
        method="occlusion",
        target=target.name,
        settings=settings,
        labels=neighbourhood.labels,
        weights=weights,
        intercept=value,
        r2=float("nan"),
        value=value,
        local_prediction=value,
        n_samples=neighbourhood.n,
        complete=True,
        nothing=nothing_alone(settings, weights, neighbourhood),
    )


def occlusion_neighbourhood(x: NDArray[np.floating], settings: ExplainSettings) -> Neighbourhood:
    """The spectra that occlusion asks about: x (D,) with one segment perturbed in each."""
    labels, base = segment_and_perturb(x, settings)
    return Neighbourhood.one_segment_each(x, base, labels)
