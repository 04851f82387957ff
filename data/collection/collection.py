"""A collection of rest-frame spectra on disk, opened without reading any flux."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import zarr
import zarr.errors

from .format import (
    CATALOG_COLUMNS,
    CATALOG_NAME,
    FORMAT_VERSION,
    META_NAME,
    REJECT_COLUMNS,
    REJECTS_NAME,
    SPECTRA_NAME,
    CollectionError,
    flux_unit_of,
)
from .id_search import IdSearch
from .observed import ObservedSpectrum, observed_from_rest
from .writer import CollectionWriter

__all__ = ["Collection", "CollectionError", "CollectionWriter"]


class Collection:
    """Read access to one collection; safe to share between threads.

    Attributes
    ----------
    path
        The folder.
    catalog
        One row a spectrum, RangeIndex = row; columns id, ra, dec, z, label,
        spectral_class, subclass, sn_median, survey, file, and any extra ones.
    rejects
        Every input not taken: file, id, reason, detail.
    wave_rest_aa
        (D,) float64, vacuum Å, rest frame.
    provenance
        How the collection came to be.
    key
        Hash of spectra and catalog; two collections with one key hold the same.
    """

    def __init__(
        self,
        path: Path,
        meta: dict[str, Any],
        catalog: pd.DataFrame,
        rejects: pd.DataFrame,
        spectra: zarr.Group,
    ) -> None:
        self.path = path
        self.catalog = catalog
        self.rejects = rejects
        self.provenance: dict[str, Any] = meta["provenance"]
        self.key: str = meta["key"]
        self._flux = cast("zarr.Array", spectra["flux"])
        self._ivar = cast("zarr.Array", spectra["ivar"])
        self.wave_rest_aa = np.asarray(cast("zarr.Array", spectra["wavelength"])[:], np.float64)
        self._row_of_id: dict[str, int] | None = None

    @classmethod
    def open(cls, path: str | Path) -> Collection:
        """Open a collection folder.

        Raises
        ------
        CollectionError
            The folder is absent, is no collection, has another format version,
            or its parts are damaged or do not fit together.
        """
        path = Path(path)
        meta = _read_meta(path)
        catalog = _read_table(path / CATALOG_NAME, CATALOG_COLUMNS)
        rejects = _read_table(path / REJECTS_NAME, REJECT_COLUMNS)
        try:
            spectra = zarr.open_group(path / SPECTRA_NAME, mode="r")
            opened = cls(path, meta, catalog, rejects, spectra)
        except (zarr.errors.BaseZarrError, OSError, KeyError, ValueError) as error:
            raise CollectionError(f"{path / SPECTRA_NAME} cannot be read: {error}") from error
        opened._check_shapes()
        return opened

    @property
    def n_spectra(self) -> int:
        """Number of spectra N."""
        return len(self.catalog)

    @property
    def n_rejected(self) -> int:
        """Number of inputs not taken."""
        return len(self.rejects)

    def spectrum(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """Flux and ivar of one row, each (D,) float32; NaN and 0 where there is no data.

        Raises
        ------
        IndexError
            No such row.
        """
        if not 0 <= row < self.n_spectra:
            raise IndexError(f"row {row} is outside 0…{self.n_spectra - 1} of {self.path}")
        return np.asarray(self._flux[int(row)]), np.asarray(self._ivar[int(row)])

    def observed(self, row: int) -> ObservedSpectrum:
        """One row as it was observed: wavelengths, flux, ivar, mask, model and redshift.

        Raises
        ------
        IndexError
            No such row.
        """
        flux, ivar = self.spectrum(row)
        z, unit = float(self.catalog["z"].iat[row]), flux_unit_of(self.catalog, row)
        return observed_from_rest(self.wave_rest_aa, flux, ivar, z=z, flux_unit=unit)

    def chunks(self, size: int = 1024) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """All spectra in order, `size` rows at a time: (rows, flux (n, D), ivar (n, D)).

        Raises
        ------
        ValueError
            Size is below 1.
        """
        if size < 1:
            raise ValueError(f"a chunk has at least 1 row, got {size}")
        for start in range(0, self.n_spectra, size):
            rows = slice(start, min(start + size, self.n_spectra))
            yield rows, np.asarray(self._flux[rows]), np.asarray(self._ivar[rows])

    def row_of(self, id: str) -> int:
        """Row of a spectrum.

        Raises
        ------
        KeyError
            No spectrum has this id; the text names similar ones.
        """
        if self._row_of_id is None:
            self._row_of_id = {name: row for row, name in enumerate(self.catalog["id"].tolist())}
        if id in self._row_of_id:
            return self._row_of_id[id]
        ids = self.catalog["id"]
        near = ids.iloc[IdSearch(ids).near(id)].tolist()
        hint = f"; similar: {', '.join(near)}" if near else ""
        raise KeyError(f"no spectrum {id!r} in {self.path} ({self.n_spectra} spectra){hint}")

    def _check_shapes(self) -> None:
        expected = (self.n_spectra, self.wave_rest_aa.size)
        for name, array in (("flux", self._flux), ("ivar", self._ivar)):
            if array.shape != expected:
                raise CollectionError(
                    f"{self.path} is damaged: {name} has shape {array.shape}, but the catalog "
                    f"and the wavelengths call for {expected}"
                )


def _read_meta(path: Path) -> dict[str, Any]:
    if not path.is_dir():
        raise CollectionError(f"there is no collection at {path}: no such folder")
    try:
        meta = json.loads((path / META_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CollectionError(f"{path} is not a collection: it has no {META_NAME}") from error
    except (OSError, ValueError) as error:
        raise CollectionError(f"{path / META_NAME} cannot be read: {error}") from error
    version = meta.get("format_version") if isinstance(meta, dict) else None
    if version != FORMAT_VERSION:
        raise CollectionError(
            f"{path} has collection format {version!r}; this program reads {FORMAT_VERSION}"
        )
    for name in ("provenance", "key"):
        if name not in meta:
            raise CollectionError(f"{path / META_NAME} lacks {name!r}")
    return meta


def _read_table(path: Path, columns: Iterable[str]) -> pd.DataFrame:
    try:
        table = pd.read_parquet(path)
    except FileNotFoundError as error:
        raise CollectionError(f"{path.parent} is damaged: it has no {path.name}") from error
    except (OSError, ValueError) as error:  # pyarrow's own errors derive from these two
        raise CollectionError(f"{path} cannot be read: {error}") from error
    lacking = [name for name in columns if name not in table]
    if lacking:
        raise CollectionError(f"{path} lacks the columns {', '.join(lacking)}")
    return table
