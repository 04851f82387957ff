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
from numba import njit
from numpy.typing import NDArray

from ..masks import Rows
from ..neighbourhood import Neighbourhood
from ..segment_sums import segment_sums
from ..workers import Once
from .base import Prepared
from .folded import Folded
from .network import Network
from .quadratic_form import QuadraticForm

__all__ = ["MeanSquare"]

_compiled = njit(cache=True, nogil=True, fastmath={"contract", "nsz", "reassoc"})


class _Projected(NamedTuple):
    """What the last layer W makes of the pieces Δ_k and of e = b − p, in double precision.

    pieces (S, H) is WᵀΔ_k, offset (H,) is Wᵀe, energy (S,) is ‖Δ_k‖², along (S,) is e·Δ_k, and
    square is ‖e‖².
    """

    pieces: NDArray[np.float64]
    offset: NDArray[np.float64]
    energy: NDArray[np.float64]
    along: NDArray[np.float64]
    square: float


class _Residual(NamedTuple):
    """What the residual r_p and the pieces Δ_k make of the last layer W.

    across (S, H) is −2 WᵀΔ_k, along (H,) is 2 Wᵀr_p, own (S,) is ‖Δ_k‖² − 2 r_p·Δ_k, and square
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
        residual = Once(lambda: self._residual(projected(), folding().whole.at_base))
        masks, n_pixels = neighbourhood.masks, len(self.network.out)
        whole = Once(lambda: self._form(folding().whole, residual(), masks.alone))
        folded = Once(lambda: self._form(folding().folded, residual(), masks.alone))

        def by_way(way: Folded, rows: Rows) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
            form = whole() if way is folding().whole else folded()
            return form.walked(way, folding().entering(rows), masks, rows)

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
        n_segments, delta = neighbourhood.n_segments, neighbourhood.delta[network.pixels]
        offset = network.out_bias.double().numpy() - neighbourhood.base[network.pixels]
        pair = np.stack([delta, offset])
        pieces, offsets = segment_sums(labels, n_segments, pair, network.out)
        energy, along = _energies(labels, n_segments, *pair)
        return _Projected(pieces, offsets.sum(axis=0), energy, along, float(pair[1] @ pair[1]))

    def _residual(self, projected: _Projected, at_base: NDArray[np.floating]) -> _Residual:
        across, along, own, square = _behind(*projected, self._gram, at_base.astype(np.float64))
        kind = at_base.dtype
        return _Residual(across.astype(kind), along.astype(kind), own.astype(kind), square)

    def _form(self, way: Folded, residual: _Residual, alone: bool) -> QuadraticForm:
        """The form in the variables of one way through the network."""
        half = way.through(self._single_gram)
        return QuadraticForm(
            square=way.through(half.T),
            along=way.through(residual.along[:, None])[:, 0],
            mixing=way.through(residual.across.T),
            own=residual.own,
            alone=alone,
        )


@_compiled
def _energies(labels, n_segments, delta, offset):
    """‖Δ_k‖² and e·Δ_k, (S,) each."""
    energy, along = np.zeros(n_segments), np.zeros(n_segments)
    for j in range(len(labels)):
        energy[labels[j]] += delta[j] * delta[j]
        along[labels[j]] += delta[j] * offset[j]
    return energy, along


@_compiled
def _behind(pieces, offset, energy, along, square, gram, hidden):
    """The fields of the residual."""
    towards, total = offset.copy(), square
    for h in range(len(hidden)):
        for g in range(len(hidden)):
            towards[g] += gram[h, g] * hidden[h]
    for h in range(len(hidden)):
        total += hidden[h] * (towards[h] + offset[h])
    own = np.empty(len(energy))
    for k in range(len(energy)):
        shared = along[k]
        for h in range(len(hidden)):
            shared += pieces[k, h] * hidden[h]
        own[k] = energy[k] - 2 * shared
    return -2 * pieces, 2 * towards, own, total
