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

# 64 spectra of 3773 float32 and their reconstructions stay in the 2 MB nearest to a core.
_ROWS = 64


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
            # The base as one more variable, always 1: a product that starts from a bias takes
            # another pass over its result.
            decode = torch.cat([state.into @ out.T, at_base[None]])
            one = state.values.new_ones(1, state.values.shape[1])
            variables = torch.cat([state.values, one])
            scores = np.empty(rows.stop - rows.start)
            for part in seen.blocks(rows, n_rows=_ROWS):
                within = slice(part.start - rows.start, part.stop - rows.start)
                decoded = variables[:, within].T @ decode
                scores[within] = self.score(seen.spectra(part), decoded.numpy())
            return scores

        return values
