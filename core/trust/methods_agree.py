"""Agreement of two explanations of one spectrum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ..explain.explanation import Explanation
from .curves import contributions

__all__ = ["Agreement", "agreement"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How alike two explanations are.

    Attributes
    ----------
    rank_correlation
        Spearman's, of |contribution|, −1 to 1; NaN if either has no order.
    top_overlap
        Share of the k largest that both have in common, 0 to 1.
    same_sign
        Share of the k largest of the first whose sign is the same in the second, 0 to 1.
    n_pieces, k
        On how many common pieces, and how many of them are the top.
    """

    rank_correlation: float
    top_overlap: float
    same_sign: float
    n_pieces: int
    k: int


def agreement(
    first: Explanation, second: Explanation, x: NDArray[np.floating], *, k: int = 5
) -> Agreement:
    """Compare what two explanations of one spectrum say each piece contributes.

    Each contribution is spread evenly over its segment's pixels; then both are summed over the
    segments of the coarser explanation. So a map of single pixels compares with 77 segments.

    Parameters
    ----------
    first, second
        Of the same spectrum, by any methods and settings.
    x : (D,)
        The spectrum.
    k
        Size of the top, at least 1.

    Raises
    ------
    ValueError
        If the explanations have not the spectrum's pixels, or k is less than 1.
    """
    shapes = first.labels.shape, second.labels.shape, np.shape(x)
    if len(set(shapes)) != 1:
        raise ValueError(f"explanations and spectrum must share their pixels, got {shapes}")
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    coarse = first if len(first.weights) <= len(second.weights) else second
    n_pieces = len(coarse.weights)
    sums = [
        np.bincount(coarse.labels, weights=_per_pixel(explanation, x), minlength=n_pieces)
        for explanation in (first, second)
    ]
    sizes = np.abs(sums)
    k = min(k, n_pieces)
    tops = [np.argsort(-size, kind="stable")[:k] for size in sizes]
    return Agreement(
        _spearman(sizes[0], sizes[1]),
        float(np.isin(tops[0], tops[1]).mean()),
        float(np.mean(np.sign(sums[0][tops[0]]) == np.sign(sums[1][tops[0]]))),
        n_pieces,
        k,
    )


def _per_pixel(explanation: Explanation, x: NDArray[np.floating]) -> NDArray[np.float64]:
    sizes = np.bincount(explanation.labels, minlength=len(explanation.weights))
    return (contributions(explanation, x) / sizes)[explanation.labels]


def _spearman(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(stats.rankdata(first), stats.rankdata(second))[0, 1])
