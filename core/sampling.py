"""Ways to draw the masks of LIME that reach the same limit, some of them sooner.

``independent`` is the paper's. In ``antithetic`` pairs every mask is followed by its complement:
what pairs of segments do together (and every other even interaction) then cancels from the
weights, and of a smooth target that is most of the misfit. ``matched`` draws from the kernel
itself, so no sample is wasted where a narrow kernel would weigh it down to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .masks import BinaryMasks

__all__ = ["ROWS_PER_DRAW", "SamplingName", "draw_masks"]

SamplingName = Literal["independent", "antithetic", "matched"]

# Consecutive rows that were drawn together, which ``influence`` must know.
ROWS_PER_DRAW: Mapping[SamplingName, int] = {"independent": 1, "antithetic": 2, "matched": 1}


def draw_masks(
    n: int,
    n_segments: int,
    *,
    seed: int,
    sampling: SamplingName = "independent",
    presence: NDArray[np.float64] | None = None,
) -> BinaryMasks:
    """Draw masks in order, so that fewer of one seed are a prefix of more; the first is all ones.

    Parameters
    ----------
    n, n_segments
        Rows and columns of Z.
    seed
        0 or more.
    sampling
        ``independent`` and ``antithetic`` go with the kernel's weights, ``matched`` with weights
        that are all 1.
    presence : (S,), needed by and only by ``matched``
        Probability of each segment to be present, from ``tilt.presence``.

    Raises
    ------
    ValueError
        If the sampling is unknown, or ``presence`` missing, superfluous or of another shape.
    """
    if sampling not in get_args(SamplingName):
        raise ValueError(f"sampling must be one of {get_args(SamplingName)}, got {sampling!r}")
    if (sampling == "matched") != (presence is not None):
        raise ValueError(f"matched sampling alone takes presence: got {sampling!r}, {presence}")
    if presence is not None:
        if presence.shape != (n_segments,):
            raise ValueError(f"presence must be ({n_segments},), got {presence.shape}")
        return _matched(n, presence, seed)
    if sampling == "antithetic":
        return _antithetic(n, n_segments, seed)
    return BinaryMasks.random(n, n_segments, seed=seed)


def _antithetic(n: int, n_segments: int, seed: int) -> BinaryMasks:
    first = BinaryMasks.random(-(-n // 2), n_segments, seed=seed).bits
    pairs = np.stack([first, ~first], axis=1).reshape(-1, first.shape[1])
    return BinaryMasks(pairs[:n], n_segments)


def _matched(n: int, presence: NDArray[np.float64], seed: int) -> BinaryMasks:
    drawn = np.random.default_rng(seed).random((n, len(presence)), dtype=np.float32) < presence
    drawn[:1] = True
    return BinaryMasks.pack(drawn)
