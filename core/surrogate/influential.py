"""Influence of each random draw of masks on the weights of a LIME explanation.

A target is a fixed function, so the surrogate's residuals are no noise: they are misfit, and which
misfit a run meets depends on the masks it happened to draw. The error of a weight is therefore
that of a regression on random masks under a wrong model (White 1980; Buja et al. 2019): the spread
of the draws' influences, not σ²A⁻¹. A fit bends towards its own samples, the more the fewer they
are, so that its residuals are too small; they are put right by what the fit took from each draw
(Bell & McCaffrey 2002), which is exact where the misfit is alike everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import linalg
from torch import Tensor

from ..compute import tensor_of
from ..neighbourhood import Masks

__all__ = ["Influence", "Underdetermined", "influence"]

_ROUNDING = 1e-12
_ALONE = 1e-6


class Underdetermined(ValueError):
    """The samples do not determine the weights without the penalty."""


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """The weights without their penalty, and what each draw did to them.

    Attributes
    ----------
    estimate : (S,)
        Weights of the unpenalised regression. The penalty's pull vanishes as samples grow, so
        this, not the penalised weight, is what the limit of infinitely many samples is near.
    moves : (m, S) float32
        Row d: by how much draw d moved the weights, its residual put right for what the fit took
        of it. The sum of their squares is the weights' variance.
    degrees
        Effective number of draws beyond the number of unknowns, at least 1.
    r2_unseen
        Weighted R² on samples left out of the fit one at a time; at most the fit's own R².
    """

    estimate: NDArray[np.float64]
    moves: NDArray[np.float32]
    degrees: float
    r2_unseen: float

    @property
    def standard_error(self) -> NDArray[np.float64]:
        """(S,) root of the summed squares of the moves."""
        return np.sqrt(np.einsum("dk,dk->k", self.moves, self.moves, dtype=np.float64))

    def covariance(self, segments: NDArray[np.intp]) -> NDArray[np.float64]:
        """Sampling covariance (k, k) of the weights of the given segments (k,)."""
        moves = torch.from_numpy(self.moves[:, segments]).double()
        return (moves.T @ moves).numpy()


def influence(
    masks: Masks,
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    rows_per_draw: int = 1,
) -> Influence:
    """Weigh each draw's part in the weighted regression of values on masks.

    With z̃ the masks less their weighted mean, A = Σ w z̃ z̃ᵀ and residuals e = My, draw d moves the
    weights by Σ w_i A⁻¹z̃_i ẽ_i over its samples, where ẽ_d = (MMᵀ)_dd^(−½) e_d: the
    bias-reduced linearisation of Bell & McCaffrey (2002) with samples of equal variance as its
    working model, CR2 of Pustejovsky & Tipton (2018, eq. 6); HC2 of MacKinnon & White (1985) where
    weights are equal and each sample is a draw.

    Parameters
    ----------
    masks
        Z (n, S).
    values, weights : (n,)
        y, and w ≥ 0; 0 for rows that are no random draw, such as LIME's first.
    rows_per_draw
        Consecutive rows drawn together, 2 for antithetic pairs: their moves are added, since
        only draws are independent.

    Raises
    ------
    Underdetermined
        If there are no more draws than unknowns, a combination of segments never varied, or no
        sample has any weight.
    """
    n, n_segments = masks.shape
    heaviest = float(weights.max())
    _check(heaviest, n, n_segments, rows_per_draw)
    z = torch.from_numpy(masks.dense(slice(0, n), np.dtype(np.float64)))
    # A narrow kernel may leave weights whose squares are no longer numbers.
    w = torch.from_numpy(weights / heaviest)
    y = tensor_of(values)
    z -= (w @ z) / w.sum()
    centred = y - (w @ y) / w.sum()
    weighted = z * w[:, None]
    inverse = _inverse(weighted.T @ z, masks.shape)
    estimate = inverse @ (weighted.T @ centred)
    residual = centred - z @ estimate
    # An error needs no more than single precision; the estimate above has double.
    directions = z.float() @ inverse.float()
    # What the fit gives to i of y_j is sides_i · parts_j: an intercept is one more column.
    sides = torch.cat([directions, torch.full((n, 1), float(1 / w.sum()))], 1)
    parts = torch.cat([weighted.float(), w[:, None].float()], 1)
    leverage = torch.linalg.vecdot(sides, parts).double()
    # A sample that alone decides the fit has leverage 1 up to rounding: it moves everything.
    unseen = residual / (1 - leverage).clamp_min(_ALONE)
    righted = _righted(residual, sides, parts, rows_per_draw)
    n_effective = float(w.sum() ** 2 / (w @ w)) / rows_per_draw
    spread = float(w @ centred**2)
    return Influence(
        estimate.numpy(),
        _by_draw(directions.mul_((w * righted).float()[:, None]), rows_per_draw),
        max(n_effective - n_segments - 1, 1.0),
        1 - float(w @ unseen**2) / spread if spread > 0 else 1.0,
    )


def _righted(residual: Tensor, sides: Tensor, parts: Tensor, rows_per_draw: int) -> Tensor:
    """(MMᵀ)_dd^(−½) e_d of every draw, M = 1 − sides · partsᵀ."""
    both = sides @ (parts.T @ parts)
    if rows_per_draw == 1:  # numbers, for which matrices would take as long as all the rest
        left = 1 - 2 * torch.linalg.vecdot(sides, parts) + torch.linalg.vecdot(both, sides)
        return residual / left.double().clamp_min(_ALONE).sqrt()
    drawn = (-1, rows_per_draw, sides.shape[1])
    rows = sides.reshape(drawn)
    own = rows @ parts.reshape(drawn).mT
    left = torch.eye(rows_per_draw) - own - own.mT + both.reshape(drawn) @ rows.mT
    shares, axes = torch.linalg.eigh(left.double())
    along = axes.mT @ residual.reshape(-1, rows_per_draw, 1)
    return (axes @ (along / shares.clamp_min(_ALONE).sqrt()[:, :, None])).reshape(-1)


def _check(heaviest: float, n: int, n_segments: int, rows_per_draw: int) -> None:
    if not heaviest > 0:
        raise Underdetermined(f"none of {n} samples has any weight")
    if n // rows_per_draw <= n_segments + 1:
        raise Underdetermined(
            f"{n} samples in draws of {rows_per_draw} are too few for {n_segments} weights"
        )


def _inverse(gram: Tensor, shape: tuple[int, int]) -> Tensor:
    untold = f"masks {shape} leave a combination of segments unvaried"
    try:
        factor = linalg.cho_factor(gram.numpy())
    except linalg.LinAlgError as error:
        raise Underdetermined(untold) from error
    pivots = np.diag(factor[0]) ** 2
    if pivots.min() < _ROUNDING * pivots.max():
        raise Underdetermined(untold)
    return torch.from_numpy(linalg.cho_solve(factor, np.eye(len(gram))))


def _by_draw(moves: Tensor, rows_per_draw: int) -> NDArray[np.float32]:
    if rows_per_draw == 1:
        return moves.numpy()
    starts = np.arange(0, len(moves), rows_per_draw)
    return np.add.reduceat(moves.numpy(), starts, axis=0)
