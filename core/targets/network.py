"""A trained autoencoder as plain matrices of one precision, entered anywhere along its path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..masks import Masks, Rows
from ..neighbourhood import Neighbourhood
from ..segment_sums import segment_sums
from ..vae import Vae
from ..workers import Once
from .folded import Folded, Layer, Whole
from .folding import fold

__all__ = ["Folding", "Network", "Part"]

# Samples that take the whole network and tell what to fold for, and how much further than these
# the others may be. The furthest of 5000 random masks are 1.6 times as far as the furthest of 200;
# a sample that is astray costs as much as hundreds of others.
_WHOLE, _REACH = 200, 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The deterministic path spectrum → latent mean → reconstruction.

    Attributes
    ----------
    into : (D, H)
        Weights of the first layer, transposed: one row a pixel.
    into_bias : (H,)
    inner
        Weights (in, out) and bias of each layer between first and last, and whether a ReLU
        follows.
    pixels
        Index of the K pixels whose reconstruction is asked for.
    out : (K, H), out_bias : (K,)
        The last layer, on those pixels.
    whole
        The layers between, whatever enters them.
    """

    into: NDArray[np.floating]
    into_bias: Tensor
    inner: tuple[Layer, ...]
    pixels: NDArray[np.intp] | slice
    out: NDArray[np.floating]
    out_bias: Tensor
    whole: Whole

    @classmethod
    def of(cls, vae: Vae, dtype: np.dtype, pixels: NDArray[np.intp] | slice) -> Network:
        """Read a network's weights; of the output only the given pixels."""
        first, *inner, last = vae.path()
        arrays = [
            tuple(tensor.detach().numpy().astype(dtype) for tensor in (layer.weight, layer.bias))
            for layer in (first, *inner, last)
        ]
        (into, into_bias), *between, (out, out_bias) = arrays
        layers = tuple(
            (torch.from_numpy(weight).T.contiguous(), torch.from_numpy(bias), layer != vae.mean)
            for layer, (weight, bias) in zip(inner, between, strict=True)
        )
        return cls(
            np.ascontiguousarray(into.T),
            torch.from_numpy(into_bias),
            layers,
            pixels,
            np.ascontiguousarray(out[pixels]),
            torch.from_numpy(out_bias[pixels]),
            Whole(layers),
        )

    def enter(self, spectra: NDArray[np.floating]) -> Tensor:
        """First layer before its ReLU, (n, H), of spectra (n, D)."""
        return torch.addmm(self.into_bias, torch.from_numpy(spectra), torch.from_numpy(self.into))

    def hidden(self, entered: Tensor) -> Tensor:
        """Activations (n, H) before the last layer; overwrites what has entered."""
        activations = entered.relu_()
        for weight, bias, rectified in self.inner:
            activations = torch.addmm(bias, activations, weight)
            if rectified:
                activations.relu_()
        return activations

    def leave(self, hidden: Tensor) -> NDArray[np.floating]:
        """Reconstruction (n, K)."""
        return torch.addmm(self.out_bias, hidden, torch.from_numpy(self.out).T).numpy()

    def work(self, n_segments: int) -> int:
        """Multiplications a sample takes, at most, that is made of so many segments."""
        ends = n_segments * (self.into.shape[1] + self.out.shape[1])
        return ends + sum(weight.numel() for weight, _, _ in self.inner)

    def folding(self, neighbourhood: Neighbourhood) -> Folding:
        """The way to activations before the last layer, of any rows of a neighbourhood."""
        pair = np.stack([neighbourhood.delta, neighbourhood.base])
        labels, masks = neighbourhood.labels, neighbourhood.masks
        pieces, base = segment_sums(labels, neighbourhood.n_segments, pair, self.into)
        entered = self.into_bias.numpy() + base.sum(axis=0)
        units = np.flatnonzero(entered + np.maximum(masks.bounds(pieces)[1], 0) > 0)
        return Folding(self, masks, np.take(pieces.T, units, axis=0), units, entered)


class Part(NamedTuple):
    """Samples that take one way through the network.

    Attributes
    ----------
    way
        The way.
    rows
        Which samples of the neighbourhood these are, m of them.
    at
        Where they lie among those asked for.
    variables : (V, m)
        What the way makes of them.
    """

    way: Folded
    rows: Rows
    at: Rows
    variables: NDArray[np.floating]


class Folding:
    """A network's inner layers, entered through a neighbourhood's pieces.

    A few samples take the whole network, and tell what to fold for the others.

    Parameters
    ----------
    network
        Whose layers between first and last these are.
    masks
        Z (n, S).
    pieces : (A, S)
        What each segment adds to what enters the first layer's units that any mask could wake.
    units : (A,)
        The indices of those units.
    entered : (H,)
        What enters every unit at the base.

    Attributes
    ----------
    whole
        The whole network.
    """

    def __init__(
        self,
        network: Network,
        masks: Masks,
        pieces: NDArray[np.floating],
        units: NDArray[np.intp],
        entered: NDArray[np.floating],
    ) -> None:
        self._masks, self._pieces = masks, pieces
        self.whole = network.whole.at(entered, units)
        self._tried = masks.typical(_WHOLE)
        self._found, seen = self.whole.watched(masks.factors(pieces, self._tried))
        self._folded = Once(partial(fold, network.inner, units, entered, seen, reach=_REACH))

    @property
    def folded(self) -> Folded:
        """The network for samples not much further than those that were tried."""
        return self._folded()

    def parts(self, rows: slice) -> Iterator[Part]:
        """The ways some rows take: the whole network if all were tried, else as by ``folds``."""
        if self._tried.step == 1 and rows.stop <= self._tried.stop:
            yield Part(self.whole, rows, slice(None), self._found[:, rows])
        else:
            yield from self.folds(rows)

    def folds(self, rows: slice) -> Iterator[Part]:
        """The folded network for all rows, then the whole one for those it does not hold for."""
        entering = self._masks.factors(self._pieces, rows)
        variables, astray = self.folded.values(entering)
        yield Part(self.folded, rows, slice(None), variables)
        if len(astray):
            variables, _ = self.whole.values(entering.columns(astray))
            yield Part(self.whole, rows.start + astray, astray, variables)
