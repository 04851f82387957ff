"""The S × S matrix of LIME's normal equations, by blocks of samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..compute.blas import one_blas_thread
from ..compute.compiled_loops import compiled
from ..neighbourhood.masks import Masks

__all__ = ["NormalMatrix", "Weighed"]

_BLOCK_COLUMNS = 192

_compiled = compiled("contract", "nsz")


class Weighed(NamedTuple):
    """Weights w (n,), their sum, and the mean (S,) of the masks by them."""

    weights: NDArray[np.float64]
    total: float
    mean: NDArray[np.float64]

    @classmethod
    def of(cls, masks: Masks, weights: NDArray[np.float64]) -> Weighed:
        """Their sum and mean masks; raises ValueError if all vanish."""
        total = float(weights.sum())
        if not total > 0:
            raise ValueError(f"weights must not all vanish, their sum is {total}")
        return cls(weights, total, masks.gather(weights) / total)


@dataclass(frozen=True, slots=True, eq=False)
class NormalMatrix:
    """A = Σ w z̃ z̃ᵀ + α, with z̃ the masks less their weighted mean: squares of blocks, and factors.

    It knows nothing of the tasks that find them: a cycle would keep the arrays of each surrogate
    until Python next looks for cycles.

    Attributes
    ----------
    masks
        Z (n, S).
    weighed
        The samples' weights.
    alpha
        α > 0.
    block_rows
        Samples in a block.
    """

    masks: Masks
    weighed: Callable[[], Weighed]
    alpha: float
    block_rows: int

    def factor(self, squares: Sequence[Callable[[], Tensor]]) -> Tensor | None:
        """The upper triangular factor of A in single precision; None if it has none."""
        matrix = squares[0]().clone()
        for more in squares[1:]:
            matrix += more()
        _, total, weighted_mean = self.weighed()
        mean = torch.from_numpy(weighted_mean).to(matrix.dtype)
        matrix.addr_(mean, mean, alpha=-total)
        matrix.diagonal().add_(self.alpha)
        factor, failed = torch.linalg.cholesky_ex(matrix, upper=True)
        return None if failed else factor

    def exact_factor(
        self, squares: Sequence[Callable[[], NDArray[np.float64]]]
    ) -> NDArray[np.float64]:
        """The lower triangular factor of A."""
        summed = sum((square() for square in squares[1:]), squares[0]())
        _, total, mean = self.weighed()
        with one_blas_thread():
            return _factor(np.ascontiguousarray(summed), total, mean, self.alpha)

    def exact_square(self, start: int) -> NDArray[np.float64]:
        """Σ w z zᵀ (S, S) of a block of samples."""
        rows = self._rows(start)
        return self.masks.squares(self.weighed().weights[rows], rows)

    def square(self, start: int) -> Tensor:
        """The same in single precision, its upper triangle."""
        rows, n_segments = self._rows(start), self.masks.shape[1]
        weights = torch.from_numpy(self.weighed().weights[rows]).float()
        z = torch.from_numpy(self.masks.across(rows, np.dtype(np.float32)))
        weighted, square = z * weights, z.new_empty(n_segments, n_segments)
        for left in range(0, n_segments, _BLOCK_COLUMNS):
            right = min(left + _BLOCK_COLUMNS, n_segments)
            torch.mm(z[:right], weighted[left:right].T, out=square[:right, left:right])
        return square

    def _rows(self, start: int) -> slice:
        return slice(start, min(start + self.block_rows, self.masks.shape[0]))


@_compiled
def _factor(squares, total, mean, alpha):
    """The lower triangular factor of the squares less those of the mean, and α."""
    matrix = np.empty_like(squares)
    for i in range(len(mean)):
        for j in range(len(mean)):
            matrix[i, j] = squares[i, j] - total * mean[i] * mean[j]
        matrix[i, i] += alpha
    return np.linalg.cholesky(matrix)
