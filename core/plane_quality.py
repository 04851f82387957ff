"""How far a plane may be believed: do neighbours on it stem from neighbours in the spectra?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

__all__ = ["PlaneQuality", "plane_quality"]


@dataclass(frozen=True, slots=True)
class PlaneQuality:
    """Neighbourhood preservation among n points, for k neighbours.

    Attributes
    ----------
    trustworthiness
        1 if the k nearest on the plane are near in the features too; lower the
        farther off the intruders are (Venna & Kaski 2001).
    knn_recall
        Share of the k nearest in the features that are among the k nearest on the
        plane; k / (n - 1) is what chance gives.
    k, n
        As measured.
    """

    trustworthiness: float
    knn_recall: float
    k: int
    n: int


def plane_quality(features: np.ndarray, xy: np.ndarray, *, k: int = 10) -> PlaneQuality:
    """Compare neighbours on a plane with those in the features; cost grows as n².

    Parameters
    ----------
    features
        (n, D), usually a sample of a few thousand.
    xy
        (n, 2) the same points on the plane.
    k
        Neighbours; reduced where n is too small for so many.

    Raises
    ------
    ValueError
        Fewer than 4 points, or lengths differ.
    """
    n = len(features)
    if n < 4 or len(xy) != n:
        raise ValueError(f"need 4 points or more in both spaces, got {n} and {len(xy)}")
    k = min(k, (n - 1) // 2)
    kept = [_nearest(points, k) for points in (features, xy)]
    shared = sum(len(np.intersect1d(a, b)) for a, b in zip(*kept, strict=True))
    return PlaneQuality(float(trustworthiness(features, xy, n_neighbors=k)), shared / (n * k), k, n)


def _nearest(points: np.ndarray, k: int) -> np.ndarray:
    """(n, k) indices of the nearest others."""
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(points)
    return search.kneighbors(return_distance=False)
