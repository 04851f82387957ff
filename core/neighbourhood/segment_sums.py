"""Sums over the pixels of each segment, in one pass over the columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..compute.compiled_loops import compiled

__all__ = ["add_segment_sums", "segment_sums"]


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
    sums : (k, S, m), in the vectors' precision or the columns', whichever is the finer
        Summed over segments these are vectors @ columns, and more exactly so than in one go.
    """
    sums = np.zeros((len(vectors), n_segments, columns.shape[1]), np.result_type(vectors, columns))
    add_segment_sums(labels, np.ascontiguousarray(vectors), columns, sums)
    return sums


@compiled()
def add_segment_sums(labels, vectors, columns, sums):
    """Add the sums to what there is, for callers that are compiled themselves."""
    for j in range(len(labels)):
        row = columns[j]
        for v in range(len(vectors)):
            factor, total = vectors[v, j], sums[v, labels[j]]
            for c in range(len(row)):
                total[c] += factor * row[c]
