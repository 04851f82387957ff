"""Planes of very many points: t-SNE of a sample, the other points placed on it.

t-SNE's memory grows with its points (3.1 GB for 240,000), placing needs that of the sample alone,
and each point is placed for itself.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from sklearn.cluster import MiniBatchKMeans

from .tsne import Callback, EmbedSettings, LayoutStore, OpenTsne, lay_out

__all__ = ["fitting_sample", "lay_out_on_sample"]

# A quarter of the sample are those farthest from all that is frequent; the rest any.
_RARE_SHARE = 0.25
_CELLS = 128
_CELLS_FROM = 20_000  # points; centres settle with a few thousand
_FEW = 10  # a cell of a tenth of the mean holds something rare
_CHUNK_ROWS = 20_000
# As openTSNE has it for points added to an embedding (Poličar, Stražar & Zupan 2021).
_PERPLEXITY = 5
_STEPS = 100


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


def lay_out_on_sample(
    scores: np.ndarray,
    sample: np.ndarray,
    settings: EmbedSettings,
    *,
    jobs: int = 1,
    callback: Callback | None = None,
    store: LayoutStore | None = None,
) -> tuple[np.ndarray, EmbedSettings]:
    """Lay out a sample, and place all others where t-SNE's objective is least for each.

    Parameters
    ----------
    scores
        (n, K) finite.
    sample
        (m,) rows to lay out, ascending, m ≥ 5; with all n it is :func:`lay_out`.
    settings, jobs, callback, store
        As for :func:`lay_out`; of fewer openTSNE's alone.

    Returns
    -------
    xy (n, 2) float32, and the settings as used.

    Raises
    ------
    ValueError
        The method is scikit-learn's, which cannot place others, or as of :func:`lay_out`.
    """
    if len(sample) == len(scores):
        return lay_out(scores, settings, jobs=jobs, callback=callback, store=store)
    if settings.method != "opentsne":
        raise ValueError(
            f"method={settings.method!r} cannot place spectra on a plane; opentsne can"
        )
    laid = OpenTsne(scores[sample], settings, jobs=jobs)
    plane: Any = laid.optimised(callback, store)
    rest = np.setdiff1d(np.arange(len(scores)), sample)
    xy = np.empty((len(scores), 2), np.float32)
    for start in range(0, len(rest), _CHUNK_ROWS):
        rows = rest[start : start + _CHUNK_ROWS]
        xy[rows] = plane.transform(scores[rows], perplexity=_PERPLEXITY, n_iter=_STEPS)
        if callback is not None:
            callback(laid.n_steps, laid.n_steps)  # to be stopped between chunks
    xy[sample] = plane  # last: placing may move the whole to its middle
    return xy, laid.settings
