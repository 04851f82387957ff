"""Placement of new spectra on an existing plane."""

from __future__ import annotations

from typing import Any

import numpy as np
from openTSNE import PartialTSNEEmbedding, TSNEEmbedding
from openTSNE.affinity import PrecomputedAffinities, joint_probabilities_nn
from openTSNE.initialization import median
from scipy.optimize import minimize
from scipy.sparse import identity
from sklearn.neighbors import NearestNeighbors

__all__ = ["PlaneMap"]

# As openTSNE has it for points added to an embedding (Poličar, Stražar & Zupan 2021): few
# neighbours, and their pull stronger, because a new spectrum is to find its place among them.
_PERPLEXITY = 5.0
_NEIGHBOURS = 15
_EXAGGERATION = 1.5
# Where neighbours lie in several clumps their mean lies in none: the nearest are tried as well.
_STARTS = 3
# A usual distance to the nearest point: of this share of so many points.
_USUAL, _JUDGED = 0.99, 2_000
# Of many: openTSNE's steps for points added, all at once, their push told by a grid from where
# that is quicker than a tree.
_STEPS: dict[str, Any] = {"n_iter": 100, "learning_rate": 0.1, "momentum": 0.8}
_STEPS |= {"exaggeration": _EXAGGERATION, "max_grad_norm": 0.25}
_GRID_FROM = 6_000


class PlaneMap:
    """Where new spectra lie on an existing plane; the points of the plane stay where they are.

    Parameters
    ----------
    features : (n, K)
        What neighbours were sought in when the plane was laid out, n ≥ 4.
    xy : (n, 2)
        The plane.

    Raises
    ------
    ValueError
        If there are fewer than four points, or the lengths differ.
    """

    def __init__(self, features: np.ndarray, xy: np.ndarray) -> None:
        if len(features) < 4 or len(features) != len(xy):
            raise ValueError(f"need 4 points or more, got {len(features)} and {len(xy)}")
        self._xy = np.ascontiguousarray(xy, np.float64)
        self._k = min(_NEIGHBOURS, len(xy) - 1)
        self._features = features
        self._nearest = NearestNeighbors(n_neighbors=self._k, algorithm="brute").fit(features)
        self._reference: TSNEEmbedding | None = None

    def place(self, features: np.ndarray) -> np.ndarray:
        """Place spectra, each for itself, where t-SNE's objective is least for it.

        Parameters
        ----------
        features : (m, K)
            Of the new spectra, made as those of the plane's.

        Returns
        -------
        xy : (m, 2) float32

        Raises
        ------
        ValueError
            If a feature is not finite.
        """
        pulls, _ = self._pulls(features)
        rows = [pulls.indptr[at : at + 2] for at in range(len(features))]
        placed = [self._settle(pulls.indices[a:b], pulls.data[a:b]) for a, b in rows]
        return np.array(placed, np.float32).reshape(-1, 2)

    def place_many(self, features: np.ndarray) -> np.ndarray:
        """Place spectra, each for itself, by a hundred of openTSNE's steps.

        On a plane of hundreds of thousands a thousandth of the time of :meth:`place`, which ends
        where the objective is least. By one thread, so that any process gives the same bytes.

        Parameters, returns and raises as :meth:`place`.
        """
        pulls, neighbours = self._pulls(features)
        if self._reference is None:
            method = "bh" if len(self._xy) < _GRID_FROM else "fft"
            how: Any = {"negative_gradient_method": method, "n_jobs": 1}
            own = PrecomputedAffinities(identity(len(self._xy), format="csr"), normalize=False)
            self._reference = TSNEEmbedding(self._xy - self._middle(), own, **how)
        reference = self._reference
        start = median(reference, neighbours)
        new = PartialTSNEEmbedding(start, reference, pulls, **reference.gradient_descent_params)
        placed: Any = new.optimize(**_STEPS)
        return (np.asarray(placed) + self._middle()).astype(np.float32)

    def far_from_all(self, features: np.ndarray) -> np.ndarray:
        """Which spectra are farther from the nearest point than 99 % of the points from theirs.

        Such a one has a place, as any has, but nothing on the plane is like it.

        Parameters
        ----------
        features : (m, K)
            Of the new spectra, finite.

        Returns
        -------
        far : (m,) bool
        """
        some = np.linspace(0, len(self._xy) - 1, min(len(self._xy), _JUDGED)).astype(int)
        usual = self._nearest.kneighbors(self._features[some], 2)[0][:, 1]
        return self._nearest.kneighbors(features, 1)[0][:, 0] > np.quantile(usual, _USUAL)

    def _middle(self) -> np.ndarray:
        """Of the plane; openTSNE's grid is round it."""
        return (self._xy.max(axis=0) + self._xy.min(axis=0)) / 2

    def _pulls(self, features: np.ndarray) -> tuple[Any, np.ndarray]:
        """How strongly each (m, K) is drawn to each point, sparse (m, n); and its neighbours."""
        features = np.asarray(features)
        if not np.isfinite(features).all():
            raise ValueError(f"features {features.shape} to be placed must be finite")
        distances, neighbours = self._nearest.kneighbors(features)
        pulls: Any = joint_probabilities_nn(
            neighbours,
            np.maximum(distances, np.finfo(np.float32).tiny),
            [min(_PERPLEXITY, self._k / 3)],
            symmetrize=False,
            normalization="point-wise",
            n_reference_samples=len(self._xy),
        )
        return pulls, neighbours

    def _settle(self, neighbours: np.ndarray, pull: np.ndarray) -> np.ndarray:
        """The least −Σ pⱼ log qⱼ of one point, from the likeliest places."""
        near = self._xy[neighbours]
        order = np.argsort(-pull, kind="stable")[:_STARTS]
        starts = [pull @ near / pull.sum(), *near[order]]
        settled = [
            minimize(self._cost, start, args=(near, _EXAGGERATION * pull), jac=True)
            for start in starts
        ]
        return min(settled, key=lambda one: one.fun).x

    def _cost(self, y: np.ndarray, near: np.ndarray, pull: np.ndarray) -> tuple[float, np.ndarray]:
        """Cross entropy of one point's neighbours, and its gradient (van der Maaten & Hinton 2008).

        With qⱼ ∝ 1/(1 + |y − yⱼ|²) it is Σ pⱼ log(1 + |y − yⱼ|²) + log Σ 1/(1 + |y − yⱼ|²).
        """
        to_near, to_all = y - near, y - self._xy
        apart = 1 + (to_near**2).sum(axis=1)
        closeness = 1 / (1 + (to_all**2).sum(axis=1))
        total = closeness.sum()
        cost = pull @ np.log(apart) + np.log(total)
        gradient = 2 * (pull / apart) @ to_near - 2 * (closeness**2) @ to_all / total
        return float(cost), gradient
