"""Chunk function that measures line ratios of some rows."""

from __future__ import annotations

import numpy as np

from ..batch.chunk_inputs import spectra_at
from ..batch.chunk_runner import Arrays
from .row_lines import lines_of_spectra

__all__ = ["lines_of"]


def lines_of(
    *, collection: str, key: str, rows: np.ndarray, z: np.ndarray, ebv: np.ndarray | None
) -> Arrays:
    """Columns of the table of lines, by name, (n,) each.

    Parameters
    ----------
    collection, key
        Where it lies and what it holds.
    rows, z, ebv : (n,)
        Rows, ascending, their redshifts and E(B−V) in mag, or None.
    """
    spectra = spectra_at(collection, key)
    first, last = int(rows[0]), int(rows[-1])
    if last - first < 2 * len(rows):  # what lies between costs less than reading one by one
        flux, ivar = (part[rows - first] for part in spectra.at_rest(first, last + 1))
    else:
        parts = [spectra.at_rest(int(row), int(row) + 1) for row in rows]
        flux, ivar = (np.concatenate(part) for part in zip(*parts, strict=True))
    table = lines_of_spectra(spectra.wave_rest_aa, flux, ivar, z, ebv)
    columns = {str(name): table[name].to_numpy() for name in table if name != "bpt"}
    return {"row": rows, **columns, "bpt": table["bpt"].to_numpy(str)}
