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
from .folding import Folded

__all__ = ["Folding", "Network"]


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
    inner: tuple[tuple[Tensor, Tensor, bool], ...]
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
        entered = self.into_bias + torch.from_numpy(base.sum(axis=0))
        most = entered + torch.from_numpy(masks.bounds(pieces)[1]).clamp_(min=0)
        units = torch.nonzero(most > 0).flatten()
        waking = np.ascontiguousarray(pieces[:, units.numpy()])
        return Folding(self.inner, masks, waking, units, entered)


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
    """

    inner: tuple[tuple[Tensor, Tensor, bool], ...]
    masks: Masks
    pieces: NDArray[np.floating]
    units: Tensor
    entered: Tensor

    def __call__(self, rows: slice) -> Folded:
        """Activations before the last layer."""
        mixed = torch.from_numpy(self.masks.apply(self.pieces, rows))
        # A copy in any case: the result of one-hot masks is a view of the pieces.
        by_unit = mixed.T.clone(memory_format=torch.contiguous_format)
        state = Folded.rectify(by_unit, self.units, self.entered)
        for weight, bias, rectified in self.inner:
            state = state.through(weight, bias, rectified=rectified)
        return state
