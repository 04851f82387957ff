"""Scores that need every pixel's residual: decoded in cache-sized blocks."""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...compute.workers import Once
from ...models.anomaly.residuals import ResidualScore
from ...neighbourhood.masks import Rows
from ...neighbourhood.neighbourhood import Neighbourhood
from ..base import Prepared
from .folded import Folded
from .matrices import Network

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

    def evaluator(self, neighbourhood: Neighbourhood) -> Prepared:
        """The score of any rows of a neighbourhood of the network's precision."""
        seen = neighbourhood.restricted(self.network.pixels)
        folding = Once(partial(self.network.folding, neighbourhood))
        folded = Once(lambda: self._decoder(folding().folded))
        whole = Once(lambda: self._decoder(folding().whole))

        def by_way(way: Folded, rows: Rows) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
            decode = whole() if way is folding().whole else folded()
            variables, astray = way.values(folding().entering(rows))
            return self._scores(seen, rows, variables, decode), astray

        work = self.network.work(seen.n_segments) + self.network.out.size
        return Prepared(lambda rows: folding().values(rows, by_way), work, ahead=(folded,))

    def _scores(
        self, seen: Neighbourhood, rows: Rows, variables: NDArray[np.floating], decode: Tensor
    ) -> NDArray[np.float64]:
        n_samples = variables.shape[1]
        moving = variables.any(axis=1)
        if not moving.all():
            # A unit that sleeps at all of these samples decodes nothing.
            variables, decode = variables[moving], decode[torch.from_numpy(np.append(moving, True))]
        one = np.ones((1, n_samples), variables.dtype)
        all_variables = torch.from_numpy(np.concatenate([variables, one]))
        samples = np.arange(seen.n)[rows]
        scores = np.empty(n_samples)
        for start in range(0, n_samples, _ROWS):
            few = slice(start, start + _ROWS)
            decoded = all_variables[:, few].T @ decode
            scores[few] = self.score(seen.spectra(samples[few]), decoded.numpy())
        return scores

    def _decoder(self, way: Folded) -> Tensor:
        """From variables to the reconstruction, (V + 1, K).

        The base is one more variable, always 1: a product that starts from a bias takes another
        pass over its result.
        """
        network = self.network
        decode = torch.empty(way.n_variables + 1, len(network.out), dtype=network.out_bias.dtype)
        out = torch.from_numpy(network.out)
        decode[:-1] = torch.from_numpy(way.through(network.out.T))
        decode[-1] = out @ torch.from_numpy(way.at_base) + network.out_bias
        return decode
