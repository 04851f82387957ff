"""Autoencoders of a run: one for all spectra, or one per S/N bin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...files import save_arrays
from ..runs import Run, RunDraft
from .trained_models import load_vae, vae_path

if TYPE_CHECKING:
    from ....core.models.autoencoder import Vae

__all__ = ["Autoencoders", "load_autoencoders", "save_autoencoders"]

_BORDERS = "sn_borders"


@dataclass(frozen=True, slots=True, eq=False)
class Autoencoders:
    """Networks, and the spectra each is for.

    Attributes
    ----------
    vaes
        One, or one for each bin of median S/N, from the faintest.
    borders : (B − 1,)
        Median S/N at which one bin ends and the next begins; empty for a single network.
    """

    vaes: tuple[Vae, ...]
    borders: np.ndarray

    def number(self, sn_median: np.ndarray) -> np.ndarray:
        """Number of the network for spectra of this median S/N, (n,); the last if unknown."""
        return np.searchsorted(self.borders, sn_median, side="right")

    def of(self, sn_median: float) -> Vae:
        """The network for one spectrum."""
        return self.vaes[int(self.number(np.array([sn_median]))[0])]


def save_autoencoders(draft: RunDraft, autoencoders: Autoencoders) -> None:
    """Store the networks in a run."""
    for number, vae in enumerate(autoencoders.vaes):
        save_arrays(vae_path(draft.path, number), vae.to_arrays())
    draft.metrics[_BORDERS] = autoencoders.borders.tolist()


def load_autoencoders(run: Run) -> Autoencoders:
    """The networks of a run of stage vae.

    Raises
    ------
    ModelFileError
        If a file is damaged or not a network's.
    """
    borders = np.asarray(run.metrics.get(_BORDERS, []), np.float64)
    vaes = tuple(load_vae(run, number) for number in range(len(borders) + 1))
    return Autoencoders(vaes, borders)
