"""Shapley values from samples, and their error.

They depend on the odd part of the game alone (arXiv 2602.01399): on y = f(z) − f(1 − z) of a mask
and its complement, in which what pairs of segments do together cancels. Of all φ with Σφ = f(x) −
f(base), they are those that fit y ≈ (2z − 1)·φ best where masks of s segments count as
1/(C(S, s) s (S − s)) (Charnes et al. 1988; KernelSHAP, Lundberg & Lee 2017; in pairs Covert & Lee
2021). Masks are drawn with all sizes alike, as their leverage in that fit is (LeverageSHAP,
arXiv 2410.01917), and weighed by 1/(s (S − s)).
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ..neighbourhood.masks import BinaryMasks, Masks
from ..surrogate.influential import Influence, Underdetermined

__all__ = ["draw_coalitions", "shapley_error", "shapley_fit"]

_ALONE = 1e-6
_ROUNDING = 1e-10
_DRAWS_AT_ONCE = 256


def draw_coalitions(n: int, n_segments: int, *, seed: int) -> BinaryMasks:
    """All segments, none, then pairs of a mask and its complement: at most n rows, an even number.

    Drawn in order, so that fewer rows of one seed are a prefix of more. A single segment needs no
    pair.
    """
    rng = np.random.default_rng(seed)
    n_pairs = n // 2 - 1 if n_segments > 1 else 0
    drawn = [np.empty((0, n_segments), bool)]
    found = 0
    while found < n_pairs:
        # Present with a probability that is itself drawn evenly: then so is the number present.
        shares = rng.random((_DRAWS_AT_ONCE, 1))
        masks = rng.random((_DRAWS_AT_ONCE, n_segments)) < shares
        sizes = masks.sum(axis=1)
        drawn.append(masks[(sizes > 0) & (sizes < n_segments)])
        found += len(drawn[-1])
    first = np.concatenate([np.ones((1, n_segments), bool), *drawn])[: n_pairs + 1]
    pairs = np.stack([first, ~first], axis=1)
    return BinaryMasks.pack(pairs.reshape(-1, n_segments))


class _Pairs:
    """The regression on pairs, its sum taken out of the unknowns."""

    def __init__(self, masks: Masks, values: NDArray[np.float64]) -> None:
        whole = len(values) - len(values) % 2
        z = masks.dense(slice(2, whole, 2), np.dtype(np.float64))
        n_segments = masks.shape[1]
        sizes = z.sum(axis=1)
        self.n_segments = n_segments
        self.total = float(values[0] - values[1])
        self.weights = (n_segments - 1) / (sizes * (n_segments - sizes))
        odd = values[2:whole:2] - values[3:whole:2]
        self.values = odd - self.total * (2 * sizes / n_segments - 1)
        self.sides = torch.from_numpy(2 * (z - sizes[:, None] / n_segments))
        self.weighted = self.sides * torch.from_numpy(self.weights)[:, None]
        gram = (self.weighted.T @ self.sides).numpy()
        # Of rank S − 1: the sum is known.
        self.inverse = torch.from_numpy(np.linalg.pinv(gram, rcond=_ROUNDING, hermitian=True))
        self.beyond = (self.inverse @ (self.weighted.T @ torch.from_numpy(self.values))).numpy()

    @property
    def estimate(self) -> NDArray[np.float64]:
        """Shapley values; with too few pairs those nearest to equal shares."""
        return self.total / self.n_segments + self.beyond


def shapley_fit(masks: Masks, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shapley values (S,) from the target's values (n,) on coalitions as they were drawn.

    They sum to values[0] − values[1], the target with all segments less that with none.
    """
    return _Pairs(masks, values).estimate


def shapley_error(masks: Masks, values: NDArray[np.float64]) -> Influence:
    """What each pair did to the Shapley values: how far these may be from the limit.

    The residual of each pair is put right for what the fit took of it (HC2 of MacKinnon & White
    1985).

    Raises
    ------
    Underdetermined
        If there are no more pairs than segments.
    """
    pairs = _Pairs(masks, values)
    n_pairs, n_segments = pairs.sides.shape
    if n_pairs <= n_segments and n_segments > 1:
        raise Underdetermined(f"{n_pairs} pairs are too few for {n_segments} Shapley values")
    residual = torch.from_numpy(pairs.values) - pairs.sides @ torch.from_numpy(pairs.beyond)
    directions = pairs.weighted @ pairs.inverse
    left = (1 - torch.linalg.vecdot(directions, pairs.sides)).clamp_min(_ALONE)
    moves = directions * (residual / left.sqrt())[:, None]
    w = pairs.weights
    effective = float(w.sum() ** 2 / (w @ w)) if n_pairs else 0.0
    spread = float(w @ pairs.values**2)
    missed = float(w @ (residual / left).numpy() ** 2)
    return Influence(
        pairs.estimate,
        moves.float().numpy(),
        max(effective - n_segments + 1, 1.0),
        1 - missed / spread if spread > 0 else 1.0,
    )
