"""Shapley values of segments (Shapley 1953), exact or from samples.

The game's value of a set of segments is the target with these as they are and the others
perturbed. The shares sum to f(x) − f(base), base being all segments perturbed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ...compute import Sharing
from ...neighbourhood import Neighbourhood
from ...neighbourhood.perturbations import segment_and_perturb
from ...settings import ExplainSettings
from ...surrogate import NoClosedForm
from ...targets import Target
from ..explanation import Explanation
from .exact import exact_shapley
from .growing_values import GrowingValues
from .nothing import nothing_moved
from .shapley_samples import draw_coalitions, shapley_fit

__all__ = ["shapley", "shapley_neighbourhood"]


def shapley(
    x: NDArray[np.floating],
    target: Target,
    settings: ExplainSettings,
    *,
    workers: Sharing,
    counts: Sequence[int],
    cancelled: Callable[[], bool],
) -> Iterator[Explanation]:
    """Exactly where the target has a closed form, else from samples, refined at each count."""
    try:
        yield exact_shapley(x, target, settings)
        return
    except NoClosedForm as reason:
        sampled = str(reason) if hasattr(target, "closed_form") else ""
    around = shapley_neighbourhood(x, settings)
    growing = GrowingValues(target, around, cancelled=cancelled)
    # Whole pairs: a mask without its complement tells nothing of the odd part.
    answers = {count - count % 2 for count in counts if count < around.n} | {around.n}
    for count in sorted(answers):
        values = growing.first(count, workers=workers)
        weights = workers.call(partial(shapley_fit, around.masks.head(count)), values)
        yield Explanation(
            method="shapley",
            target=target.name,
            settings=settings,
            labels=around.labels,
            weights=weights,
            intercept=float(values[1]),
            r2=float("nan"),
            value=float(values[0]),
            local_prediction=float(values[0]),
            n_samples=count,
            complete=count == around.n,
            sample_values=values,
            nothing=nothing_moved(settings, weights, around),
            sampled=sampled,
        )


def shapley_neighbourhood(x: NDArray[np.floating], settings: ExplainSettings) -> Neighbourhood:
    """The spectrum (D,), the fully perturbed one, then pairs of a mask and its complement."""
    x = np.asarray(x, dtype=np.float32)
    labels, base = segment_and_perturb(x, settings)
    masks = draw_coalitions(settings.n_samples, int(labels.max()) + 1, seed=settings.seed)
    return Neighbourhood(base, x - base, labels, masks)
