"""The linear model of LIME: weighted ridge regression on masks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .masks import Masks
from .workers import InTurn, Sharing

__all__ = ["Surrogate", "weighted_ridge"]

# The papers' 5000 samples are two blocks, which two threads share evenly.
_BLOCK_ROWS, _BLOCK_COLUMNS = 2500, 192
_CORRECTIONS, _ROUNDING = 12, 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class Surrogate:
    """A fitted linear surrogate.

    Attributes
    ----------
    coefficients : (S,)
        Change of the value when a segment is present.
    intercept
        Value with every segment perturbed.
    r2
        Weighted R² on the samples it was fitted to; 1 where the values do not vary.
    local_prediction
        Its value at the spectrum itself (all masks one).
    """

    coefficients: NDArray[np.float64]
    intercept: float
    r2: float
    local_prediction: float


def weighted_ridge(
    masks: Masks,
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    alpha: float = 1.0,
    workers: Sharing | None = None,
) -> Surrogate:
    """Minimise Σ w_i (y_i − b − z_i·c)² + α‖c‖²; the intercept b is not penalised.

    Equal to ``sklearn.linear_model.Ridge(alpha).fit(Z, y, sample_weight=w)``, through the S × S
    normal equations of the weighted, centred masks.

    Parameters
    ----------
    masks
        Z (n, S).
    values, weights : (n,)
        y, and w ≥ 0.
    alpha
        α > 0.
    workers
        Threads that share the samples.

    Raises
    ------
    ValueError
        If a value is not finite or all weights vanish.
    """
    if not np.isfinite(values).all():
        bad = np.flatnonzero(~np.isfinite(values))
        raise ValueError(f"{len(bad)} of {len(values)} values are not finite, first at {bad[0]}")
    total = float(weights.sum())
    if not total > 0:
        raise ValueError(f"weights must not all vanish, their sum is {total}")
    mean_value = float(weights @ values / total)
    centred = values - mean_value
    normal = _Normal(masks, weights, masks.gather(weights) / total, alpha)
    cross = masks.gather(weights * centred)
    coefficients = normal.solve(cross, workers or InTurn())
    intercept = mean_value - float(normal.mean @ coefficients)
    spread = float(weights @ centred**2)
    # Σ w (y − ŷ)² with the solution put in: cᵀAc = c·(cross − αc).
    unexplained = spread - float(coefficients @ (cross + alpha * coefficients))
    r2 = 1 - max(unexplained, 0.0) / spread if spread > 0 else 1.0
    return Surrogate(coefficients, intercept, r2, intercept + float(coefficients.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class _Normal:
    """The normal equations' matrix A = Σ w z̃ z̃ᵀ + α, z̃ the masks less their weighted mean.

    Attributes
    ----------
    masks, weights, alpha
        Z (n, S), w (n,), α.
    mean : (S,)
        Weighted mean of the masks.
    """

    masks: Masks
    weights: NDArray[np.float64]
    mean: NDArray[np.float64]
    alpha: float

    def solve(self, cross: NDArray[np.float64], workers: Sharing) -> NDArray[np.float64]:
        """A⁻¹ cross, to double precision.

        From A in single precision, and then from what is left of the equations, which is cheap
        to know in double: a mask takes few additions. Where the penalty alone holds the solution
        (fewer samples than segments) and is weak, single precision leads nowhere: A in double.
        """
        # By a worker, as everything whose bytes may depend on the number of threads.
        rough = self._matrix(torch.float32, workers)
        (found,) = workers.map(partial(self._refined, rough), [cross])
        if found is not None:
            return found
        exact = self._matrix(torch.float64, workers)
        (found,) = workers.map(partial(_solved, exact), [cross])
        return found

    def _matrix(self, dtype: torch.dtype, workers: Sharing) -> Tensor:
        """A (S, S), its upper triangle."""
        n, n_segments = self.masks.shape
        weight = torch.from_numpy(self.weights[:, None]).to(dtype)
        kind = weight.numpy().dtype

        def square(rows: slice) -> Tensor:
            z = torch.from_numpy(self.masks.dense(rows, kind))
            weighted, square = z * weight[rows], z.new_empty(n_segments, n_segments)
            for start in range(0, n_segments, _BLOCK_COLUMNS):
                stop = min(start + _BLOCK_COLUMNS, n_segments)
                torch.mm(z[:, :stop].T, weighted[:, start:stop], out=square[:stop, start:stop])
            return square

        blocks = (slice(start, min(start + _BLOCK_ROWS, n)) for start in range(0, n, _BLOCK_ROWS))
        squares = workers.map(square, blocks)
        matrix = next(squares)
        for more in squares:
            matrix += more
        mean = torch.from_numpy(self.mean).to(dtype)
        matrix.addr_(mean, mean, alpha=-float(self.weights.sum()))
        matrix.diagonal().add_(self.alpha)
        return matrix

    def _refined(self, rough: Tensor, cross: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Newton's corrections until they no longer matter; None if they do not shrink."""
        factor, failed = torch.linalg.cholesky_ex(rough, upper=True)
        found, left = np.zeros_like(cross), cross
        for _ in range(0 if failed else _CORRECTIONS):
            size = np.abs(left).max()
            if size == 0:
                return found
            scaled = torch.from_numpy(left / size).float()[:, None]
            correction = torch.cholesky_solve(scaled, factor, upper=True)[:, 0].double().numpy()
            found = found + size * correction
            if size * np.abs(correction).max() <= _ROUNDING * np.abs(found).max():
                return found
            everyone = slice(0, len(self.weights))
            moved = self.masks.apply(found, everyone) - self.mean @ found
            left = cross - self.masks.gather(self.weights * moved) - self.alpha * found
        return None


def _solved(matrix: Tensor, cross: NDArray[np.float64]) -> NDArray[np.float64]:
    """A⁻¹ cross, of A (S, S) positive definite its upper triangle."""
    factor = torch.linalg.cholesky(matrix, upper=True)
    return torch.cholesky_solve(torch.from_numpy(cross[:, None]), factor, upper=True)[:, 0].numpy()
