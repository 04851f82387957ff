"""Rankings by several scores, and the overlap of their top lists (O25, section 3)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["equal_bins", "rank", "rank_within", "top_overlap"]


def rank(values: ArrayLike) -> NDArray[np.int64]:
    """Rank of each value (n,), 1 the largest; of equals the earlier comes first, NaN last."""
    values = np.asarray(values, np.float64)
    ranks = np.empty(len(values), np.int64)
    ranks[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1)
    return ranks


def rank_within(values: ArrayLike, groups: ArrayLike) -> NDArray[np.int64]:
    """Rank of each value (n,) among those of its group (n,)."""
    values, groups = np.asarray(values, np.float64), np.asarray(groups)
    ranks = np.empty(len(values), np.int64)
    for group in np.unique(groups):
        inside = groups == group
        ranks[inside] = rank(values[inside])
    return ranks


def equal_bins(values: ArrayLike, n_bins: int) -> NDArray[np.float64]:
    """Borders (n_bins − 1,) between bins of equal count, as O25's four of median S/N.

    A value belongs to bin ``np.searchsorted(borders, value, side="right")``. Where many values are
    equal, fewer bins may be filled.

    Parameters
    ----------
    values : (n,)
        NaN does not count.
    n_bins
        1 or more.

    Raises
    ------
    ValueError
        If n_bins is below 1.
    """
    if n_bins < 1:
        raise ValueError(f"n_bins must be 1 or more, got {n_bins}")
    values = np.asarray(values, np.float64)
    known = values[np.isfinite(values)]
    if not known.size:
        return np.empty(0)
    return np.quantile(known, np.arange(1, n_bins) / n_bins)


def top_overlap(scores: Mapping[str, ArrayLike], top: int) -> tuple[NDArray[np.float64], float]:
    """Which share of its highest values each score has in common with each other.

    Parameters
    ----------
    scores
        Name → values (n,), m of them.
    top
        How many of the highest make a top list; n if that is smaller.

    Returns
    -------
    shared : (m, m)
        Share 0 to 1 of one score's top list that is in the other's, in the order given.
    common
        Share that is in the top lists of all. The paper has 0.04 for the top 100 of its eight
        scores and 0.148 for the top 1000.

    Raises
    ------
    ValueError
        If there is no score, or top is below 1.
    """
    if not scores or top < 1:
        raise ValueError(f"need a score and a top of 1 or more, got {list(scores)} and {top}")
    inside = np.stack([rank(values) <= top for values in scores.values()]).astype(np.float64)
    size = inside.sum(axis=1).max()
    if size == 0:
        return np.zeros((len(inside), len(inside))), 0.0
    return inside @ inside.T / size, float(inside.all(axis=0).sum() / size)
