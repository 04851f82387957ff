"""Runs of neighbouring marked pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["runs", "stretches"]


def runs(marked: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and last pixel (R,) of each run of marked ones, of (D,)."""
    turns = np.flatnonzero(np.diff(marked, prepend=False, append=False))
    return turns[::2], turns[1::2] - 1


def stretches(
    x: NDArray[np.floating], marked: NDArray[np.bool_]
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Left and right end (R,) of each run of marked pixels, of (D,), on an axis.

    Parameters
    ----------
    x : (D,)
        Where the pixels lie, increasing.
    marked : (D,)
        Which are.

    Returns
    -------
    Half a pixel beyond the first and the last of each.
    """
    first, last = runs(marked)
    half = 0.5 * np.gradient(x) if len(x) > 1 else np.zeros(len(x))
    return x[first] - half[first], x[last] + half[last]
