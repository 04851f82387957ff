"""Range of the inputs to a network's units over samples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...compute.compiled_loops import compiled

__all__ = ["Range", "unwatched", "widened"]

_compiled = compiled()


class Range(NamedTuple):
    """Least and most, (u,) each, of what enters some units, as a difference from the base."""

    least: NDArray[np.floating]
    most: NDArray[np.floating]


def unwatched(dtype: np.dtype) -> tuple[NDArray, NDArray, NDArray]:
    """Placeholders for least, most and ordinals of ``forward_pass`` if ranges are not wanted."""
    nothing = np.empty(0, dtype)
    return nothing, nothing, np.empty(0, f"i{dtype.itemsize}")


@_compiled
def widened(entering, units, least, most, ordinals):
    """Widen the range of each unit by what has entered it.

    By ordinals, for their order fills the vector registers and that of floats does not.
    """
    one = ordinals.dtype.type(1)
    sign = ordinals.dtype.type(8 * ordinals.itemsize - 1)
    others, ends = (one << sign) - one, np.empty(2, ordinals.dtype)
    for r in range(len(units)):
        bits, u = entering[r].view(ordinals.dtype), units[r]
        lowest = highest = _ordinal(bits[0], sign, others)
        for i in range(len(bits)):
            ordinal = _ordinal(bits[i], sign, others)
            lowest, highest = min(lowest, ordinal), max(highest, ordinal)
        ends[0], ends[1] = _ordinal(lowest, sign, others), _ordinal(highest, sign, others)
        reached = ends.view(least.dtype)
        least[u], most[u] = min(least[u], reached[0]), max(most[u], reached[1])


@_compiled
def _ordinal(bits, sign, others):
    """A float's bits as an integer of the same order, or back: of those below 0 others turn."""
    return bits ^ ((bits >> sign) & others)
