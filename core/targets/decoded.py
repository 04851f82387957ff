"""Scores that look at every pixel's residual: decode in blocks that stay in cache."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ..neighbourhood import Neighbourhood
from .base import RowEvaluator
from .network import Network
from .residuals import ResidualScore

__all__ = ["Decoded"]


class Decoded:
    """Any score of residuals, the first layer entered through a neighbourhood's pieces.

    Parameters
    ----------
    network
        The autoencoder, decoding the K pixels that count.
    score
        From spectra and reconstructions, (m, K) each.
    """

    def __init__(self, network: Network, *, score: ResidualScore) -> None:
        self.network = network
        self.score = score

    def evaluator(self, neighbourhood: Neighbourhood) -> RowEvaluator:
        """The score of any rows of a neighbourhood of the network's precision."""
        network, masks = self.network, neighbourhood.masks
        seen = neighbourhood.restricted(network.pixels)
        entered = network.enter(neighbourhood.base[None])
        pieces = neighbourhood.segment_sums(network.into)

        def values(rows: slice) -> NDArray[np.float64]:
            mixed = torch.from_numpy(masks.apply(pieces, rows))
            hidden = network.hidden(mixed + entered)
            return self.score(seen.spectra(rows), network.leave(hidden))

        return values
