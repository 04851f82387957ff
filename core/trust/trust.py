"""How far to believe an explanation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..compute.workers import Sharing, or_own
from ..explain.explanation import Explanation
from ..explain.lime import lime_neighbourhood
from ..explain.lime_samples import LimeSamples
from ..explain.shapley import shapley_neighbourhood
from ..explain.shapley_samples import shapley_error
from ..neighbourhood.neighbourhood import Neighbourhood
from ..surrogate.influential import Underdetermined
from ..surrogate.kernel_width import KernelAdvice, kernel_advice
from ..surrogate.stability import Stability, rank_stability
from ..targets import Target, evaluate
from .intervals import Intervals, exact_intervals, weight_intervals
from .verdict import Findings, verdict

__all__ = ["Trust", "assess"]


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """What is known about an explanation's error.

    Attributes
    ----------
    method, n_samples, r2
        Of the explanation.
    k, confidence
        How many top segments were judged, and at which probability they count as settled.
    intervals
        Of the weights; None where the samples do not determine them.
    sampled
        Whether the weights come from random masks, and so have an error.
    stability
        Of the top segments' order; None where nothing was sampled or nothing is determined.
    kernel
        What the kernel's width costs; None for methods without one.
    r2_unseen
        R² on samples left out of the fit; None where nothing was fitted or determined.
    pull
        How far the penalty and the first sample, which is the spectrum itself in every run, pull
        the weights from the estimate that the intervals are round: a relative distance. Both
        vanish as samples grow.
    idle
        Share of the pieces whose change, each alone, left the target exactly as it was: near 1
        for models that answer in jumps, such as forests, and small steps.
    step
        How far a saliency map moved each flux, as a fraction of it; None for other methods.
    nothing
        Why there is nothing to explain, and so nothing to believe; empty where there is.
    """

    method: str
    n_samples: int
    r2: float
    k: int
    confidence: float
    intervals: Intervals | None
    sampled: bool = False
    stability: Stability | None = None
    kernel: KernelAdvice | None = None
    r2_unseen: float | None = None
    pull: float = 0.0
    idle: float = 0.0
    step: float | None = None
    nothing: str = ""

    @property
    def exact(self) -> bool:
        """Whether the weights have no sampling error at all."""
        return not self.sampled

    def sentence(self) -> str:
        """The verdict in a line, such as "stable under other masks: the top 5 segments …"."""
        return self.nothing or verdict(
            Findings(
                self.method,
                self.n_samples,
                self.r2 if self.r2_unseen is None else self.r2_unseen,
                self.k,
                self.confidence,
                self.stability,
                self.kernel,
                self.pull,
                self.r2_unseen is not None,
                self.idle,
                self.step,
            )
        )


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
    judged = _trust_of_samples if explanation.method == "lime" else _judged_shapley
    around, values = _samples(explanation, x), explanation.sample_values
    with or_own(workers) as sharing:
        if values is None:
            values = evaluate(target, around, workers=sharing)
        return sharing.call(partial(judged, unknown, explanation, around, target), values)


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


def _trust_of_samples(
    unknown: Trust,
    explanation: Explanation,
    neighbourhood: Neighbourhood,
    target: Target,
    values: NDArray[np.float64],
) -> Trust:
    chosen = explanation.settings
    kernel = kernel_advice(neighbourhood, kernel=chosen.kernel, width=chosen.kernel_width)
    try:
        drawn = LimeSamples.of(neighbourhood, target, chosen).influence(values)
    except Underdetermined:
        return replace(unknown, kernel=kernel)
    size = float(np.linalg.norm(drawn.estimate))
    return replace(
        unknown,
        intervals=weight_intervals(drawn, confidence=unknown.confidence),
        stability=rank_stability(
            drawn, explanation.top(unknown.k), n_samples=explanation.n_samples, seed=chosen.seed
        ),
        kernel=kernel,
        r2_unseen=drawn.r2_unseen,
        pull=float(np.linalg.norm(explanation.weights - drawn.estimate)) / max(size, 1e-300),
    )


def _judged_shapley(
    unknown: Trust,
    explanation: Explanation,
    neighbourhood: Neighbourhood,
    target: Target,
    values: NDArray[np.float64],
) -> Trust:
    try:
        drawn = shapley_error(neighbourhood.masks, values)
    except Underdetermined:
        return unknown
    return replace(
        unknown,
        intervals=weight_intervals(drawn, confidence=unknown.confidence),
        stability=rank_stability(
            drawn,
            explanation.top(unknown.k),
            n_samples=explanation.n_samples,
            seed=explanation.settings.seed,
        ),
    )


def _samples(explanation: Explanation, x: NDArray[np.floating]) -> Neighbourhood:
    drawn = lime_neighbourhood if explanation.method == "lime" else shapley_neighbourhood
    whole = drawn(x, explanation.settings)
    masks = whole.masks.head(explanation.n_samples)
    return Neighbourhood(whole.base, whole.delta, whole.labels, masks)
