"""A trained autoencoder as plain matrices of one precision, entered anywhere along its path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...compute.compiled_loops import compiled
from ...compute.tensors import tensor_of
from ...compute.workers import Once
from ...models.autoencoder.network import Vae
from ...neighbourhood.masks import Factors, Masks, Rows
from ...neighbourhood.neighbourhood import Neighbourhood
from ...neighbourhood.segment_sums import add_segment_sums
from .folded import Folded, Layer, Whole
from .folding import fold

__all__ = ["ByWay", "Folding", "Network"]

_compiled = compiled()

ByWay = Callable[[Folded, Rows], tuple[NDArray, NDArray[np.intp]]]

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
            (np.ascontiguousarray(weight.T), bias, layer != vae.mean)
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
        return torch.addmm(self.into_bias, tensor_of(spectra), torch.from_numpy(self.into))

    def hidden(self, entered: Tensor) -> Tensor:
        """Activations (n, H) before the last layer; overwrites what has entered."""
        activations = entered.relu_()
        for weight, bias, rectified in self.inner:
            activations = torch.addmm(torch.from_numpy(bias), activations, torch.from_numpy(weight))
            if rectified:
                activations.relu_()
        return activations

    def leave(self, hidden: Tensor) -> NDArray[np.floating]:
        """Reconstruction (n, K)."""
        return torch.addmm(self.out_bias, hidden, torch.from_numpy(self.out).T).numpy()

    def work(self, n_segments: int) -> int:
        """Multiplications a sample takes, at most, that is made of so many segments."""
        ends = n_segments * (self.into.shape[1] + self.out.shape[1])
        return ends + sum(weight.size for weight, _, _ in self.inner)

    def folding(self, neighbourhood: Neighbourhood) -> Folding:
        """The way to activations before the last layer, of any rows of a neighbourhood."""
        labels, n_segments = neighbourhood.labels, neighbourhood.n_segments
        delta, base = neighbourhood.delta, neighbourhood.base
        bias = self.into_bias.numpy()
        pieces, entered = _entering(labels, n_segments, delta, base, self.into, bias)
        of_units, units = _waking(pieces, entered, neighbourhood.masks.most(pieces))
        return Folding(self, neighbourhood.masks, of_units, units, entered)


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
    trial
        The variables (V, m) and ranges of the few samples, found when they are first wanted.
    """

    def __init__(
        self,
        network: Network,
        masks: Masks,
        pieces: NDArray[np.floating],
        units: NDArray[np.intp],
        entered: NDArray[np.floating],
    ) -> None:
        # Nothing that is found later refers to self: a cycle would keep each explanation's arrays
        # until Python next looks for cycles.
        whole, rows = network.whole.at(entered, units), masks.typical(_WHOLE)
        trial = Once(lambda: whole.watched(masks.factors(pieces, rows)))
        self._masks, self._pieces, self._rows = masks, pieces, rows
        self.whole, self.trial = whole, trial
        self._folded = Once(
            lambda: fold(network.inner, units, entered, whole.apart(trial()[1]), reach=_REACH)
        )

    @property
    def folded(self) -> Folded:
        """The network for samples not much further than those that were tried."""
        return self._folded()

    def entering(self, rows: Rows) -> Factors:
        """Input of a path through the network, (A, m)."""
        return self._masks.factors(self._pieces, rows)

    def tried(self, rows: slice) -> NDArray[np.floating] | None:
        """The whole network's variables (V, m) of rows that were tried; None if some were not."""
        if self._rows.step == 1 and rows.stop <= self._rows.stop:
            return self.trial()[0][:, rows]
        return None

    def values(self, rows: slice, by_way: ByWay) -> NDArray:
        """Values by the folded network for all rows, then the whole one where it does not hold.

        Parameters
        ----------
        rows
            Which samples, m of them.
        by_way
            From a way and samples to their values (m, …), and which of them it does not hold for.
        """
        values, astray = by_way(self.folded, rows)
        if len(astray):
            values[astray], _ = by_way(self.whole, rows.start + astray)
        return values


@_compiled
def _entering(labels, n_segments, delta, base, into, bias):
    """Contribution of each segment to the input of the first layer, and the input at the base."""
    n_units = into.shape[1]
    pair, sums = (
        np.empty((2, len(labels)), into.dtype),
        np.zeros((2, n_segments, n_units), into.dtype),
    )
    pair[0], pair[1] = delta, base
    add_segment_sums(labels, pair, into, sums)
    entered = bias.astype(np.float64)
    for k in range(n_segments):
        for h in range(n_units):
            entered[h] += sums[1, k, h]
    return sums[0], entered.astype(into.dtype)


@_compiled
def _waking(pieces, entered, most):
    """The pieces (A, S) of the units that may wake, and these units."""
    units, n = np.empty(len(entered), np.intp), 0
    for h in range(len(entered)):
        if entered[h] + max(most[h], 0) > 0:
            units[n] = h
            n += 1
    of_units = np.empty((n, len(pieces)), pieces.dtype)
    for k in range(len(pieces)):
        for a in range(n):
            of_units[a, k] = pieces[k, units[a]]
    return of_units, units[:n]
