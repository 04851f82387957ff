"""Mean squared error of an autoencoder with its ReLUs fixed at one mask.

The reconstruction is then linear in the masks and its squared error quadratic, so its explanation
is known in closed form (``stand_in.Quadratic``). It is exact as long as no ReLU switches within the
neighbourhood; networks are piecewise linear, so for small perturbations few do.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...compute.tensors import tensor_of
from ...models.autoencoder.network import Vae
from ...neighbourhood.neighbourhood import Neighbourhood
from ...surrogate.stand_in import Quadratic

__all__ = ["linearised_mse"]


@torch.no_grad()
def linearised_mse(
    vae: Vae,
    neighbourhood: Neighbourhood,
    centre: NDArray[np.float64],
    *,
    kept: NDArray[np.bool_] | None = None,
) -> Quadratic:
    """Expand the score ``mse``, or ``filtered-mse``, round the mask ``centre``.

    Parameters
    ----------
    vae
        The trained network.
    neighbourhood
        Of LIME, in single precision.
    centre : (S,)
        Where the ReLUs are looked at, each entry 0 to 1: ``kernel.presence``.
    kept : (D,) bool
        Pixels that count; all by default.
    """
    pixels = slice(None) if kept is None else np.flatnonzero(kept)
    first, *inner, last = vae.path()
    seen = neighbourhood.restricted(pixels)
    present = torch.from_numpy(centre).float()
    pieces = first.weight.detach().numpy().T
    jacobian = torch.from_numpy(neighbourhood.segment_sums(np.ascontiguousarray(pieces)))
    entered = first(tensor_of(neighbourhood.base)) + present @ jacobian
    hidden, jacobian = _rectified(entered, jacobian)
    for layer in inner:
        hidden, jacobian = layer(hidden), jacobian @ layer.weight.T
        if layer is not vae.mean:
            hidden, jacobian = _rectified(hidden, jacobian)
    weight, bias = last.weight[pixels], last.bias[pixels]
    spectrum = seen.base + seen.delta * centre[seen.labels]
    residual = (weight @ hidden + bias).numpy() - spectrum
    # Rows of what each segment adds to the residual: through the network, and by itself.
    added = (jacobian @ weight.T).numpy()
    added[seen.labels, np.arange(len(seen.labels))] -= seen.delta
    return Quadratic(
        float(np.mean(residual**2)),
        2 * (added @ residual) / len(residual),
        (added @ added.T).astype(np.float64) / len(residual),
        centre,
    )


def _rectified(values: Tensor, jacobian: Tensor) -> tuple[Tensor, Tensor]:
    return values.relu(), jacobian * (values > 0)
