"""The verdict on an explanation's error, in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..surrogate import KernelAdvice, Stability
from ..words import goodness, percent
from .intervals import Intervals

__all__ = ["Trust"]

_POOR_R2 = 0.5
_STRONG_PULL = 0.1
_OUT_OF_REACH = 1_000_000
_MOSTLY_IDLE = 0.5
_JUMPS = ": it looks elsewhere, or answers in jumps, as forests do; then"
_EXACT = "exact: {} changes each piece once, so nothing depends on chance"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trust:
    """Error estimates of an explanation.

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
        return self.nothing or _verdict(self)

    def __repr__(self) -> str:
        return f"<trust in {self.method}: {self.sentence()}>"


def _verdict(trust: Trust) -> str:
    """Say whether the order holds, how good the fit is, and how many samples would do."""
    if trust.n_samples == 0:
        limit = ["LIME's limit of infinitely many", _fit(trust)]
        sentences = limit if trust.method == "lime" else ["Shapley values in closed form"]
        return "; ".join(["exact, no samples: " + sentences[0], *sentences[1:]])
    if trust.method == "shapley":
        return _shared(trust)
    if trust.kernel is None:
        if trust.idle >= _MOSTLY_IDLE:
            return _empty(trust)
        return _EXACT.format(trust.method)
    if trust.stability is None:
        return (
            f"too early to tell: {trust.n_samples:,} samples do not determine the weights; "
            f"{_count(trust.kernel.needed_samples)} would"
        )
    parts = [
        _order(trust, trust.stability),
        _fit(trust),
        _samples(trust, trust.stability),
    ]
    # Few samples for many segments are no fault of the kernel: the intervals show them.
    kernel = trust.kernel
    if not kernel.wide_enough and kernel.effective_samples < 0.5 * trust.n_samples:
        parts.append(_kernel(trust.n_samples, trust.kernel))
    if trust.pull > _STRONG_PULL:
        parts.append(f"penalty and first sample still pull the weights by {percent(trust.pull)}")
    return "; ".join(parts)


def _shared(trust: Trust) -> str:
    """Verdict on sampled Shapley values, which add up whatever their error."""
    if trust.stability is None:
        return f"too early to tell: {trust.n_samples:,} samples do not determine Shapley values"
    return f"{_order(trust, trust.stability)}; {_samples(trust, trust.stability)}"


def _empty(trust: Trust) -> str:
    """Why there is little to see: a model may look at little, or answer in jumps."""
    share = "all" if trust.idle == 1 else percent(min(trust.idle, 0.99))
    if trust.step is None:
        return (
            f"the model's answer does not change with {share} of the segments{_JUMPS} fewer "
            "segments, a stronger perturbation or LIME may show more"
        )
    return (
        f"a step of {percent(trust.step, 'g')} changes nothing at {share} of the pixels{_JUMPS} "
        "a larger step, LIME or occlusion may show more"
    )


def _order(trust: Trust, stability: Stability) -> str:
    settled = stability.settled(trust.confidence)
    kept = "keeps its place" if settled == 1 else "keep their order"
    if settled == trust.k:
        return f"stable under other masks: {_top(settled)} {kept}"
    if settled:
        return (
            f"partly stable under other masks: {_top(settled)} {kept}, the next may change places"
        )
    return f"not settled: under other masks {_top(trust.k)} may change places"


def _fit(trust: Trust) -> str:
    r2, on = trust.r2, ""
    if trust.r2_unseen is not None:
        r2, on = trust.r2_unseen, " on unseen samples"
    if r2 < 0:
        return f"R² below 0{on}, so the weights tell nothing yet"
    if r2 < _POOR_R2:
        return f"{goodness(r2)}{on}, so the weights tell only part of the story"
    return f"{goodness(r2)}{on}"


def _samples(trust: Trust, stability: Stability) -> str:
    needed = stability.samples_for(trust.confidence)
    if needed > _OUT_OF_REACH:
        return f"no number of samples in reach would settle {_top(trust.k)}"
    if needed <= 0.5 * trust.n_samples:
        return f"{trust.n_samples:,} samples are more than enough, {_count(needed)} would do"
    if needed <= trust.n_samples:
        return f"{trust.n_samples:,} samples are enough"
    return f"about {_count(needed)} samples would settle {_top(trust.k)}"


def _kernel(n_samples: int, kernel: KernelAdvice) -> str:
    counted = (
        f"the kernel is narrow: {n_samples:,} samples count as {kernel.effective_samples:,.0f}"
    )
    if kernel.recommended_width is None:
        return f"{counted}, {_count(kernel.needed_samples)} are wanted"
    return f"{counted}; width {kernel.recommended_width:g} would do"


def _top(k: int) -> str:
    return "the top segment" if k == 1 else f"the top {k} segments"


def _count(number: float) -> str:
    """Rounded up to two figures."""
    step = 10 ** max(int(np.floor(np.log10(max(number, 1)))) - 1, 0)
    return f"{int(np.ceil(number / step) * step):,}"
