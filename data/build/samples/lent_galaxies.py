"""Galaxies of another survey as background, where this survey has too few."""

from __future__ import annotations

import numpy as np

from ....core.spectra.prepare import recipe_from_dict
from ...collection import Collection, Run

__all__ = ["lent_background"]

_CHUNK_ROWS = 512


def lent_background(theirs: Run, own: Run) -> tuple[np.ndarray, str]:
    """Unlabelled spectra of the demo, prepared like one's own.

    Parameters
    ----------
    theirs
        Run of stage prepare-p21 of the demo.
    own
        Run of the same stage; its recipe and wavelengths are applied to theirs.

    Returns
    -------
    spectra : (m, D)
        Prepared.
    words
        What they are called: ``"the demo's simulated galaxies"``.
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
    simulated = "simulated " * (collection.provenance.get("made_by") == "simulation")
    return np.concatenate(parts), f"the demo's {simulated}galaxies"
