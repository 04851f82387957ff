"""Shapley values estimated from samples, and their error.

They depend on the odd part of the game alone (arXiv 2602.01399): on y = f(z) − f(1 − z) of a mask
and its complement, in which what pairs of segments do together cancels. Of all φ with Σφ = f(x) −
f(base), they are those that fit y ≈ (2z − 1)·φ best where masks of s segments count as
1/(C(S, s) s (S − s)) (Charnes et al. 1988; KernelSHAP, Lundberg & Lee 2017; in pairs Covert & Lee
2021). Masks are drawn with all sizes alike, as their leverage in that fit is (LeverageSHAP,
arXiv 2410.01917), and weighed by 1/(s (S − s)).

What errs is then what three segments and more do together. As in OddSHAP some of it is fitted too,
and its known Shapley values put in its place: the products of three of the directions 1, φ and |φ|
of the first fit. A fit's residual has no Shapley values, so the limit is the same, and it is
nearer: of MSE on the demo's galaxies 5000 evaluations err a tenth less, on extreme lines a third
as much.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ...neighbourhood import BinaryMasks, Masks
from ...surrogate import Influence, Underdetermined
from .triples import products, shares_of_products

__all__ = ["draw_coalitions", "shapley_error", "shapley_fit"]

_ALONE = 1e-6
_ROUNDING = 1e-10
_DRAWS_AT_ONCE = 256
# Products are fitted too where there are so many pairs for each unknown; with fewer they add error.
_PAIRS_FOR_EACH = 4
_N_PRODUCTS = 10


def draw_coalitions(n: int, n_segments: int, *, seed: int) -> BinaryMasks:
    """All segments, none, then pairs of a mask and its complement: at most n rows, an even number.

    Drawn in order, so that fewer rows of one seed are a prefix of more. A single segment needs no
    pair.
    """
    rng = np.random.default_rng(seed)
    n_pairs = n // 2 - 1 if n_segments > 1 else 0
    drawn = [np.empty((0, n_segments), bool)]
    n_drawn = 0
    while n_drawn < n_pairs:
        # Present with a probability that is itself drawn evenly: then so is the number present.
        shares = rng.random((_DRAWS_AT_ONCE, 1))
        masks = rng.random((_DRAWS_AT_ONCE, n_segments)) < shares
        sizes = masks.sum(axis=1)
        drawn.append(masks[(sizes > 0) & (sizes < n_segments)])
        n_drawn += len(drawn[-1])
    first = np.concatenate([np.ones((1, n_segments), bool), *drawn])[: n_pairs + 1]
    pairs = np.stack([first, ~first], axis=1)
    return BinaryMasks.pack(pairs.reshape(-1, n_segments))


class _Pairs:
    """The regression on pairs, its sum taken out of the unknowns."""

    def __init__(self, masks: Masks, values: NDArray[np.float64]) -> None:
        whole = len(values) - len(values) % 2
        z = masks.dense(slice(2, whole, 2), np.dtype(np.float64))
        n_pairs, n_segments = z.shape
        self.sizes = z.sum(axis=1)
        self.n_segments = n_segments
        self.total = float(values[0] - values[1])
        self.weights = (n_segments - 1) / (self.sizes * (n_segments - self.sizes))
        odd = values[2:whole:2] - values[3:whole:2]
        self.values = odd - self.total * (2 * self.sizes / n_segments - 1)
        self.sides = torch.from_numpy(2 * (z - self.sizes[:, None] / n_segments))
        self.weighted = self.sides * torch.from_numpy(self.weights)[:, None]
        gram = (self.weighted.T @ self.sides).numpy()
        # Of rank S − 1: the sum is known.
        self.inverse = torch.from_numpy(np.linalg.pinv(gram, rcond=_ROUNDING, hermitian=True))
        linear = self.fitted(self.values)
        self.residual = self.values - (self.sides @ torch.from_numpy(linear)).numpy()
        self.estimate = self.total / n_segments + linear
        self.triples: _Triples | None = None
        if n_pairs >= _PAIRS_FOR_EACH * (n_segments + _N_PRODUCTS):
            self.triples = _Triples(self, 2 * z - 1)
            self.estimate = self.estimate + self.triples.moved
            self.residual = self.triples.residual

    def fitted(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Linear part in the segments, (S,) or (S, P), of values (m,) or (m, P) on the pairs."""
        return (self.inverse @ (self.weighted.T @ torch.from_numpy(values))).numpy()


class _Triples:
    """Part of the residuals explained by products of three directions, beyond the regression.

    moved (S,) is what they change in the Shapley values, residual (m,) what they leave; moves
    (m, S) is how far each pair's value moves these, taken (m,) what the fit took of it.

    Parameters
    ----------
    pairs
        The regression without them.
    signs : (m, S)
        Of each pair's first mask.
    """

    def __init__(self, pairs: _Pairs, signs: NDArray[np.float64]) -> None:
        n_segments, first = pairs.n_segments, pairs.estimate
        part = first / (np.abs(first).sum() or 1.0)
        directions = np.stack([np.full(n_segments, 1 / n_segments), part, np.abs(part)])
        shares = shares_of_products(directions)
        sums = shares.sum(axis=0)
        odd = products(signs, directions) - np.outer(2 * pairs.sizes / n_segments - 1, sums)
        linear = pairs.fitted(odd)
        left = torch.from_numpy(odd) - pairs.sides @ torch.from_numpy(linear)
        weighted = left * torch.from_numpy(pairs.weights)[:, None]
        length = torch.linalg.vecdot(weighted, left, dim=0).sqrt().numpy()
        # What is linear but for rounding, as all of it is in three segments or fewer.
        length[length <= _ROUNDING * np.abs(odd).sum(axis=0)] = np.inf
        left, weighted = (of / torch.from_numpy(length) for of in (left, weighted))
        gram = (weighted.T @ left).numpy()
        inverse = np.linalg.pinv(gram, rcond=_ROUNDING, hermitian=True)
        along = inverse @ (weighted.T @ torch.from_numpy(pairs.residual)).numpy()
        beyond = (shares - sums / n_segments - linear) / length
        self.moved = beyond @ along
        self.residual = pairs.residual - (left @ torch.from_numpy(along)).numpy()
        self.moves = weighted @ torch.from_numpy(inverse @ beyond.T)
        self.taken = torch.linalg.vecdot(weighted @ torch.from_numpy(inverse), left).numpy()


def shapley_fit(masks: Masks, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shapley values (S,) from the target's values (n,) on coalitions as they were drawn.

    They sum to values[0] − values[1], the target with all segments less that with none.
    """
    return _Pairs(masks, values).estimate


def shapley_error(masks: Masks, values: NDArray[np.float64]) -> Influence:
    """Contribution of each pair to the Shapley values, from which their error follows.

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
    linear = pairs.weighted @ pairs.inverse
    directions, taken = linear.numpy(), torch.linalg.vecdot(linear, pairs.sides).numpy()
    n_unknowns = n_segments - 1
    if (triples := pairs.triples) is not None:
        directions, taken = directions + triples.moves.numpy(), taken + triples.taken
        n_unknowns += _N_PRODUCTS
    left = np.maximum(1 - taken, _ALONE)
    moves = directions * (pairs.residual / np.sqrt(left))[:, None]
    w = pairs.weights
    effective = float(w.sum() ** 2 / (w @ w)) if n_pairs else 0.0
    spread = float(w @ pairs.values**2)
    missed = float(w @ (pairs.residual / left) ** 2)
    return Influence(
        pairs.estimate,
        moves.astype(np.float32),
        max(effective - n_unknowns, 1.0),
        1 - missed / spread if spread > 0 else 1.0,
    )
