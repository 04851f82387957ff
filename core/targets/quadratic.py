"""Mean squared reconstruction error of a neighbourhood, without a single reconstruction.

The residual of a sample is r = r_p + W·δh − Σ_k z_k Δ_k, with r_p the residual at the base p, W the
last layer and δh = h − h_p what the last hidden activations differ by. Its square sum is a
quadratic form in (δh, z) whose coefficients are found once per model or once per spectrum:

    ‖r‖² = ‖r_p‖² + δh·G δh + 2 (Wᵀr_p)·δh − 2 Σ z_k (WᵀΔ_k)·δh + Σ z_k (‖Δ_k‖² − 2 r_p·Δ_k)

with G = WᵀW; the Δ_k do not overlap, so there is no term in z_k z_l. Differences from p, rather
than h itself, keep float32 from cancelling: the terms are as small as the change they describe.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ..neighbourhood import Neighbourhood
from ..segment_sums import segment_sums
from .base import RowEvaluator
from .network import Network

__all__ = ["MeanSquare"]


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
        residual = network.leave(network.hidden(folding.entered[None].clone()))[0] - seen.base
        square_base = float(np.sum(residual**2, dtype=np.float64))
        pair = np.stack([-2 * seen.delta, 2 * residual])
        across, along = segment_sums(seen.labels, seen.n_segments, pair, network.out)
        slope = torch.from_numpy(along.sum(axis=0))
        own = seen.segment_sums(seen.delta - 2 * residual)

        def values(rows: slice) -> NDArray[np.float64]:
            state = folding(rows)
            into = state.into
            mixed = masks.apply(across, rows, then=into.T.contiguous().numpy())
            slopes = (into @ self._gram @ into.T) @ state.values
            slopes += torch.from_numpy(mixed).T + (into @ slope)[:, None]
            change = torch.linalg.vecdot(slopes, state.values, dim=0)
            change += torch.from_numpy(masks.apply(own, rows))
            return (square_base + change.double().numpy()) / len(residual)

        return values
