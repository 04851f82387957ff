"""Points inside a closed outline (lasso) on a plane."""

from __future__ import annotations

import numpy as np

__all__ = ["inside_outline"]


def inside_outline(x: np.ndarray, y: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """(N,) bool: inside by the even-odd rule, so that a loop within a loop is a hole.

    Points are sorted by y once; each edge then turns only those in its own range of y.

    Parameters
    ----------
    x, y : (N,)
        Points, in plane units.
    outline : (V, 2)
        Corners in order; the last is joined to the first.

    Raises
    ------
    ValueError
        It is no (V, 2) array of at least three finite corners.
    """
    corners = np.asarray(outline, np.float64)
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
        raise ValueError(f"an outline has at least three corners (x, y), got {corners.shape}")
    if not np.isfinite(corners).all():
        raise ValueError("a corner of the outline is not finite")
    (left, low), (right, high) = corners.min(axis=0), corners.max(axis=0)
    near = np.flatnonzero((x >= left) & (x <= right) & (y >= low) & (y <= high))
    near = near[np.argsort(y[near], kind="stable")]
    across, up = x[near].astype(np.float64), y[near].astype(np.float64)
    turned = np.zeros(len(near), bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        first, last = np.searchsorted(up, sorted((y0, y1)))
        edge = x0 + (up[first:last] - y0) * ((x1 - x0) / (y1 - y0))
        turned[first:last] ^= across[first:last] < edge
    inside = np.zeros(len(x), bool)
    inside[near[turned]] = True
    return inside
