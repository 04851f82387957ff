"""From pairwise decisions to class probabilities (libsvm's and P21's pairwise coupling).

A sigmoid for each pair (Platt; Lin, Lin & Weng 2007), coupled by method 2 of Wu, Lin & Weng (2004):
the p ≥ 0, Σp = 1 that minimise Σ_{i<j} (r_ji p_i − r_ij p_j)². Its solution is written without a
difference, so it is taken in logarithms: however far out, p stays positive and keeps its slope.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from .coupling_many import log_weights_of_many, log_weights_of_many_slopes

__all__ = ["Coupling", "votes_of"]

# For three classes w_k[i] is the product of two of r₀₁, r₀₂, r₁₂, r₁₀, r₂₀, r₂₁, by number: the
# cross products of the pairs' vectors (r_ji, −r_ij); the adjugate of the quadratic form is Σ w wᵀ.
_W = np.array(
    [
        [[1, 5], [4, 2], [4, 5]],
        [[0, 2], [3, 2], [3, 5]],
        [[0, 1], [3, 1], [0, 4]],
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Coupling:
    """Sigmoids r_ij = 1/(1 + exp(A d_ij + B)) of each pair of classes, and their coupling.

    Attributes
    ----------
    slope, offset : (pairs,)
        A and B of the pairs (0, 1), (0, 2), … (1, 2), …, for decisions that are positive for the
        first class of the pair; A is negative where decisions tell the classes apart.
    n_classes
        C, two or more.

    Raises
    ------
    ValueError
        If there is not one slope and one offset for each pair.
    """

    slope: NDArray[np.float64]
    offset: NDArray[np.float64]
    n_classes: int

    def __post_init__(self) -> None:
        pairs = (self.n_classes * (self.n_classes - 1) // 2,)
        if self.n_classes < 2 or self.slope.shape != pairs or self.offset.shape != pairs:
            raise ValueError(
                f"{self.n_classes} classes have {pairs[0]} pairs, got slopes "
                f"{self.slope.shape} and offsets {self.offset.shape}"
            )

    def log_odds(self, decisions: NDArray[np.float64]) -> NDArray[np.float64]:
        """log p − log(1 − p) of every class (n, C) from the decisions (n, pairs).

        For two classes the one decision is positive for class 1, as scikit-learn has it.
        """
        weights = self._log_weights(self._exponents(decisions))
        every = [_against_others(weights, at) for at in range(self.n_classes)]
        return np.stack(every, axis=1)

    def log_proba(self, decisions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-probabilities (n, C) from the decisions (n, pairs)."""
        return -_softplus(-self.log_odds(decisions))

    def log_odds_of(self, decisions: NDArray[np.float64], class_index: int) -> NDArray[np.float64]:
        """log p_c − log(1 − p_c) of one class, (n,)."""
        return _against_others(self._log_weights(self._exponents(decisions)), class_index)

    def slopes(self, decisions: NDArray[np.float64], class_index: int) -> NDArray[np.float64]:
        """∂ log-odds of a class/∂ decisions, (pairs,), at one row of decisions (1, pairs)."""
        exponents = self._exponents(decisions)
        weights = self._log_weights(exponents)[:, 0]
        of_weights = -softmax(np.delete(weights, class_index))
        of_weights = np.insert(of_weights, class_index, 1.0)
        return of_weights @ self._slopes_of_weights(exponents) * self.slope * self._sign

    @property
    def _sign(self) -> float:
        return -1.0 if self.n_classes == 2 else 1.0

    def _exponents(self, decisions: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.slope * (self._sign * decisions) + self.offset

    def _log_weights(self, exponents: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logarithms (C, n) of what the probabilities are in proportion to."""
        if self.n_classes == 2:
            return _log_r(exponents.T)
        if self.n_classes == 3:
            return _of_three(_log_r(exponents.T))
        return log_weights_of_many(exponents, self.n_classes).T

    def _slopes_of_weights(self, exponents: NDArray[np.float64]) -> NDArray[np.float64]:
        """∂ log weights/∂ exponents (C, pairs) at one row (1, pairs)."""
        if self.n_classes > 3:
            return log_weights_of_many_slopes(exponents[0], self.n_classes)
        # log r_ij falls by r_ji as the exponent rises, log r_ji rises by r_ij.
        of_r = np.vstack([np.diag(-expit(exponents[0])), np.diag(expit(-exponents[0]))])
        return of_r if self.n_classes == 2 else _of_three_slopes(_log_r(exponents.T)[:, 0]) @ of_r


def _softplus(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(values, 0) + np.log1p(np.exp(-np.abs(values)))


def _log_sum(logs: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """log Σ exp along an axis, with numpy's exponentials of many at once."""
    most = logs.max(axis=axis, keepdims=True)
    return np.log(np.exp(logs - most).sum(axis=axis)) + most.squeeze(axis)


def _against_others(weights: NDArray[np.float64], at: int) -> NDArray[np.float64]:
    """log w_c − log Σ_{k≠c} w_k (n,) from logarithms of weights (C, n)."""
    return weights[at] - _log_sum(np.delete(weights, at, axis=0), axis=0)


def _log_r(exponents: NDArray[np.float64]) -> NDArray[np.float64]:
    """log r_ij, then log r_ji, of each pair: (2 pairs, n) from exponents (pairs, n)."""
    log_r = -_softplus(exponents)
    return np.vstack([log_r, log_r + exponents])


def _of_three(log_r: NDArray[np.float64]) -> NDArray[np.float64]:
    """log Σ_k w_k[i] Σ_j w_k[j] (3, n) from the logarithms (6, n) of r."""
    log_w = log_r[_W[..., 0]] + log_r[_W[..., 1]]
    return _log_sum(log_w + _log_sum(log_w, axis=1)[:, None], axis=0)


def _of_three_slopes(log_r: NDArray[np.float64]) -> NDArray[np.float64]:
    """The slopes (3, 6) of :func:`_of_three` at one spectrum (6,)."""
    log_w = log_r[_W[..., 0]] + log_r[_W[..., 1]]
    of_w = np.eye(6)[_W[..., 0]] + np.eye(6)[_W[..., 1]]  # (k, i, 6)
    of_sums = np.einsum("ki,kir->kr", softmax(log_w, axis=1), of_w)
    shares = softmax(log_w + _log_sum(log_w, axis=1)[:, None], axis=0)
    return np.einsum("ki,kir->ir", shares, of_w + of_sums[:, None])


def votes_of(decisions: NDArray[np.float64], n_classes: int) -> NDArray[np.int64]:
    """The class (n,) that wins most pairs, from decisions (n, pairs) as :class:`Coupling` has them.

    For two classes the one decision is positive for class 1.
    """
    if n_classes == 2:
        return (decisions[:, 0] >= 0).astype(np.int64)
    won = np.zeros((len(decisions), n_classes), np.int64)
    for pair, (i, j) in enumerate(zip(*np.triu_indices(n_classes, k=1), strict=True)):
        first = decisions[:, pair] > 0
        won[:, i] += first
        won[:, j] += ~first
    return won.argmax(axis=1)
