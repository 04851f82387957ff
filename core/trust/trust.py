"""Summary of how far to believe an explanation."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..compute import Sharing, or_own
from ..explain import LimeSamples, lime_neighbourhood, shapley_error, shapley_neighbourhood
from ..explain.explanation import Explanation
from ..neighbourhood import Neighbourhood
from ..surrogate import Underdetermined, kernel_advice, rank_stability
from ..targets import Target, evaluate
from .intervals import exact_intervals, weight_intervals
from .verdict import Trust

__all__ = ["assess"]


def assess(
    explanation: Explanation,
    x: NDArray[np.floating],
    target: Target,
    *,
    k: int = 5,
    confidence: float = 0.95,
    workers: Sharing | None = None,
) -> Trust:
    """Judge an explanation by the samples it was made of; none is evaluated again.

    Saliency maps and occlusions sample nothing, so their weights are exact: what they measure is
    what they show; so are answers in closed form. LIME's weights and Shapley values from samples
    differ from seed to seed, and by how much is estimated here.

    Parameters
    ----------
    explanation
        Complete or an early answer.
    x : (D,), target
        What was explained. The target's values are asked for only if the explanation has lost its
        samples.
    k
        How many top segments' order matters, at least 1.
    confidence
        Of the intervals, and the probability from which an order counts as settled; 0 to 1.
    workers
        Threads that judge, and share the samples if they must be evaluated; by default for this
        call.

    Raises
    ------
    ValueError
        If k or the confidence is out of range.
    """
    if k < 1 or not 0 < confidence < 1:
        raise ValueError(f"need k ≥ 1 and confidence within 0 to 1, got {k} and {confidence}")
    k = min(k, len(explanation.weights))
    facts = (explanation.method, explanation.n_samples, explanation.r2, k, confidence)
    if explanation.exact or explanation.method in ("saliency", "occlusion"):
        return _exact(explanation, facts)
    unknown = Trust(*facts, intervals=None, sampled=True, nothing=explanation.nothing)
    around, values = _samples(explanation, x), explanation.sample_values
    with or_own(workers) as sharing:
        if values is None:
            values = evaluate(target, around, workers=sharing)
        return sharing.call(partial(_of_samples, unknown, explanation, around, target), values)


def _exact(explanation: Explanation, facts: tuple[str, int, float, int, float]) -> Trust:
    weights, settings = explanation.weights, explanation.settings
    by_step = explanation.method == "saliency"
    # A derivative moves nothing, and a closed form looks at all segments together.
    moved = not (explanation.exact or (by_step and settings.gradient == "analytic"))
    return Trust(
        *facts,
        intervals=exact_intervals(weights),
        idle=float(np.mean(weights == 0)) if moved else 0.0,
        step=settings.step if by_step else None,
        nothing=explanation.nothing,
    )


def _of_samples(
    unknown: Trust,
    explanation: Explanation,
    around: Neighbourhood,
    target: Target,
    values: NDArray[np.float64],
) -> Trust:
    """Sampling error of LIME or Shapley values, from the values (n,) of their samples."""
    chosen, lime = explanation.settings, explanation.method == "lime"
    if lime:
        kernel = kernel_advice(around, kernel=chosen.kernel, width=chosen.kernel_width)
        unknown = replace(unknown, kernel=kernel)
    try:
        drawn = (
            LimeSamples.of(around, target, chosen).influence(values)
            if lime
            else shapley_error(around.masks, values)
        )
    except Underdetermined:
        return unknown
    known = replace(
        unknown,
        intervals=weight_intervals(drawn, confidence=unknown.confidence),
        stability=rank_stability(
            drawn, explanation.top(unknown.k), n_samples=explanation.n_samples, seed=chosen.seed
        ),
    )
    if not lime:
        return known
    size = max(float(np.linalg.norm(drawn.estimate)), 1e-300)
    pull = float(np.linalg.norm(explanation.weights - drawn.estimate)) / size
    return replace(known, r2_unseen=drawn.r2_unseen, pull=pull)


def _samples(explanation: Explanation, x: NDArray[np.floating]) -> Neighbourhood:
    drawn = lime_neighbourhood if explanation.method == "lime" else shapley_neighbourhood
    whole = drawn(x, explanation.settings)
    masks = whole.masks.head(explanation.n_samples)
    return Neighbourhood(whole.base, whole.delta, whole.labels, masks)
