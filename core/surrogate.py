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

_BLOCK_ROWS, _BLOCK_COLUMNS = 500, 320


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
    workers = workers or InTurn()
    gram, cross, mass = _weighted_products(masks, centred, weights, workers)
    mean_mask = mass / total
    gram -= np.outer(mass, mean_mask)
    gram.flat[:: len(gram) + 1] += alpha
    # By a worker, as everything whose bytes may depend on the number of threads.
    (coefficients,) = workers.map(partial(_solve, gram), [cross])
    intercept = mean_value - float(mean_mask @ coefficients)
    spread = float(weights @ centred**2)
    # Σ w (y − ŷ)² with the solution put in: cᵀAc = c·(cross − αc).
    unexplained = spread - float(coefficients @ (cross + alpha * coefficients))
    r2 = 1 - max(unexplained, 0.0) / spread if spread > 0 else 1.0
    return Surrogate(coefficients, intercept, r2, intercept + float(coefficients.sum()))


def _weighted_products(
    masks: Masks,
    centred: NDArray[np.float64],
    weights: NDArray[np.float64],
    workers: Sharing,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """ZᵀWZ (its upper triangle), ZᵀWy and Zᵀw.

    In double precision: where samples are fewer than segments the penalty alone holds the
    solution, and rounding must stay far below it.
    """
    n, n_segments = masks.shape
    columns = torch.from_numpy(np.stack([centred, np.ones(n)], axis=1))
    weight = torch.from_numpy(weights[:, None])

    def products(rows: slice) -> tuple[Tensor, Tensor]:
        z = torch.from_numpy(masks.dense(rows, np.dtype(np.float64)))
        weighted = z * weight[rows]
        square = torch.zeros(n_segments, n_segments, dtype=torch.float64)
        for start in range(0, n_segments, _BLOCK_COLUMNS):
            stop = min(start + _BLOCK_COLUMNS, n_segments)
            square[:stop, start:stop] = z[:, :stop].T @ weighted[:, start:stop]
        return square, weighted.T @ columns[rows]

    gram = torch.zeros(n_segments, n_segments, dtype=torch.float64)
    cross = torch.zeros(n_segments, 2, dtype=torch.float64)
    blocks = (slice(start, min(start + _BLOCK_ROWS, n)) for start in range(0, n, _BLOCK_ROWS))
    for square, sums in workers.map(products, blocks):
        gram += square
        cross += sums
    return gram.numpy(), cross[:, 0].numpy(), cross[:, 1].numpy()


def _solve(gram: NDArray[np.float64], cross: NDArray[np.float64]) -> NDArray[np.float64]:
    """A⁻¹b, of A (S, S) positive definite its upper triangle."""
    factor = torch.linalg.cholesky(torch.from_numpy(gram), upper=True)
    return torch.cholesky_solve(torch.from_numpy(cross[:, None]), factor, upper=True)[:, 0].numpy()
