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
        network = self.network
        seen = neighbourhood.restricted(network.pixels)
        out = torch.from_numpy(network.out)
        folding = network.folding(neighbourhood)

        def values(rows: slice) -> NDArray[np.float64]:
            state = folding(rows)
            at_base = torch.addmv(network.out_bias, out, state.at_base)
            decode = state.into @ out.T
            scores = np.empty(rows.stop - rows.start)
            for part in seen.blocks(rows):
                within = slice(part.start - rows.start, part.stop - rows.start)
                decoded = torch.addmm(at_base, state.values[:, within].T, decode)
                scores[within] = self.score(seen.spectra(part), decoded.numpy())
            return scores

        return values
