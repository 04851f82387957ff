"""Grid search over the weights α and λ of O25's loss, with short trainings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .training import VaeSettings, VaeTrainer

__all__ = ["LossTrial", "best_trial", "search_loss"]


@dataclass(frozen=True, slots=True)
class LossTrial:
    """Result for one pair of loss weights.

    Attributes
    ----------
    alpha, lam
        α and λ.
    reconstruction
        Mean squared error per pixel of the validation spectra, decoded from their latent means:
        comparable between pairs, which the loss itself is not.
    latent_spread
        Mean over latent dimensions of the variance of the latent means; the prior has 1. Far
        below, the latent space has collapsed; far above, it ignores the prior.
    epochs
        Trained.
    """

    alpha: float
    lam: float
    reconstruction: float
    latent_spread: float
    epochs: int


def search_loss(
    spectra: NDArray[np.float32],
    settings: VaeSettings,
    pairs: Sequence[tuple[float, float]],
    *,
    epochs: int = 10,
    callback: Callable[[int, int], None] = lambda done, total: None,
) -> list[LossTrial]:
    """Train briefly with each pair (α, λ), on one split and from one start.

    Parameters
    ----------
    spectra : (n, D)
        Prepared, finite.
    settings
        All but α, λ and the number of epochs.
    pairs
        To be tried; O25's best model has (0, 8.6).
    epochs
        For each.
    callback
        Told (done, total) after each; may raise to stop.

    Raises
    ------
    ValueError
        If there is no pair.
    FloatingPointError
        If a training diverges.
    """
    if not pairs:
        raise ValueError("no pair of α and λ to try")
    trials = []
    for done, (alpha, lam) in enumerate(pairs):
        callback(done, len(pairs))
        short = dataclasses.replace(settings, alpha=alpha, lam=lam, epochs=epochs)
        trainer = VaeTrainer(spectra, short)
        while not trainer.finished:
            trainer.run_epoch()
        trials.append(_judge(trainer, spectra[trainer.validation_rows]))
    callback(len(pairs), len(pairs))
    return trials


def best_trial(trials: Sequence[LossTrial]) -> LossTrial:
    """The one that reconstructs unseen spectra best; of equals the earlier."""
    return min(trials, key=lambda trial: trial.reconstruction)


def _judge(trainer: VaeTrainer, unseen: NDArray[np.float32]) -> LossTrial:
    vae, settings = trainer.best(), trainer.settings
    return LossTrial(
        alpha=settings.alpha,
        lam=settings.lam,
        reconstruction=float(np.mean((vae.reconstruct(unseen) - unseen) ** 2)),
        latent_spread=float(vae.latent_mean(unseen).var(axis=0).mean()),
        epochs=len(trainer.history),
    )
