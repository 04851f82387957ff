"""Metrics named as in Quantus (Hedström et al. 2023): faithfulness and others.

All are taken on the game that segments play: x as it is, its segments perturbed as the settings
say, and an explanation's contribution of each. They tell whether the model follows the weights, not
whether these are where the cause is: on series they depend on the class and may contradict a
planted truth (arXiv 2502.17022). So they are to be read class by class, beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..compute import Cancelled, never
from ..explain import explain
from ..explain.explanation import Explanation
from ..neighbourhood import BinaryMasks, Neighbourhood, segment
from ..neighbourhood.perturbations import perturbed
from ..targets import Target, evaluate
from .curves import contributions

__all__ = [
    "Faithfulness",
    "completeness_gap",
    "faithfulness",
    "faithfulness_correlation",
    "infidelity",
    "max_sensitivity",
    "random_logit",
    "segment_contributions",
]

_SHARE, _NOISE = 0.2, 0.02  # of the segments in a subset; of the median |flux|


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """How far a model follows an explanation's contributions.

    Attributes
    ----------
    infidelity
        Mean squared difference between what segments taken away were said to bring and what they
        did, over the mean square of the latter: 0 for a perfect explanation, 1 for one that says
        nothing, above 1 for one that says too much.
    correlation
        Of the two, −1 to 1 (faithfulness correlation); NaN where one does not vary.
    completeness
        Σ contributions − (f(x) − f(base)), over |f(x) − f(base)|: 0 where they add up, as Shapley
        values do; inf where the target is the same perturbed and not.
    max_sensitivity
        The most that slight noise on the flux changed the weights, as a share of their norm.
    n_subsets, n_noisy, noise
        Subsets taken away, noisy spectra explained, and the noise: each pixel moves by up to this
        share of the median |flux|.
    """

    infidelity: float
    correlation: float
    completeness: float
    max_sensitivity: float
    n_subsets: int
    n_noisy: int
    noise: float


def infidelity(predicted: NDArray[np.float64], observed: NDArray[np.float64]) -> float:
    """Mean (said − done)² (Yeh et al. 2019).

    Parameters
    ----------
    predicted, observed : (n,)
        By how much each perturbation should lower the target by the explanation, and did.
    """
    return float(np.mean((predicted - observed) ** 2))


def faithfulness_correlation(
    predicted: NDArray[np.float64], observed: NDArray[np.float64]
) -> float:
    """Pearson's of the same over random subsets (Bhatt et al. 2020); NaN where one is constant."""
    if np.ptp(predicted) == 0 or np.ptp(observed) == 0:
        return float("nan")
    return float(np.corrcoef(predicted, observed)[0, 1])


def completeness_gap(shares: NDArray[np.float64], difference: float) -> float:
    """Σ shares − difference (Sundararajan et al. 2017): 0 where Quantus's answer is True."""
    return float(shares.sum() - difference)


def max_sensitivity(weights: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """The largest ‖weights − other‖/‖weights‖ (Yeh et al. 2019), of others (m, S) under noise."""
    size = float(np.linalg.norm(weights))
    moved = float(np.linalg.norm(others - weights, axis=1).max())
    return moved / size if size > 0 else float("inf") if moved else 0.0


def random_logit(weights: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Pearson's of the weights for a class and those for another (Sixt et al. 2020).

    Near 1 an explanation does not tell the classes apart; NaN where one does not vary.
    """
    return faithfulness_correlation(weights, other)


def segment_contributions(
    explanation: Explanation, x: NDArray[np.floating]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Segments (D,) of the settings, and what each contributes, (S,): a map's pixels are summed."""
    shares = contributions(explanation, x)
    if explanation.method != "saliency":
        return explanation.labels, shares
    chosen = explanation.settings
    labels = segment(
        np.asarray(x, np.float32), method=chosen.segmentation, n_segments=chosen.n_segments
    )
    return labels, np.bincount(labels, weights=shares).astype(np.float64, copy=False)


def faithfulness(
    explanation: Explanation,
    x: NDArray[np.floating],
    target: Target,
    *,
    n_subsets: int = 200,
    n_noisy: int = 10,
    cancelled: Callable[[], bool] = never,
) -> Faithfulness:
    """Take random subsets of segments away, and explain the spectrum under slight noise.

    Parameters
    ----------
    explanation, x : (D,), target
        An explanation, and what was explained.
    n_subsets
        How many subsets, of a fifth of the segments each.
    n_noisy
        How many noisy spectra; each pixel moves by at most 2 % of the median |flux|.
    cancelled
        As for ``explain_progressively``.

    Raises
    ------
    ValueError
        If there are fewer than 2 subsets or 1 noisy spectrum.
    """
    if n_subsets < 2 or n_noisy < 1:
        raise ValueError(f"need n_subsets ≥ 2 and n_noisy ≥ 1, got {n_subsets} and {n_noisy}")
    x = np.asarray(x, dtype=np.float64)
    chosen = explanation.settings
    labels, shares = segment_contributions(explanation, x)
    base = perturbed(x, labels, chosen)
    rng = np.random.default_rng([chosen.seed, 2])
    gone = _subsets(rng, n_subsets, len(shares))
    every = np.vstack([gone, np.zeros_like(gone[:1]), np.ones_like(gone[:1])])
    around = Neighbourhood(base, x - base, labels, BinaryMasks.pack(~every))
    *values, whole, bare = evaluate(target, around)
    predicted, observed = gone @ shares, whole - np.array(values)
    scale = float(np.median(np.abs(x))) or 1.0
    noisy = x + _NOISE * scale * rng.uniform(-1, 1, (n_noisy, len(x)))
    others = np.stack([_weights_of(explanation, one, target, cancelled) for one in noisy])
    square, difference = float(np.mean(observed**2)), float(whole - bare)
    missed, gap = infidelity(predicted, observed), completeness_gap(shares, difference)
    return Faithfulness(
        missed / square if square > 0 else float("inf") if missed else 0.0,
        faithfulness_correlation(predicted, observed),
        gap / abs(difference) if difference else float("inf") if gap else 0.0,
        max_sensitivity(explanation.weights, others),
        n_subsets,
        n_noisy,
        _NOISE,
    )


def _subsets(rng: np.random.Generator, n: int, n_segments: int) -> NDArray[np.bool_]:
    size = min(max(round(_SHARE * n_segments), 1), n_segments)
    order = rng.permuted(np.tile(np.arange(n_segments), (n, 1)), axis=1)
    return order < size


def _weights_of(
    explanation: Explanation,
    x: NDArray[np.float64],
    target: Target,
    cancelled: Callable[[], bool],
) -> NDArray[np.float64]:
    """Weights of another spectrum, in the same number of pieces."""
    if cancelled():
        raise Cancelled("cancelled before a noisy spectrum")
    weights = explain(x, target, explanation.settings).weights
    n = len(explanation.weights)
    # SLIC may cut a noisy spectrum otherwise: then pixel by pixel no weight is the same.
    return weights if len(weights) == n else np.zeros(n)
