"""The variational autoencoder of O25 (section 3): 256-128-64-12-64-128-256, ReLU."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...compute.tensors import tensor_of

__all__ = ["Vae"]


class Vae(nn.Module):
    """Encoder D → hidden → latent mean and log-variance, decoder latent → hidden reversed → D.

    Hidden layers are ReLU; the latent mean, the log-variance and the output are linear.

    Parameters
    ----------
    n_pixels
        D.
    hidden
        Widths of the encoder's hidden layers; the decoder mirrors them.
    n_latent
        Latent dimensions.
    seed
        Of the initial weights (Glorot uniform, zero biases). Torch's global state is not touched.
    """

    def __init__(
        self,
        n_pixels: int,
        *,
        hidden: tuple[int, ...] = (256, 128, 64),
        n_latent: int = 12,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.n_pixels = n_pixels
        self.n_latent = n_latent
        self.encoder = _stack((n_pixels, *hidden))
        self.mean = _Unset(hidden[-1], n_latent)
        self.log_variance = _Unset(hidden[-1], n_latent)
        self.decoder = _stack((n_latent, *reversed(hidden)))
        self.output = _Unset(hidden[0], n_pixels)
        generator = torch.Generator().manual_seed(seed)
        for layer in (*self.path(), self.log_variance):
            nn.init.xavier_uniform_(layer.weight, generator=generator)
            nn.init.zeros_(layer.bias)

    def path(self) -> list[nn.Linear]:
        """The layers a reconstruction passes, input to output."""
        hidden = [layer for layer in self.encoder if isinstance(layer, nn.Linear)]
        mirrored = [layer for layer in self.decoder if isinstance(layer, nn.Linear)]
        return [*hidden, self.mean, *mirrored, self.output]

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Latent mean and log-variance (n, L) of spectra (n, D)."""
        features = self.encoder(x)
        return self.mean(features), self.log_variance(features)

    def decode(self, latent: Tensor) -> Tensor:
        """Spectra (n, D) of latent points (n, L)."""
        return self.output(self.decoder(latent))

    def forward(self, x: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Reconstruction, mean and log-variance, the latent drawn with unit normal noise (n, L)."""
        mean, log_variance = self.encode(x)
        return self.decode(mean + torch.exp(0.5 * log_variance) * noise), mean, log_variance

    @torch.no_grad()
    def reconstruct(self, x: NDArray[np.floating]) -> NDArray[np.float32]:
        """Deterministic reconstruction (n, D) float32 of spectra (n, D): decodes the mean."""
        mean, _ = self.encode(self._on_device(x))
        return self.decode(mean).cpu().numpy()

    @torch.no_grad()
    def latent_mean(self, x: NDArray[np.floating]) -> NDArray[np.float32]:
        """Latent mean (n, L) float32 of spectra (n, D)."""
        mean, _ = self.encode(self._on_device(x))
        return mean.cpu().numpy()

    def to_arrays(self) -> dict[str, NDArray[np.float32]]:
        """Weights by name, for a file format that holds arrays and nothing else."""
        return {
            name: tensor.detach().cpu().numpy().copy() for name, tensor in self.state_dict().items()
        }

    def _on_device(self, x: NDArray[np.floating]) -> Tensor:
        """Spectra in single precision, where the weights are."""
        on_device = tensor_of(np.ascontiguousarray(x, dtype=np.float32))
        return on_device.to(self.output.weight.device)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray]) -> Vae:
        """Rebuild the network that ``to_arrays`` wrote; the shapes say its widths.

        Raises
        ------
        ValueError
            If an array is missing, unknown or of a shape that does not fit the others.
        """
        widths = [
            arrays[name].shape[0]
            for name in _weights_in_order(arrays)
            if name.startswith("encoder.")
        ]
        needed = {"mean.weight", "output.weight"}
        if not widths or not needed <= set(arrays):
            raise ValueError(f"not the arrays of a Vae: {sorted(arrays)}")
        vae = cls(
            arrays["output.weight"].shape[0],
            hidden=tuple(widths),
            n_latent=arrays["mean.weight"].shape[0],
        )
        state = {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
        try:
            vae.load_state_dict(state)
        except RuntimeError as error:
            raise ValueError(f"not the arrays of a Vae: {error}") from error
        return vae


def _weights_in_order(arrays: Mapping[str, NDArray]) -> list[str]:
    weights = [name for name in arrays if name.endswith(".weight")]
    return sorted(weights, key=lambda name: (len(name), name))


class _Unset(nn.Linear):
    """A layer whose weights are not drawn yet, not even from torch's global generator.

    torch's own ``skip_init`` loads a library of symbols for it, longer than a thousand scores take.
    """

    def reset_parameters(self) -> None:
        """Leave them."""


def _stack(widths: tuple[int, ...]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        layers += [_Unset(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers)
