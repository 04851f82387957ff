"""Galaxies of another survey as background, where this survey has too few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...core.spectra.prepare.recipes import recipe_from_dict
from ..collection.collection import Collection
from ..collection.runs import Run

__all__ = ["LentBackground", "lent_background"]

_CHUNK_ROWS = 512


@dataclass(frozen=True, slots=True, eq=False)
class LentBackground:
    """Unlabelled spectra of another collection, prepared as one's own.

    Attributes
    ----------
    spectra : (m, D)
        Prepared.
    simulated
        Whether they are of a simulation.
    """

    spectra: np.ndarray
    simulated: bool

    @property
    def words(self) -> str:
        """Whose they are: ``"the demo's simulated galaxies"``."""
        return f"the demo's {'simulated ' if self.simulated else ''}galaxies"


def lent_background(theirs: Run, own: Run) -> LentBackground:
    """The spectra without a label of the collection that lends them.

    Parameters
    ----------
    theirs
        Run of stage prepare-p21 of the demo.
    own
        Run of the same stage, whose recipe and wavelengths theirs are brought to.
    """
    collection = Collection.open(theirs.path.parent.parent)
    labels = collection.catalog["label"].to_numpy(str)
    z = collection.catalog["z"].to_numpy(np.float64)
    recipe = recipe_from_dict(own.facts("recipe"))
    kept = own.read_array("kept").astype(bool)
    parts = [np.empty((0, int(kept.sum())), np.float32)]
    for rows, flux, ivar in collection.chunks(_CHUNK_ROWS):
        on_grid, reasons = recipe.to_grid(collection.wave_rest_aa, flux, ivar, z[rows])
        usable = (reasons == "") & (labels[rows] == "")
        if usable.any():
            parts.append(recipe.finish(on_grid[usable][:, kept]))
    simulated = collection.provenance.get("made_by") == "simulation"
    return LentBackground(np.concatenate(parts), simulated)
