"""Mean squared reconstruction error of a neighbourhood, without a single reconstruction.

The residual of a sample is r = r_p + W·δh − Σ_k z_k Δ_k, with r_p the residual at the base p, W the
last layer and δh = h − h_p what the last hidden activations differ by. Its square sum is a
quadratic form in (δh, z) whose coefficients are found once per model or once per spectrum:

    ‖r‖² = ‖r_p‖² + δh·G δh + 2 (Wᵀr_p)·δh − 2 Σ z_k (WᵀΔ_k)·δh + Σ z_k (‖Δ_k‖² − 2 r_p·Δ_k)

with G = WᵀW; the Δ_k do not overlap, so there is no term in z_k z_l. Differences from p, rather
than h itself, keep float32 from cancelling: the terms are as small as the change they describe.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numba import njit
from numpy.typing import NDArray
from torch import Tensor

from ..neighbourhood import Neighbourhood
from .base import Estimated, RowEvaluator
from .folding import Folded
from .network import Network

__all__ = ["MeanSquare"]

_compiled = njit(cache=True, nogil=True, fastmath={"contract", "nsz", "reassoc"})


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
    """The square sum in V variables v and masks z: v·(square v + along) + [v; 1]·(mixingᵀ z).

    square (V, V), mixing (S, V + 1), along (V,).
    """

    square: Tensor
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
        out = torch.from_numpy(network.out)
        self._gram = out.T @ out

    def evaluator(self, neighbourhood: Neighbourhood) -> RowEvaluator:
        """The score of any rows of a neighbourhood of the network's precision."""
        network, masks = self.network, neighbourhood.masks
        seen = neighbourhood.restricted(network.pixels)
        folding = network.folding(neighbourhood)
        hidden = network.hidden(torch.from_numpy(folding.entered[None].copy())).numpy()[0]
        pieces = seen.labels, seen.n_segments, seen.delta, seen.base
        across, along, own, square = _residual(
            *pieces, network.out, network.out_bias.numpy(), hidden
        )
        residual = _Residual(across, along.sum(axis=0), own, square)

        usual = self._form(folding.folded, residual)

        def few(rows: slice) -> NDArray[np.float64]:
            folded, found = folding(rows)
            form = usual if folded is folding.folded else self._form(folded, residual)
            slopes = (form.square @ torch.from_numpy(found)).numpy()
            mixed = masks.apply_across(form.mixing, rows)
            change = _changes(found, slopes, form.along, mixed)
            return (residual.square + change) / len(seen.base)

        def values(rows: slice) -> NDArray[np.float64]:
            parts = seen.blocks(rows, n_rows=folding.rows_in_cache)
            return np.concatenate([few(part) for part in parts])

        return Estimated(values, folding.work + usual.mixing.size + usual.square.numel())

    def _form(self, folded: Folded, residual: _Residual) -> _Form:
        into = torch.from_numpy(folded.into)
        mixing = np.empty((len(residual.own), len(into) + 1), residual.own.dtype)
        mixing[:, :-1] = (torch.from_numpy(residual.across) @ into.T).numpy()
        mixing[:, -1] = residual.own
        along = into @ torch.from_numpy(residual.along)
        return _Form(into @ self._gram @ into.T, mixing, along.numpy())


@_compiled
def _residual(labels, n_segments, delta, base, weight, bias, hidden):
    n_units, two = weight.shape[1], weight.dtype.type(2)
    across = np.zeros((n_segments, n_units), weight.dtype)
    # By segment too, for the sum of few sums of few is more exact than one of all.
    along = np.zeros((n_segments, n_units), weight.dtype)
    own = np.zeros(n_segments, weight.dtype)
    square = 0.0
    for j in range(len(labels)):
        row, segment = weight[j], labels[j]
        residual = weight.dtype.type(0)
        for h in range(n_units):
            residual += row[h] * hidden[h]
        residual += bias[j] - base[j]
        for_across, for_along = -two * delta[j], two * residual
        across_row, along_row = across[segment], along[segment]
        for h in range(n_units):
            across_row[h] += for_across * row[h]
            along_row[h] += for_along * row[h]
        own[segment] += delta[j] * (delta[j] - two * residual)
        square += np.float64(residual) ** 2
    return across, along, own, square


@_compiled
def _changes(values, slopes, along, mixed):
    """Σ_v values·(slopes + along + mixed) + the last row of mixed, (m,)."""
    n_variables, n_samples = values.shape
    total = mixed[n_variables].copy()
    for v in range(n_variables):
        for i in range(n_samples):
            total[i] += values[v, i] * (slopes[v, i] + along[v] + mixed[v, i])
    return total.astype(np.float64)
