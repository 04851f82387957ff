"""A trained autoencoder as plain matrices of one precision, entered anywhere along its path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..masks import Masks
from ..neighbourhood import Neighbourhood
from ..segment_sums import segment_sums
from ..vae import Vae
from .folding import Folded, Layer, fold

__all__ = ["Folding", "Network"]

# Samples that tell what to fold for, and how much further than these others may be: the furthest
# of 5000 random masks are 1.6 times as far as the furthest of 200.
_PROBED, _REACH = 200, 2.5
# Of samples that are all known: another product may round otherwise.
_ROUNDING = 1.01
_NUMBERS_IN_CACHE = 1 << 18


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
    """

    into: NDArray[np.floating]
    into_bias: Tensor
    inner: tuple[Layer, ...]
    pixels: NDArray[np.intp] | slice
    out: NDArray[np.floating]
    out_bias: Tensor

    @classmethod
    def of(cls, vae: Vae, dtype: np.dtype, pixels: NDArray[np.intp] | slice) -> Network:
        """Read a network's weights; of the output only the given pixels."""
        first, *inner, last = vae.path()
        arrays = [
            tuple(tensor.detach().numpy().astype(dtype) for tensor in (layer.weight, layer.bias))
            for layer in (first, *inner, last)
        ]
        (into, into_bias), *between, (out, out_bias) = arrays
        return cls(
            np.ascontiguousarray(into.T),
            torch.from_numpy(into_bias),
            tuple(
                (torch.from_numpy(weight).T.contiguous(), torch.from_numpy(bias), layer != vae.mean)
                for layer, (weight, bias) in zip(inner, between, strict=True)
            ),
            pixels,
            np.ascontiguousarray(out[pixels]),
            torch.from_numpy(out_bias[pixels]),
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

    def folding(self, neighbourhood: Neighbourhood) -> Folding:
        """The way to activations before the last layer, of any rows of a neighbourhood."""
        pair = np.stack([neighbourhood.delta, neighbourhood.base])
        labels, masks = neighbourhood.labels, neighbourhood.masks
        pieces, base = segment_sums(labels, neighbourhood.n_segments, pair, self.into)
        entered = self.into_bias.numpy() + base.sum(axis=0)
        units = np.flatnonzero(entered + np.maximum(masks.bounds(pieces)[1], 0) > 0)
        pieces = np.take(pieces, units, axis=1)
        probe = masks.apply_across(pieces, slice(0, None, max(1, neighbourhood.n // _PROBED)))
        folded = fold(self.inner, probe, units, entered, reach=_REACH)
        return Folding(self.inner, masks, pieces, units, entered, folded)


@dataclass(frozen=True, slots=True, eq=False)
class Folding:
    """A network's inner layers, entered through a neighbourhood's pieces.

    Attributes
    ----------
    inner
        The network's.
    masks
        Z (n, S).
    pieces : (S, A)
        What each segment adds to what enters the first layer's units that any mask could wake.
    units : (A,)
        The indices of those units.
    entered : (H,)
        What enters every unit at the base.
    folded
        The layers, for the range of some of the samples and beyond.
    """

    inner: tuple[Layer, ...]
    masks: Masks
    pieces: NDArray[np.floating]
    units: NDArray[np.intp]
    entered: NDArray[np.floating]
    folded: Folded

    @property
    def work(self) -> int:
        """Multiplications a sample takes."""
        return self.pieces.size + sum(step.weight.numel() for step in self.folded.steps[1:])

    @property
    def rows_in_cache(self) -> int:
        """Samples whose variables stay near to a core."""
        widest = max(len(step.floor) for step in self.folded.steps)
        return max(_NUMBERS_IN_CACHE // max(widest, 1), 1)

    def __call__(self, rows: slice) -> tuple[Folded, NDArray[np.floating]]:
        """The folded layers that hold for some rows, and their variables (V, m) there."""
        entered = self.masks.apply_across(self.pieces, rows)
        values, within = self.folded.values(entered)
        if within:
            return self.folded, values
        anew = fold(self.inner, entered, self.units, self.entered, reach=_ROUNDING)
        return anew, anew.values(entered)[0]
