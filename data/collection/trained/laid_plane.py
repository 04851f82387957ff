"""What the points of a plane were laid out by, so that others can be placed among them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...files.arrays.row_arrays import some_rows
from ..runs import Run
from .trained_models import kept_projection

__all__ = ["LENDER_FEATURES", "LENDER_XY", "laid_plane"]

# In a run whose spectra were placed on another collection's plane: that plane.
LENDER_FEATURES, LENDER_XY = "lender_features", "lender_xy"
_CHUNK_ROWS = 1024


def laid_plane(
    run: Run, prepared: Run
) -> tuple[Callable[[np.ndarray], np.ndarray], np.ndarray, np.ndarray]:
    """The points that t-SNE laid out, without those placed among them since.

    Parameters
    ----------
    run
        Of stage embed-p21 or embed-o25, not of latent points.
    prepared
        The run of its prepared spectra; not read where the plane is another collection's.

    Returns
    -------
    project
        Prepared spectra (n, D) → features (n, K).
    features, xy : (n, K), (n, 2)
        Of the plane's points.
    """
    project = kept_projection(run)
    if "lender" in run.metrics:
        return project, run.read_array(LENDER_FEATURES), run.table(LENDER_XY).to_numpy()
    spectra, rows = prepared.array("spectra"), prepared.table("rows")["row"].to_numpy()
    xy = run.table("xy")
    # Where another lies does not depend on what was placed before it.
    xy = xy.iloc[: len(xy) - run.metrics.get("n_placed_since", 0)]
    at = np.searchsorted(rows, xy["row"].to_numpy())
    starts = range(0, len(at), _CHUNK_ROWS)
    features = [project(some_rows(spectra, at[i : i + _CHUNK_ROWS])) for i in starts]
    return project, np.concatenate(features), xy[["x", "y"]].to_numpy()
