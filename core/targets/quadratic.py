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

from ..neighbourhood import Neighbourhood
from ..one_blas_thread import one_blas_thread
from ..segment_sums import segment_sums
from ..workers import Once
from .base import Prepared
from .folded import Folded
from .network import Network
from .walk import LANES, multiplied

__all__ = ["MeanSquare"]

_compiled = njit(cache=True, nogil=True, fastmath={"contract", "nsz", "reassoc"})

# Variables whose slopes are found together.
_BAND = 48


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


class _Form(NamedTuple):
    """The square sum in V variables v and masks z: v·(square v + along) + [v; 1]·(mixing z).

    square is V × V, its lower triangle in bands of rows, side by side, twice where it stands for
    the upper one too; mixing (V + 1, S), along (V,).
    """

    square: NDArray[np.floating]
    mixing: NDArray[np.floating]
    along: NDArray[np.floating]


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
        whole = Once(lambda: self._form(folding().whole, residual()))
        folded = Once(lambda: self._form(folding().folded, residual()))
        masks, n_pixels = neighbourhood.masks, len(self.network.out)

        def values(rows: slice) -> NDArray[np.float64]:
            scores = np.empty(rows.stop - rows.start)
            for part in folding().parts(rows):
                form = whole() if part.way is folding().whole else folded()
                mixed = masks.factors(form.mixing, part.rows)
                with one_blas_thread():
                    change = _changes(part.variables, form.square, form.along, *mixed)
                scores[part.at] = (residual().square + change) / n_pixels
            return scores

        work = self.network.work(neighbourhood.n_segments) + self._gram.size
        return Prepared(values, work, ahead=(folding, projected))

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

    def _form(self, way: Folded, residual: _Residual) -> _Form:
        """The form in the variables of one way through the network."""
        half = way.through(self._single_gram)
        mixing = np.empty((way.n_variables + 1, len(residual.own)), half.dtype)
        mixing[:-1] = way.through(residual.across.T)
        mixing[-1] = residual.own
        along = way.through(residual.along[:, None])[:, 0]
        return _Form(_bands(way.through(half.T)), mixing, along)


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


@_compiled
def _bands(square):
    """The lower triangle of a symmetric (V, V) in bands of rows, twice below the diagonal's own."""
    n, size = len(square), 0
    for first in range(0, n, _BAND):
        last = min(first + _BAND, n)
        size += (last - first) * last
    bands, at = np.empty(size, square.dtype), 0
    for first in range(0, n, _BAND):
        last = min(first + _BAND, n)
        for v in range(first, last):
            for w in range(last):
                bands[at] = square[v, w] * (2 if w < first else 1)
                at += 1
    return bands


@_compiled
def _changes(variables, bands, along, left, right):
    """Σ_v variables·(square variables + along + mixed) + the last row of mixed = left @ right."""
    n_variables, n_samples = variables.shape
    most = min(LANES, n_samples)
    total = np.empty(n_samples, variables.dtype)
    slopes = np.empty(_BAND * most, variables.dtype)
    room = np.empty((n_variables + 1) * most, variables.dtype)
    for start in range(0, n_samples, LANES):
        stop = min(start + LANES, n_samples)
        n, at, sums = stop - start, 0, total[start:stop]
        tile = np.ascontiguousarray(variables[:, start:stop])
        mixed = room[: (n_variables + 1) * n].reshape((n_variables + 1, n))
        multiplied(left, right, start, stop, mixed)
        sums[:] = mixed[n_variables]
        for first in range(0, n_variables, _BAND):
            last = min(first + _BAND, n_variables)
            band = bands[at : at + (last - first) * last].reshape((last - first, last))
            at += band.size
            slope = slopes[: (last - first) * n].reshape((last - first, n))
            np.dot(band, tile[:last], slope)
            for v in range(first, last):
                for i in range(n):
                    sums[i] += tile[v, i] * (slope[v - first, i] + along[v] + mixed[v, i])
    return total.astype(np.float64)
