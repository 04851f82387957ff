"""Method 2 of Wu, Lin & Weng (2004) for more than three classes, in logarithms.

The minimum of Σ_{i<j} (r_ji p_i − r_ij p_j)² on Σp = 1 is in proportion to the x with Q x = 1,
where Q is its matrix. Gaussian elimination subtracts in Q's diagonal alone, and not even
there if each pair is kept as a block [[α, −β], [−β, γ]] with its determinant δ = αγ − β², and each
class with what it has beyond its pairs, σ: the idea of Grassmann, Taksar & Heyman (1985). Nothing
then cancels, and p is positive however far out the decisions are.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...compute import tensor_of

__all__ = ["log_weights_of_many", "log_weights_of_many_slopes"]

_NONE = -1e6  # the logarithm of nothing, in sums that must keep a slope


def log_weights_of_many(exponents: NDArray[np.float64], n_classes: int) -> NDArray[np.float64]:
    """Logarithms (n, C) of what the probabilities are in proportion to.

    Parameters
    ----------
    exponents : (n, pairs)
        −log(r_ij/r_ji) of the pairs (0, 1), (0, 2), … (1, 2), ….
    n_classes
        C ≥ 2.
    """
    return _log_weights(tensor_of(exponents), n_classes).numpy()


def log_weights_of_many_slopes(
    exponents: NDArray[np.float64], n_classes: int
) -> NDArray[np.float64]:
    """∂ log weights/∂ exponents (C, pairs) at one row (pairs,): the elimination's own."""
    at = tensor_of(np.ascontiguousarray(exponents))
    slopes = torch.autograd.functional.jacobian(
        lambda row: _log_weights(row[None], n_classes)[0], at
    )
    assert isinstance(slopes, Tensor)
    return slopes.numpy()


def _log_weights(exponents: Tensor, n_classes: int) -> Tensor:
    log_r = -torch.logaddexp(torch.zeros_like(exponents), exponents)
    blocks = {}
    for at, pair in enumerate(combinations(range(n_classes), 2)):
        wins, loses = log_r[:, at], log_r[:, at] + exponents[:, at]
        nothing = torch.full_like(wins, _NONE)
        blocks[pair] = (2 * loses, wins + loses, 2 * wins, nothing)
    beyond = [torch.full_like(exponents[:, 0], _NONE) for _ in range(n_classes)]
    right = [torch.zeros_like(exponents[:, 0]) for _ in range(n_classes)]
    pivots = []
    for i in range(n_classes - 1):
        later = range(i + 1, n_classes)
        pivot = _sum(beyond[i], *(blocks[i, j][0] for j in later))
        for j in later:
            _, beta, gamma, delta = blocks[i, j]
            right[j] = _sum(right[j], beta + right[i] - pivot)
            beyond[j] = _sum(beyond[j], gamma + beyond[i] - pivot, delta - pivot)
        for j, k in combinations(later, 2):
            blocks[j, k] = _merged(blocks[j, k], _through(blocks[i, j], blocks[i, k], pivot))
        pivots.append(pivot)
    log_weights = [right[-1] - beyond[-1]]
    for i in reversed(range(n_classes - 1)):
        known = [
            blocks[i, j][1] + x for j, x in zip(range(i + 1, n_classes), log_weights, strict=True)
        ]
        log_weights.insert(0, _sum(right[i], *known) - pivots[i])
    return torch.stack(log_weights, dim=1)


_Block = tuple[Tensor, Tensor, Tensor, Tensor]


def _through(to_j: _Block, to_k: _Block, pivot: Tensor) -> _Block:
    """Contribution of the elimination of a class to the block of two others."""
    (a_j, b_j, c_j, d_j), (a_k, b_k, c_k, d_k) = to_j, to_k
    delta = _sum(2 * b_j + d_k, d_j + 2 * b_k, d_j + d_k) - 2 * pivot
    return c_j + a_k - pivot, b_j + b_k - pivot, c_k + a_j - pivot, delta


def _merged(one: _Block, other: _Block) -> _Block:
    """The sum of two blocks; αγ' + α'γ − 2ββ' as a square and what is above 0 beside it."""
    (a, b, c, d), (a2, b2, c2, d2) = one, other
    products = (2 * b + d2, d + 2 * b2, d + d2)
    root = (a + c + a2 + c2) / 2
    beside = _sum(*products) + np.log(2) - _sum(root, b + b2)
    x, y = (a + c2) / 2, (a2 + c) / 2
    # Both are equal where r_ij, r_jk and r_ik agree; the square is then nothing beside the rest.
    apart = (x - y).abs().clamp_min(1e-150)
    square = 2 * (torch.maximum(x, y) + torch.log(-torch.expm1(-apart)))
    return _sum(a, a2), _sum(b, b2), _sum(c, c2), _sum(d, d2, beside, square)


def _sum(*parts: Tensor) -> Tensor:
    return torch.logsumexp(torch.stack(parts), dim=0)
