"""A trained autoencoder as plain matrices of one precision, entered anywhere along its path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..vae import Vae

__all__ = ["Network"]


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
