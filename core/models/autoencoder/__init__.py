"""The variational autoencoder of galaxies: network, loss, training and search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...lazy_names import public_names

if TYPE_CHECKING:
    from .loss_search import LossTrial, best_trial, search_loss
    from .network import Vae
    from .training import Epoch, TrainerState, VaeSettings, VaeTrainer
    from .training_spectra import SpectraInBlocks

__all__ = [
    "Epoch",
    "LossTrial",
    "SpectraInBlocks",
    "TrainerState",
    "Vae",
    "VaeSettings",
    "VaeTrainer",
    "best_trial",
    "search_loss",
]

__getattr__ = public_names(__name__)
