"""One calm sentence about an explanation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..surrogate.kernel_width import KernelAdvice
from ..surrogate.stability import Stability
from ..words import goodness, percent

__all__ = ["Findings", "verdict"]

_POOR_R2 = 0.5
_STRONG_PULL = 0.1
_OUT_OF_REACH = 1_000_000
_MOSTLY_IDLE = 0.5
_EXACT = "exact: {} changes each piece once, so nothing depends on chance"


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What the sentence speaks of; the attributes are those of ``trust.Trust``.

    ``r2`` is that on samples the fit has not seen if ``unseen``, else on its own. ``step`` is how
    far a saliency map moves the flux; None for other methods.
    """

    method: str
    n_samples: int
    r2: float
    k: int
    confidence: float
    stability: Stability | None
    kernel: KernelAdvice | None
    pull: float
    unseen: bool = False
    idle: float = 0.0
    step: float | None = None


def verdict(findings: Findings) -> str:
    """Say whether the order holds, how good the fit is, and how many samples would do."""
    if findings.n_samples == 0:
        limit = ["LIME's limit of infinitely many", _fit(findings.r2, "")]
        sentences = limit if findings.method == "lime" else ["Shapley values in closed form"]
        return "; ".join(["exact, no samples: " + sentences[0], *sentences[1:]])
    if findings.method == "shapley":
        return _shared(findings)
    if findings.kernel is None:
        if findings.idle >= _MOSTLY_IDLE:
            return _empty(findings)
        return _EXACT.format(findings.method)
    if findings.stability is None:
        return (
            f"too early to tell: {findings.n_samples:,} samples do not determine the weights; "
            f"{_count(findings.kernel.needed_samples)} would"
        )
    parts = [
        _order(findings, findings.stability),
        _fit(findings.r2, " on unseen samples" if findings.unseen else ""),
        _samples(findings, findings.stability),
    ]
    if _is_narrow(findings.n_samples, findings.kernel):
        parts.append(_kernel(findings.n_samples, findings.kernel))
    if findings.pull > _STRONG_PULL:
        parts.append(f"penalty and first sample still pull the weights by {percent(findings.pull)}")
    return "; ".join(parts)


def _shared(findings: Findings) -> str:
    """Of Shapley values from samples: whatever their error, they add up."""
    if findings.stability is None:
        return f"too early to tell: {findings.n_samples:,} samples do not determine Shapley values"
    return f"{_order(findings, findings.stability)}; {_samples(findings, findings.stability)}"


def _empty(findings: Findings) -> str:
    """Why there is little to see: a model that answers in jumps seldom feels a small change."""
    share = "all" if findings.idle == 1 else percent(min(findings.idle, 0.99))
    if findings.step is None:
        return (
            f"the model's answer does not change with {share} of the segments, as with forests, "
            "which answer in jumps; fewer segments, a stronger perturbation or LIME show more"
        )
    return (
        f"a step of {percent(findings.step, 'g')} changes nothing at {share} of the pixels, as "
        "with forests, which answer in jumps; a larger step, LIME or occlusion show more"
    )


def _order(findings: Findings, stability: Stability) -> str:
    settled = stability.settled(findings.confidence)
    kept = "keeps its place" if settled == 1 else "keep their order"
    if settled == findings.k:
        return f"stable under other masks: {_top(settled)} {kept}"
    if settled:
        return (
            f"partly stable under other masks: {_top(settled)} {kept}, the next may change places"
        )
    return f"not settled: under other masks {_top(findings.k)} may change places"


def _fit(r2: float, on: str) -> str:
    if r2 < 0:
        return f"R² below 0{on}, so the weights tell nothing yet"
    if r2 < _POOR_R2:
        return f"{goodness(r2)}{on}, so the weights tell only part of the story"
    return f"{goodness(r2)}{on}"


def _samples(findings: Findings, stability: Stability) -> str:
    needed = stability.samples_for(findings.confidence)
    if needed > _OUT_OF_REACH:
        return f"no number of samples in reach would settle {_top(findings.k)}"
    if needed <= 0.5 * findings.n_samples:
        return f"{findings.n_samples:,} samples are more than enough, {_count(needed)} would do"
    if needed <= findings.n_samples:
        return f"{findings.n_samples:,} samples are enough"
    return f"about {_count(needed)} samples would settle {_top(findings.k)}"


def _kernel(n_samples: int, kernel: KernelAdvice) -> str:
    counted = (
        f"the kernel is narrow: {n_samples:,} samples count as {kernel.effective_samples:,.0f}"
    )
    if kernel.recommended_width is None:
        return f"{counted}, {_count(kernel.needed_samples)} are wanted"
    return f"{counted}; width {kernel.recommended_width:g} would do"


def _is_narrow(n_samples: int, kernel: KernelAdvice) -> bool:
    # Few samples for many segments are no fault of the kernel: the intervals speak of them.
    return not kernel.wide_enough and kernel.effective_samples < 0.5 * n_samples


def _top(k: int) -> str:
    return "the top segment" if k == 1 else f"the top {k} segments"


def _count(number: float) -> str:
    """Rounded up to two figures."""
    step = 10 ** max(int(np.floor(np.log10(max(number, 1)))) - 1, 0)
    return f"{int(np.ceil(number / step) * step):,}"
