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


def verdict(found: Findings) -> str:
    """Say whether the order holds, how good the fit is, and how many samples would do."""
    if found.n_samples == 0:
        limit = ["LIME's limit of infinitely many", _fit(found.r2, "")]
        said = limit if found.method == "lime" else ["Shapley values in closed form"]
        return "; ".join(["exact, no samples: " + said[0], *said[1:]])
    if found.method == "shapley":
        return _shared(found)
    if found.kernel is None:
        if found.idle >= _MOSTLY_IDLE:
            return _empty(found)
        return _EXACT.format(found.method)
    if found.stability is None:
        return (
            f"too early to tell: {found.n_samples:,} samples do not determine the weights; "
            f"{_count(found.kernel.needed_samples)} would"
        )
    parts = [
        _order(found, found.stability),
        _fit(found.r2, " on unseen samples" if found.unseen else ""),
        _samples(found, found.stability),
    ]
    if _is_narrow(found.n_samples, found.kernel):
        parts.append(_kernel(found.n_samples, found.kernel))
    if found.pull > _STRONG_PULL:
        parts.append(f"penalty and first sample still pull the weights by {percent(found.pull)}")
    return "; ".join(parts)


def _shared(found: Findings) -> str:
    """Of Shapley values from samples: whatever their error, they add up."""
    if found.stability is None:
        return f"too early to tell: {found.n_samples:,} samples do not determine Shapley values"
    return f"{_order(found, found.stability)}; {_samples(found, found.stability)}"


def _empty(found: Findings) -> str:
    """Why there is little to see: a model that answers in jumps seldom feels a small change."""
    share = "all" if found.idle == 1 else percent(min(found.idle, 0.99))
    if found.step is None:
        return (
            f"the model's answer does not change with {share} of the segments, as with forests, "
            "which answer in jumps; fewer segments, a stronger perturbation or LIME show more"
        )
    return (
        f"a step of {percent(found.step, 'g')} changes nothing at {share} of the pixels, as with "
        "forests, which answer in jumps; a larger step, LIME or occlusion show more"
    )


def _order(found: Findings, stability: Stability) -> str:
    settled = stability.settled(found.confidence)
    kept = "keeps its place" if settled == 1 else "keep their order"
    if settled == found.k:
        return f"stable under other masks: {_top(settled)} {kept}"
    if settled:
        return (
            f"partly stable under other masks: {_top(settled)} {kept}, the next may change places"
        )
    return f"not settled: under other masks {_top(found.k)} may change places"


def _fit(r2: float, on: str) -> str:
    if r2 < 0:
        return f"R² below 0{on}, so the weights tell nothing yet"
    if r2 < _POOR_R2:
        return f"{goodness(r2)}{on}, so the weights tell only part of the story"
    return f"{goodness(r2)}{on}"


def _samples(found: Findings, stability: Stability) -> str:
    needed = stability.samples_for(found.confidence)
    if needed > _OUT_OF_REACH:
        return f"no number of samples in reach would settle {_top(found.k)}"
    if needed <= 0.5 * found.n_samples:
        return f"{found.n_samples:,} samples are more than enough, {_count(needed)} would do"
    if needed <= found.n_samples:
        return f"{found.n_samples:,} samples are enough"
    return f"about {_count(needed)} samples would settle {_top(found.k)}"


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
