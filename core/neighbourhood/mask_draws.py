"""Sampling schemes for LIME masks: independent, antithetic pairs, or none.

``independent`` is the paper's. In ``antithetic`` pairs every mask is followed by its complement:
what pairs of segments do together (and every other even interaction) then cancels from the
weights as far as the kernel weighs both alike, and of a smooth target that is most of the misfit.
The ``limit`` draws none where the limit is known in closed form (``exact``); where it is not, its
masks are the paper's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import numpy as np

from ..settings import SamplingName
from .masks import BinaryMasks

__all__ = ["ROWS_PER_DRAW", "draw_masks"]

# Consecutive rows that were drawn together, which ``influence`` must know. The first of these
# draws is the spectrum itself (and its complement), the same in every run.
ROWS_PER_DRAW: Mapping[SamplingName, int] = {
    "independent": 1,
    "antithetic": 2,
    "limit": 1,
}


def draw_masks(
    n: int, n_segments: int, *, seed: int, sampling: SamplingName = "independent"
) -> BinaryMasks:
    """Draw masks in order, so that fewer of one seed are a prefix of more; the first is all ones.

    Parameters
    ----------
    n, n_segments
        Rows and columns of Z.
    seed
        0 or more.
    sampling
        How.

    Raises
    ------
    ValueError
        If the sampling is unknown.
    """
    if sampling not in get_args(SamplingName):
        raise ValueError(f"sampling must be one of {get_args(SamplingName)}, got {sampling!r}")
    if sampling != "antithetic":
        return BinaryMasks.random(n, n_segments, seed=seed)
    first = BinaryMasks.random(-(-n // 2), n_segments, seed=seed).bits
    pairs = np.stack([first, ~first], axis=1).reshape(-1, first.shape[1])
    return BinaryMasks(pairs[:n], n_segments)
