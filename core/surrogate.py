"""The linear model of LIME: weighted ridge regression on masks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from .masks import Masks

__all__ = ["Surrogate", "weighted_ridge"]

_BLOCK_ROWS = 1000


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
    masks: Masks, values: NDArray[np.float64], weights: NDArray[np.float64], *, alpha: float = 1.0
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
        α ≥ 0.

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
    n_segments = masks.shape[1]
    gram, cross = np.zeros((n_segments, n_segments)), np.zeros(n_segments)
    mass = np.zeros(n_segments)
    for start in range(0, len(values), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        z = masks.dense(rows, np.dtype(np.float64))
        weighted = z * weights[rows, None]
        gram += weighted.T @ z
        cross += weighted.T @ centred[rows]
        mass += weighted.sum(axis=0)
    mean_mask = mass / total
    gram -= np.outer(mass, mean_mask)
    gram.flat[:: n_segments + 1] += alpha
    # α > 0 makes the matrix positive definite; α = 0 may leave it singular, hence "sym".
    coefficients = linalg.solve(gram, cross, assume_a="pos" if alpha > 0 else "sym")
    intercept = mean_value - float(mean_mask @ coefficients)
    predicted = masks.apply(coefficients, slice(None)) + intercept
    spread = float(weights @ centred**2)
    r2 = 1 - float(weights @ (values - predicted) ** 2) / spread if spread > 0 else 1.0
    return Surrogate(coefficients, intercept, r2, intercept + float(coefficients.sum()))
