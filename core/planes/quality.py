"""Quality of a plane: trustworthiness, and recall of nearest neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

__all__ = ["PlaneQuality", "plane_quality"]

_BLOCK_ROWS = 256
_NEIGHBOURS = 10  # fewer where there are not 21 points


@dataclass(frozen=True, slots=True)
class PlaneQuality:
    """Neighbourhood preservation, for k neighbours.

    Attributes
    ----------
    trustworthiness
        1 if the k nearest on the plane are near in the features too; lower the
        farther off the intruders are (Venna & Kaski 2001).
    knn_recall
        Share of the k nearest in the features that are among the k nearest on the
        plane; k / (n - 1) is what chance gives.
    k, n
        Neighbours, and the points among which they were sought.
    n_asked
        Points whose neighbours were looked at; n where it is all of them.
    """

    trustworthiness: float
    knn_recall: float
    k: int
    n: int
    n_asked: int


def plane_quality(
    features: np.ndarray,
    xy: np.ndarray,
    *,
    points: np.ndarray | None = None,
    overwrite_features: bool = False,
) -> PlaneQuality:
    """Compare neighbours on a plane with those in the features.

    Parameters
    ----------
    features
        (n, D).
    xy
        (n, 2) the same points on the plane.
    points
        (m,) points whose neighbours, among all n, are looked at; all by default. Cost grows as
        m·n.
    overwrite_features
        Need not be kept: spares a copy.

    Raises
    ------
    ValueError
        Fewer than 4 points, or lengths differ.
    """
    n = len(features)
    if n < 4 or len(xy) != n:
        raise ValueError(f"need 4 points or more in both spaces, got {n} and {len(xy)}")
    points = np.arange(n) if points is None else np.asarray(points)
    k, m = min(_NEIGHBOURS, (n - 1) // 2), len(points)
    neighbours = NearestNeighbors(n_neighbors=k).fit(xy)
    on_plane = _others(neighbours.kneighbors(xy[points], k + 1, return_distance=False), points)
    # Round their mean, where squares of distances lose least to rounding.
    mean = features.mean(axis=0)
    centred = np.subtract(features, mean, out=features if overwrite_features else None)
    squares = np.einsum("ij,ij->i", centred, centred)
    intruded, shared = 0.0, 0
    for start in range(0, m, _BLOCK_ROWS):
        rows, near = points[start : start + _BLOCK_ROWS], on_plane[start : start + _BLOCK_ROWS]
        apart = squares - 2 * (centred[rows] @ centred.T)  # but for what a row has in common
        apart[np.arange(len(rows)), rows] = np.inf
        nearest = np.argpartition(apart, k, axis=1)[:, :k]
        shared += sum(len(np.intersect1d(a, b)) for a, b in zip(nearest, near, strict=True))
        intruded += _ranks_beyond(apart, near, k)
    trust = 1 - 2 * intruded / (m * k * (2 * n - 3 * k - 1))
    return PlaneQuality(float(trust), shared / (m * k), k, n, m)


def _others(nearest: NDArray[np.int64], points: NDArray[np.int64]) -> NDArray[np.int64]:
    """(m, k) of (m, k + 1) nearest points, without the point itself, else without the last."""
    itself = nearest == points[:, None]
    itself[~itself.any(axis=1), -1] = True
    return nearest[~itself].reshape(len(nearest), -1)


def _ranks_beyond(apart: np.ndarray, near: NDArray[np.int64], k: int) -> float:
    """Sum over the neighbours on the plane of how far their rank in the features is above k."""
    total = 0.0
    for distance in np.take_along_axis(apart, near, axis=1).T:
        rank = 1 + np.count_nonzero(apart < distance[:, None], axis=1)
        total += float(np.maximum(rank - k, 0).sum())
    return total
