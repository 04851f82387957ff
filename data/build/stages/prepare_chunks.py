"""Chunk functions of stages prepare-p21 and prepare-o25."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....core.spectra.prepare.recipes import recipe_from_dict
from ...batch.chunk_inputs import run_array, spectra_at, write_rows
from ...batch.chunk_runner import Arrays
from ...collection.pixels.exposures import Preparation

__all__ = ["finish_of", "range_of", "survey_of"]

# Number of spectra in memory at once, each on two grids.
_AT_ONCE = 512


def range_of(*, collection: str, key: str, start: int, stop: int) -> Arrays:
    """First and last wavelength with data, ``ends`` (n, 2), of rows start to stop; Å, or NaN."""
    spectra = spectra_at(collection, key)
    wave, (flux, ivar) = spectra.wave_rest_aa, spectra.at_rest(start, stop)
    good = np.isfinite(flux) & (ivar > 0)
    has_data, ends = good.any(axis=1), np.full((len(flux), 2), np.nan)
    ends[:, 0] = np.where(has_data, wave[good.argmax(axis=1)], np.nan)
    ends[:, 1] = np.where(has_data, wave[len(wave) - 1 - good[:, ::-1].argmax(axis=1)], np.nan)
    return {"ends": ends}


def survey_of(
    *,
    collection: str,
    key: str,
    start: int,
    recipe: dict[str, Any],
    z: np.ndarray,
    ebv: np.ndarray | None,
    wanted: np.ndarray,
    sampled: np.ndarray,
) -> Arrays:
    """Usable rows of a chunk, the reasons against the others, and spectra for the median.

    Parameters
    ----------
    collection, key
        Address and key of the collection.
    start
        First row; there is one for each redshift.
    recipe
        As a dict.
    z, ebv : (n,)
        Redshift, and E(B−V) in mag or None.
    wanted, sampled : (n,) bool
        Rows that models may be given, and rows for the median.

    Returns
    -------
    ``usable`` (n,), ``reasons`` of the others, texts, ``nan_count`` (G,), ``sample`` (m, G).
    """
    spectra, made = spectra_at(collection, key), recipe_from_dict(recipe)
    flux, ivar = spectra.at_rest(start, start + len(z))
    on_grid, reasons = made.to_grid(spectra.wave_rest_aa, flux, ivar, z, ebv=ebv)
    usable = (reasons == "") & wanted
    return {
        "usable": usable,
        "reasons": reasons[~usable].astype(str),
        "nan_count": np.isnan(on_grid[usable]).sum(axis=0),
        "sample": on_grid[usable & sampled],
    }


def finish_of(
    *,
    collection: str,
    key: str,
    recipe: dict[str, Any],
    kept: np.ndarray,
    sample_median: np.ndarray,
    spectra: str,
    first: int,
    rows: np.ndarray,
    z: np.ndarray,
    ebv: np.ndarray | None,
    before: str = "",
    n_before: int = 0,
) -> Arrays:
    """Prepare usable rows and write them into their shard, or the end of one.

    Parameters
    ----------
    collection, key, recipe
        As above.
    kept : (G,) bool
        Wavelengths that the model sees.
    sample_median : (G,)
        Fill values of the paper's code.
    spectra, first
        Address of the array, and its first row to write.
    rows, z, ebv : (n,)
        At least one row of the collection, ascending, with redshifts and E(B−V).
    before, n_before
        Address of a run whose prepared spectra, ``n_before`` from ``first`` on, precede them.
    """
    made, source = recipe_from_dict(recipe), spectra_at(collection, key)
    preparation = Preparation(made, kept, sample_median)
    parts = []
    if n_before:
        parts.append(np.asarray(run_array(before, "spectra")[first : first + n_before]))
    for at in range(int(rows[0]), int(rows[-1]) + 1, _AT_ONCE):
        in_chunk = (rows >= at) & (rows < at + _AT_ONCE)
        if not in_chunk.any():
            continue
        chunk_rows = rows[in_chunk]
        flux, ivar = source.at_rest(int(chunk_rows[0]), int(chunk_rows[-1]) + 1)
        on_grid, _ = made.to_grid(
            source.wave_rest_aa,
            flux[chunk_rows - chunk_rows[0]],
            ivar[chunk_rows - chunk_rows[0]],
            z[in_chunk],
            ebv=None if ebv is None else ebv[in_chunk],
        )
        parts.append(preparation.finish(on_grid))
    write_rows(spectra, first, np.concatenate(parts))
    return {"n": np.array(len(rows))}
