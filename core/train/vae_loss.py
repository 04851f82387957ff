"""The loss of O25's autoencoder (section 3): InfoVAE, Zhao, Song & Ermon 2017."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from ..vae import Vae

__all__ = ["KldForm", "info_vae_loss", "kl_divergence", "mean_discrepancy"]

KldForm = Literal["text", "code"]


def info_vae_loss(
    vae: Vae,
    x: Tensor,
    noise: Tensor,
    prior: Tensor,
    *,
    alpha: float,
    lam: float,
    kld: KldForm,
) -> Tensor:
    """N·MSE + (1 − α)·KLD + (α + λ − 1)·MMD, a scalar; N is the number of pixels.

    Parameters
    ----------
    vae
        The network.
    x
        (n, D) spectra.
    noise
        (n, L) unit normal, with which latent points are drawn round their mean.
    prior
        (m, L) samples of the unit normal prior; the paper draws 200.
    alpha, lam
        Weights α and λ; α = 1 leaves the divergence of each spectrum out.
    kld
        How the divergence is averaged, see :func:`kl_divergence`.
    """
    mean, log_variance = vae.encode(x)
    latent = mean + torch.exp(0.5 * log_variance) * noise
    # One pass there and one back, where differences, squares and sums would be a pass each.
    squared_error = mse_loss(vae.decode(latent), x, reduction="sum") / len(x)
    divergence = kl_divergence(mean, log_variance, form=kld)
    discrepancy = mean_discrepancy(latent, prior)
    return squared_error + (1 - alpha) * divergence + (alpha + lam - 1) * discrepancy


def kl_divergence(mean: Tensor, log_variance: Tensor, *, form: KldForm) -> Tensor:
    """Divergence of N(mean, variance) from the unit normal, averaged over the batch.

    ``"text"`` sums over the latent dimensions, as the definition has it; ``"code"`` takes their
    mean, as the authors' released code does, and so weighs it L times less.
    """
    terms = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)
    return terms.sum(dim=1).mean() if form == "text" else terms.mean()


def mean_discrepancy(latent: Tensor, prior: Tensor) -> Tensor:
    """Maximum mean discrepancy between two samples, (n, L) and (m, L); 0 if they are alike.

    Gaussian kernel exp(−d²/2σ²) with d² the squared distance per dimension and σ² = 2/L.
    """
    return _kernel(prior, prior) + _kernel(latent, latent) - 2 * _kernel(latent, prior)


def _kernel(a: Tensor, b: Tensor) -> Tensor:
    """Mean of the kernel over all pairs."""
    n_latent = a.shape[1]
    # |a - b|² from the scalar products: cdist would keep (n, m, L) for its gradient.
    squares = a.square().sum(1)[:, None] + b.square().sum(1)[None, :] - 2 * a @ b.T
    variance = 2 / n_latent
    return torch.exp(-squares / n_latent / (2 * variance)).mean()
