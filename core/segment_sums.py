"""Sums over the pixels of each segment, in one pass over the largest array."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["segment_sums"]


def segment_sums(
    labels: NDArray[np.int32],
    n_segments: int,
    vectors: NDArray[np.floating],
    columns: NDArray[np.floating],
) -> NDArray[np.floating]:
    """Σ over the pixels j of each segment of vectors_vj·columns_jc.

    Parameters
    ----------
    labels : (D,)
        Segment of each pixel, 0 to S − 1.
    n_segments
        S.
    vectors : (k, D)
    columns : (D, m)
        Read once, whatever k: it is the large one.

    Returns
    -------
    sums : (k, S, m), dtype of the columns
        Summed over segments these are vectors @ columns, and more exactly so than in one go.
    """
    return _sums(labels, n_segments, np.ascontiguousarray(vectors), columns)


@njit(cache=True, nogil=True)
def _sums(labels, n_segments, vectors, columns):
    n_vectors, n_columns = len(vectors), columns.shape[1]
    sums = np.zeros((n_vectors, n_segments, n_columns), columns.dtype)
    for j in range(len(labels)):
        row = columns[j]
        for v in range(n_vectors):
            factor, total = vectors[v, j], sums[v, labels[j]]
            for c in range(n_columns):
                total[c] += factor * row[c]
    return sums
