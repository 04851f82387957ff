"""Scores that look at every pixel's residual: decode in blocks that stay in cache."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..neighbourhood import Neighbourhood
from .base import RowEvaluator
from .folding import Folded
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
        folding = network.folding(neighbourhood)
        usual = self._decoder(folding.folded)

        def values(rows: slice) -> NDArray[np.float64]:
            folded, found = folding(rows)
            decode = usual if folded is folding.folded else self._decoder(folded)
            one = np.ones((1, found.shape[1]), found.dtype)
            variables = torch.from_numpy(np.concatenate([found, one]))
            scores = np.empty(rows.stop - rows.start)
            for part in seen.blocks(rows, n_rows=_ROWS):
                within = slice(part.start - rows.start, part.stop - rows.start)
                decoded = variables[:, within].T @ decode
                scores[within] = self.score(seen.spectra(part), decoded.numpy())
            return scores

        return values

    def _decoder(self, folded: Folded) -> Tensor:
        """From variables to the reconstruction, (V + 1, K).

        The base is one more variable, always 1: a product that starts from a bias takes another
        pass over its result.
        """
        decode = torch.from_numpy(folded.affine) @ torch.from_numpy(self.network.out).T
        decode[-1] += self.network.out_bias
        return decode
