"""LIME's linear model: weighted ridge regression on masks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..compute.compiled_loops import compiled
from ..compute.workers import Once, Sharing, or_own
from ..neighbourhood.masks import Masks
from .normal_matrix import NormalMatrix, Weighed

__all__ = ["Ridge", "Surrogate", "weighted_ridge"]

# The papers' 5000 samples are two blocks, which two threads share evenly.
_BLOCK_ROWS = 2500
# Multiplications up to which equations in double precision cost less than corrections to single.
_LITTLE_WORK = 5e7
_CORRECTIONS, _ROUNDING = 12, 1e-13

_compiled = compiled("contract", "nsz")


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
    ridge = Ridge(masks, weights, alpha=alpha)
    with or_own(workers) as sharing:
        sharing.run(ridge.ahead)
        return sharing.call(ridge.fit, values)


class Ridge:
    """The weighted ridge of ``weighted_ridge``, for values that may still be under way.

    Its matrix A = Σ w z̃ z̃ᵀ + α, with z̃ the masks less their weighted mean, needs none of them.

    Parameters
    ----------
    masks, weights, alpha
        Z (n, S), w (n,) or what finds them when they are first wanted, α.

    Attributes
    ----------
    masks
        As given.
    """

    def __init__(
        self,
        masks: Masks,
        weights: NDArray[np.float64] | Callable[[], NDArray[np.float64]],
        *,
        alpha: float = 1.0,
    ) -> None:
        self.masks, self._alpha = masks, alpha
        weigh = weights if callable(weights) else lambda: weights
        self._weighed = Once(lambda: Weighed.of(masks, weigh()))
        n, n_segments = masks.shape
        starts = range(0, n, _BLOCK_ROWS)
        self._little = n * n_segments**2 <= _LITTLE_WORK
        matrix = NormalMatrix(masks, self._weighed, alpha, _BLOCK_ROWS)
        self._exact_squares = [Once(partial(matrix.exact_square, start)) for start in starts]
        self._squares = [Once(partial(matrix.square, start)) for start in starts]
        self._exact_factor = Once(partial(matrix.exact_factor, self._exact_squares))
        self._factor = Once(partial(matrix.factor, self._squares))

    @property
    def weights(self) -> NDArray[np.float64]:
        """w (n,).

        Raises
        ------
        ValueError
            If all vanish.
        """
        return self._weighed().weights

    @property
    def ahead(self) -> tuple[Callable[[], object], ...]:
        """Tasks whose results ``fit`` needs; each may run on a thread of its own.

        The last one waits for the others. A single block of samples makes one task.
        """
        exact = self._exact_squares, self._exact_factor
        squares, factor = exact if self._little else (self._squares, self._factor)
        return (*squares, factor) if len(squares) > 1 else (factor,)

    def fit(self, values: NDArray[np.float64]) -> Surrogate:
        """The surrogate of values (n,).

        Raises
        ------
        ValueError
            If a value is not finite or all weights vanish.
        """
        if not np.isfinite(values).all():
            bad = np.flatnonzero(~np.isfinite(values))
            raise ValueError(
                f"{len(bad)} of {len(values)} values are not finite, first at {bad[0]}"
            )
        weights, total, mean = self._weighed()
        weighted, mean_value, spread = _centred(weights, total, values)
        cross = self.masks.gather(weighted)
        slopes = self._solve(cross)
        missed, intercept, local = _residual_and_intercept(
            slopes, cross, mean, mean_value, spread, self._alpha
        )
        r2 = 1 - max(missed, 0.0) / spread if spread > 0 else 1.0
        return Surrogate(slopes, intercept, r2, local)

    def _solve(self, cross: NDArray[np.float64]) -> NDArray[np.float64]:
        """A⁻¹ cross, to double precision.

        Large systems are factorised in single precision and refined iteratively with residuals in
        double precision, which are cheap since a mask takes few additions. Where refinement does
        not converge (fewer samples than segments and a weak penalty), A is factorised in double.
        """
        if not self._little:
            factor = self._factor()
            slopes = None if factor is None else self._refined(factor, cross)
            if slopes is not None:
                return slopes
        return _substituted(self._exact_factor(), cross)

    def _refined(self, factor: Tensor, cross: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Newton's corrections until they no longer matter; None if they do not shrink."""
        slopes, left = np.zeros_like(cross), cross
        for _ in range(_CORRECTIONS):
            size = np.abs(left).max()
            if size == 0:
                return slopes
            scaled = torch.from_numpy(left / size).float()[:, None]
            correction = torch.cholesky_solve(scaled, factor, upper=True)[:, 0].double().numpy()
            slopes = slopes + size * correction
            if size * np.abs(correction).max() <= _ROUNDING * np.abs(slopes).max():
                return slopes
            weights, _, mean = self._weighed()
            moved = self.masks.apply(slopes, slice(0, len(weights))) - mean @ slopes
            left = cross - self.masks.gather(weights * moved) - self._alpha * slopes
        return None


@_compiled
def _substituted(factor, cross):
    """Forward by the factor (S, S), then back; of one right side LAPACK makes more ado."""
    solution = cross.copy()
    for i in range(len(solution)):
        row, left = factor[i], solution[i]
        for j in range(i):
            left -= row[j] * solution[j]
        solution[i] = left / row[i]
    for i in range(len(solution) - 1, -1, -1):
        row = factor[i]
        solution[i] /= row[i]
        for j in range(i):
            solution[j] -= row[j] * solution[i]
    return solution


@_compiled
def _centred(weights, total, values):
    """w (y − ȳ) with ȳ the mean by weights, ȳ, and Σ w (y − ȳ)²."""
    mean, spread, weighted = 0.0, 0.0, np.empty(len(values))
    # From the first, so that values that do not vary have no spread.
    for i in range(len(values)):
        mean += weights[i] * (values[i] - values[0])
    mean /= total
    for i in range(len(values)):
        centred = values[i] - values[0] - mean
        weighted[i] = weights[i] * centred
        spread += weighted[i] * centred
    return weighted, values[0] + mean, spread


@_compiled
def _residual_and_intercept(slopes, cross, mean, mean_value, spread, alpha):
    """Σ w (y − ŷ)², the intercept, and the value with every segment present."""
    missed, intercept, every = spread, mean_value, 0.0
    for k in range(len(slopes)):
        # With the solution put in: cᵀAc = c·(cross − αc).
        missed -= slopes[k] * (cross[k] + alpha * slopes[k])
        intercept -= mean[k] * slopes[k]
        every += slopes[k]
    return missed, intercept, intercept + every
