"""Spectra of a collection as stored, in either format."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import pandas as pd
import zarr

from ....core.spectra import WIDEST_STEP_AA, WaveGrid, resample
from ...files.arrays.zarr_codecs import Opened, only_known_codecs
from ..catalog_facts import flux_unit_of, for_lenses
from ..format import CollectionError
from .observed import ObservedSpectrum, observed_from_rest
from .observed_blocks import Block, block_path

__all__ = ["SpectraAtRest", "SpectraObserved", "StoredSpectra", "open_spectra"]


class StoredSpectra(Protocol):
    """Interface of both formats; rows are those of the catalogue."""

    @property
    def wave_rest_aa(self) -> np.ndarray:
        """(D,) float64, vacuum Å: of spectra at rest."""
        ...

    def at_rest(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """Flux and ivar of some rows, each (n, D) float32."""
        ...

    def observed(self, row: int) -> ObservedSpectrum:
        """One row as observed."""
        ...


class SpectraAtRest:
    """Format 1: all on one grid at rest.

    Parameters
    ----------
    path
        Of the arrays.
    catalog
        Whose rows they are.
    opened
        How arrays are opened.

    Raises
    ------
    CollectionError
        They do not fit the catalog.
    """

    def __init__(
        self, path: Path, catalog: pd.DataFrame, opened: Opened = only_known_codecs
    ) -> None:
        spectra = zarr.open_group(opened(path), mode="r", zarr_format=3)
        self._flux, self._ivar = (cast("zarr.Array", spectra[name]) for name in ("flux", "ivar"))
        self.wave_rest_aa = np.asarray(cast("zarr.Array", spectra["wavelength"])[:], np.float64)
        self._catalog = catalog
        # The rows that were decompressed together with the last single row.
        self._near = (0, np.empty((0, 0), np.float32), np.empty((0, 0), np.float32))
        expected = (len(catalog), self.wave_rest_aa.size)
        for name, array in (("flux", self._flux), ("ivar", self._ivar)):
            if array.shape != expected:
                raise CollectionError(
                    f"{path.parent} is damaged: {name} has shape {array.shape}, but the catalog "
                    f"and the wavelengths call for {expected}"
                )

    def at_rest(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """Flux and ivar of some rows, each (n, D) float32."""
        if stop - start == 1:
            return self._one(start)
        return np.asarray(self._flux[start:stop]), np.asarray(self._ivar[start:stop])

    def _one(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """One row; its chunk has to be decompressed anyway, and is kept for the next."""
        first, flux, ivar = self._near
        if not first <= row < first + len(flux):
            n = self._flux.chunks[0]
            first = row - row % n
            flux, ivar = (np.asarray(of[first : first + n]) for of in (self._flux, self._ivar))
            self._near = first, flux, ivar  # read once: another thread may replace it
        in_chunk = slice(row - first, row - first + 1)
        return flux[in_chunk].copy(), ivar[in_chunk].copy()

    def observed(self, row: int) -> ObservedSpectrum:
        """One row, transformed to the observed frame."""
        flux, ivar = (part[0] for part in self.at_rest(row, row + 1))
        z, unit = float(self._catalog["z"].iat[row]), flux_unit_of(self._catalog, row)
        return observed_from_rest(self.wave_rest_aa, flux, ivar, z=z, flux_unit=unit)


class SpectraObserved:
    """Format 2: each on its own pixels; resampled to the rest frame on request.

    Parameters
    ----------
    path
        Of the blocks.
    catalog
        Whose rows they are.
    rows : (N,)
        Position of each row of the catalogue among all stored spectra.
    block_rows
        Number of spectra in each block.
    grid
        Start, stop and step of the wavelengths at rest, vacuum Å.
    opened
        How arrays are opened.

    Raises
    ------
    CollectionError
        A block is missing.
    """

    def __init__(
        self,
        path: Path,
        catalog: pd.DataFrame,
        rows: np.ndarray,
        block_rows: list[int],
        grid: list[float],
        opened: Opened = only_known_codecs,
    ) -> None:
        self.wave_rest_aa = WaveGrid(*grid).wave_rest_aa
        self._path, self._catalog, self._rows = path, catalog, rows
        self._opened = opened
        self._begin = np.cumsum([0, *block_rows])
        self._blocks: dict[int, Block] = {}
        self._z = catalog["z"].to_numpy(np.float64)
        self._for_lenses = for_lenses(catalog)
        for number in range(len(block_rows)):
            if not block_path(path, number).is_dir():
                raise CollectionError(
                    f"{path.parent} is damaged: block {number} of its spectra is not there"
                )

    def at_rest(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """Flux and ivar of some rows on the grid at rest, each (n, D) float32.

        Only wavelengths are divided by 1 + z. Spectra kept from the models have no data there.
        """
        shape = (stop - start, self.wave_rest_aa.size)
        flux, ivar = np.full(shape, np.nan, np.float32), np.zeros(shape, np.float32)
        rows = np.arange(start, stop)[self._for_lenses[start:stop]]
        numbers = self._number(rows)
        for number in np.unique(numbers).tolist():
            block, block_rows = self._block(number), rows[numbers == number]
            at = self._rows[block_rows] - self._begin[number]
            fluxes, ivars = block.pixels(int(at[0]), int(at[-1]) + 1)
            for row, k in zip(block_rows.tolist(), at.tolist(), strict=True):
                rest = block.wave(k) / (1 + self._z[row])
                k -= int(at[0])
                flux[row - start], ivar[row - start] = resample(
                    rest, fluxes[k], ivars[k], self.wave_rest_aa, widest_step_aa=WIDEST_STEP_AA
                )
        return flux, ivar

    def observed(self, row: int) -> ObservedSpectrum:
        """One row on its own pixels."""
        number = int(self._number(np.array([row]))[0])
        block, at = self._block(number), int(self._rows[row] - self._begin[number])
        (flux,), (ivar,) = block.pixels(at, at + 1)
        return ObservedSpectrum(
            block.wave(at),
            flux,
            ivar,
            ~(ivar > 0),
            block.model(at),
            float(self._z[row]),
            flux_unit_of(self._catalog, row),
        )

    def _number(self, rows: np.ndarray) -> np.ndarray:
        return np.searchsorted(self._begin, self._rows[rows], side="right") - 1

    def _block(self, number: int) -> Block:
        # Two threads may open the same block at once, which does no harm.
        if number not in self._blocks:
            self._blocks[number] = Block(block_path(self._path, number), self._opened)
        return self._blocks[number]


def open_spectra(
    path: Path,
    meta: dict[str, Any],
    catalog: pd.DataFrame,
    rows: np.ndarray,
    opened: Opened = only_known_codecs,
) -> StoredSpectra:
    """The spectra of a collection with these facts."""
    if "block_rows" in meta:
        return SpectraObserved(path, catalog, rows, meta["block_rows"], meta["grid"], opened)
    return SpectraAtRest(path, catalog, opened)
