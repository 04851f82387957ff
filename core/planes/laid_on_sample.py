"""Sample that t-SNE lays out where points are too many, with the rare ones among it."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from sklearn.cluster import MiniBatchKMeans

__all__ = ["fitting_sample"]

# A quarter of the sample are those farthest from all that is frequent; the rest any.
_RARE_SHARE = 0.25
_CELLS = 128
_CELLS_FROM = 20_000  # points; centres settle with a few thousand
_FEW = 10  # a cell of a tenth of the mean holds something rare
_CHUNK_ROWS = 20_000


def fitting_sample(scores: np.ndarray, most: int, *, seed: int) -> np.ndarray:
    """Which points to lay out where all are too many: any, and the rarest.

    Rare are those far from the centres of 128 cells, measured by their cell's median distance, and
    those in cells of few: of any at random, a kind of a few in a million would have none.

    Parameters
    ----------
    scores
        (n, K) finite.
    most
        So many are chosen, or all of fewer.
    seed
        Of the draw.

    Returns
    -------
    (m,) rows, ascending.
    """
    n = len(scores)
    if n <= most:
        return np.arange(n)
    rng = np.random.default_rng(seed)
    sampled = np.sort(rng.choice(n, min(n, _CELLS_FROM), replace=False))
    n_cells = min(_CELLS, max(len(sampled) // 20, 1))
    cells = MiniBatchKMeans(n_cells, n_init=cast("Any", 1), random_state=seed).fit(scores[sampled])
    far, cell = np.empty(n), np.empty(n, np.int64)
    for start in range(0, n, _CHUNK_ROWS):
        part = slice(start, start + _CHUNK_ROWS)
        cell[part] = cells.predict(scores[part])
        far[part] = np.linalg.norm(scores[part] - cells.cluster_centers_[cell[part]], axis=1)
    count = np.bincount(cell, minlength=n_cells)
    usual = [np.median(far[cell == k]) if count[k] else 1.0 for k in range(n_cells)]
    far /= np.maximum(usual, np.finfo(np.float32).tiny)[cell]
    # A kind of a few may have a cell of its own: the smallest such cells come first.
    small = count < n / (_FEW * n_cells)
    far = np.where(small[cell], far.max() * n / np.maximum(count, 1)[cell], far)
    n_rare = int(_RARE_SHARE * most)
    rare = np.argsort(-far, kind="stable")[:n_rare]
    others = np.setdiff1d(np.arange(n), rare)
    return np.sort(np.concatenate([rare, rng.choice(others, most - n_rare, replace=False)]))
