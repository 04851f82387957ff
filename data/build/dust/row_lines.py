"""Table of emission-line ratios and BPT classes of some rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ....core.spectra.lines import SDSS_LOG10_STEP, bpt_of, line_ratios, measure_lines
from ....core.spectra.prepare import deredden
from ...batch import Arrays
from ...batch.chunk_inputs import spectra_at
from ...collection import Collection
from .reddening import Reddening

__all__ = ["lines_of", "lines_of_spectra", "row_lines"]


def row_lines(collection: Collection, rows: np.ndarray, dust: Reddening) -> pd.DataFrame:
    """Row → value, error and limit of each line ratio, and the BPT class; NaN if not measured.

    Measured on the collection's own flux, before any preparation masks and fills it, corrected for
    Milky Way dust where known.

    Parameters
    ----------
    collection
        Whose spectra.
    rows : (n,)
        At least one row; each has a redshift.
    dust
        What their flux is corrected for.
    """
    parts = [collection.spectrum(int(row)) for row in rows]
    flux, ivar = (np.stack(part) for part in zip(*parts, strict=True))
    z = collection.catalog["z"].to_numpy(np.float64)[rows]
    ebv = None if dust.ebv is None else dust.ebv[rows]
    table = lines_of_spectra(collection.wave_rest_aa, flux, ivar, z, ebv)
    table.insert(0, "row", rows)
    return table


def lines_of(
    *, collection: str, key: str, rows: np.ndarray, z: np.ndarray, ebv: np.ndarray | None
) -> Arrays:
    """A chunk of the table of :func:`row_lines`, as columns (n,) by name.

    Parameters
    ----------
    collection, key
        Address and key of the collection.
    rows, z, ebv : (n,)
        Rows, ascending, their redshifts and E(B−V) in mag, or None.
    """
    spectra = spectra_at(collection, key)
    first, last = int(rows[0]), int(rows[-1])
    if last - first < 2 * len(rows):  # reading all between costs less than single rows
        flux, ivar = (part[rows - first] for part in spectra.at_rest(first, last + 1))
    else:
        parts = [spectra.at_rest(int(row), int(row) + 1) for row in rows]
        flux, ivar = (np.concatenate(part) for part in zip(*parts, strict=True))
    table = lines_of_spectra(spectra.wave_rest_aa, flux, ivar, z, ebv)
    columns = {str(name): table[name].to_numpy() for name in table if name != "bpt"}
    return {"row": rows, **columns, "bpt": table["bpt"].to_numpy(str)}


def lines_of_spectra(
    wave: np.ndarray, flux: np.ndarray, ivar: np.ndarray, z: np.ndarray, ebv: np.ndarray | None
) -> pd.DataFrame:
    """The same for spectra in memory, without their rows.

    Parameters
    ----------
    wave : (D,)
        At rest, vacuum Å.
    flux, ivar : (n, D)
        As the collection has them; NaN and 0 where there is no data.
    z, ebv : (n,)
        Redshift, and E(B−V) in mag or None.
    """
    flux, ivar = deredden(wave * (1 + z[:, None]), flux, ivar, ebv)
    lines = measure_lines(wave, flux, ivar, native_log10_step=SDSS_LOG10_STEP)
    table: dict[str, Any] = {}
    for name, ratio in line_ratios(lines).items():
        table |= {name: ratio.value, f"{name}_error": ratio.error, f"{name}_limit": ratio.limit}
    try:
        table["bpt"] = bpt_of(lines)
    except KeyError:
        table["bpt"] = np.full(len(flux), "")  # the grid covers no lines
    return pd.DataFrame(table).astype({"bpt": "str"})
