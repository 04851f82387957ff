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
from torch import Tensor

from ..neighbourhood import Neighbourhood
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
        gram = out.T @ out
        # δh·Gδh is δh·Uδh with U the upper triangle, its off-diagonal doubled: half the work.
        self._upper = torch.triu(gram) + torch.triu(gram, diagonal=1)

    def evaluator(self, neighbourhood: Neighbourhood) -> RowEvaluator:
        """The score of any rows of a neighbourhood of the network's precision."""
        network, masks = self.network, neighbourhood.masks
        seen = neighbourhood.restricted(network.pixels)
        entered = network.enter(neighbourhood.base[None])
        hidden_base = network.hidden(entered.clone())
        residual = network.leave(hidden_base)[0] - seen.base
        square_base = float(np.sum(residual**2, dtype=np.float64))
        slope = 2 * torch.from_numpy(residual) @ torch.from_numpy(network.out)
        width = len(slope)
        pieces = np.hstack(
            [
                neighbourhood.segment_sums(network.into),
                -2 * seen.segment_sums(network.out),
                seen.segment_sums(seen.delta - 2 * residual)[:, None],
            ]
        )

        def values(rows: slice) -> NDArray[np.float64]:
            mixed = torch.from_numpy(masks.apply(pieces, rows))
            change = network.hidden(mixed[:, :width] + entered).sub_(hidden_base)
            slopes = self._add_half_product(mixed[:, width : 2 * width] + slope, change)
            squares = torch.linalg.vecdot(slopes, change) + mixed[:, -1]
            return (square_base + squares.double().numpy()) / len(residual)

        return values

    def _add_half_product(self, slopes: Tensor, change: Tensor) -> Tensor:
        """slopes + change @ U, skipping the quarter of U that is zero."""
        half = change.shape[1] // 2
        slopes[:, :half] += change[:, :half] @ self._upper[:half, :half]
        slopes[:, half:] += change @ self._upper[:, half:]
        return slopes
