"""Mean squared reconstruction error of a neighbourhood, without a single reconstruction.

The residual of a sample is r = r_p + W·δh − Σ_k z_k Δ_k, with r_p the residual at the base p, W the
last layer and δh = h − h_p what the last hidden activations differ by. Its square sum is a
quadratic form in (δh, z) whose coefficients are found once per model or once per spectrum:

    ‖r‖² = ‖r_p‖² + δh·G δh + 2 (Wᵀr_p)·δh − 2 Σ z_k (WᵀΔ_k)·δh + Σ z_k (‖Δ_k‖² − 2 r_p·Δ_k)

with G = WᵀW; the Δ_k do not overlap, so there is no term in z_k z_l. Differences from p, rather
than h itself, keep float32 from cancelling: the terms are as small as the change they describe.

What holds r_p = W h_p + e, with e = b − p, follows from G and from what W makes of e:

    Wᵀr_p = G h_p + Wᵀe      r_p·Δ_k = h_p·WᵀΔ_k + e·Δ_k      ‖r_p‖² = h_p·(Wᵀr_p + Wᵀe) + ‖e‖²

so W is read once, for all Δ_k and e, beside the first layer. These terms do cancel, since a good
network's residual is small: they are summed in double precision.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ...compute.compiled_loops import compiled
from ...compute.workers import Once
from ...neighbourhood.masks import Rows
from ...neighbourhood.neighbourhood import Neighbourhood
from ...neighbourhood.segment_sums import add_segment_sums
from ..base import Prepared
from .folded import Folded
from .matrices import Network
from .quadratic_form import QuadraticForm

__all__ = ["MeanSquare"]

_compiled = compiled("contract", "nsz", "reassoc")


class _Projected(NamedTuple):
    """Products of the last layer W with the pieces Δ_k and e = b − p, in double precision.

    pieces (S, H) is WᵀΔ_k, offset (H,) is Wᵀe, energy (S,) is ‖Δ_k‖², along (S,) is e·Δ_k, and
    square is ‖e‖².
    """

    pieces: NDArray[np.float64]
    offset: NDArray[np.float64]
    energy: NDArray[np.float64]
    along: NDArray[np.float64]
    square: float


class _Residual(NamedTuple):
    """Products of the residual r_p and the pieces Δ_k with the last layer W.

    across (H, S) is −2 WᵀΔ_k, along (H,) is 2 Wᵀr_p, own (S,) is ‖Δ_k‖² − 2 r_p·Δ_k, and square
    is ‖r_p‖².
    """

    across: NDArray[np.floating]
    along: NDArray[np.floating]
    own: NDArray[np.floating]
    square: float


class MeanSquare:
    """Mean squared residual over the pixels a network decodes.

    Parameters
    ----------
    network
        The autoencoder.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        out = torch.from_numpy(network.out).double()
        self._gram = (out.T @ out).numpy()
        self._single_gram = self._gram.astype(network.out.dtype)

    def evaluator(self, neighbourhood: Neighbourhood) -> Prepared:
        """The score of any rows of a neighbourhood of the network's precision."""
        folding = Once(partial(self.network.folding, neighbourhood))
        projected = Once(partial(self._projected, neighbourhood))
        residual = Once(
            lambda: _Residual(*_behind(*projected(), self._gram, folding().whole.at_base))
        )
        masks, n_pixels = neighbourhood.masks, len(self.network.out)
        whole = Once(lambda: self._form(folding().whole, residual(), masks.alone))
        folded = Once(lambda: self._form(folding().folded, residual(), masks.alone))

        def by_way(way: Folded, rows: Rows) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
            form = whole() if way is folding().whole else folded()
            return form.evaluate(way, folding().entering(rows), masks, rows)

        def values(rows: slice) -> NDArray[np.float64]:
            tried = folding().tried(rows)
            if tried is None:
                change = folding().values(rows, by_way)
            else:
                change = whole().values(tried, masks, rows)
            return (residual().square + change) / n_pixels

        work = self.network.work(neighbourhood.n_segments) + self._gram.size
        ahead = folding, projected, lambda: folding().trial(), whole
        return Prepared(values, work, ahead)

    def _projected(self, neighbourhood: Neighbourhood) -> _Projected:
        network, labels = self.network, neighbourhood.labels[self.network.pixels]
        delta, base = neighbourhood.delta[network.pixels], neighbourhood.base[network.pixels]
        bias, n_segments = network.out_bias.numpy(), neighbourhood.n_segments
        return _Projected(*_projected(labels, n_segments, delta, base, network.out, bias))

    def _form(self, way: Folded, residual: _Residual, alone: bool) -> QuadraticForm:
        """The form in the variables of one way through the network."""
        return QuadraticForm(
            square=way.squared(self._single_gram),
            along=way.through(residual.along[:, None])[:, 0],
            mixing=way.through(residual.across),
            own=residual.own,
            alone=alone,
        )


@_compiled
def _projected(labels, n_segments, delta, base, out, bias):
    """Fields of ``_Projected``."""
    n_units, n_pixels = out.shape[1], len(labels)
    pair, sums = np.empty((2, n_pixels)), np.zeros((2, n_segments, n_units))
    energy, along, square = np.zeros(n_segments), np.zeros(n_segments), 0.0
    for j in range(n_pixels):
        piece, offset = np.float64(delta[j]), np.float64(bias[j]) - np.float64(base[j])
        pair[0, j], pair[1, j] = piece, offset
        energy[labels[j]] += piece * piece
        along[labels[j]] += piece * offset
        square += offset * offset
    add_segment_sums(labels, pair, out, sums)
    total = np.zeros(n_units)
    for k in range(n_segments):
        for h in range(n_units):
            total[h] += sums[1, k, h]
    return sums[0], total, energy, along, square


@_compiled
def _behind(pieces, offset, energy, along, square, gram, at_base):
    """Fields of ``_Residual``, in the precision of the base."""
    n_segments, n_units = pieces.shape
    towards, total = offset.copy(), square
    for h in range(n_units):
        if at_base[h] != 0:
            for g in range(n_units):
                towards[g] += gram[h, g] * at_base[h]
    own, across = (
        np.empty(n_segments, at_base.dtype),
        np.empty((n_units, n_segments), at_base.dtype),
    )
    for h in range(n_units):
        total += at_base[h] * (towards[h] + offset[h])
    for k in range(n_segments):
        shared = along[k]
        for h in range(n_units):
            shared += pieces[k, h] * at_base[h]
            across[h, k] = -2 * pieces[k, h]
        own[k] = energy[k] - 2 * shared
    return across, (2 * towards).astype(at_base.dtype), own, total
