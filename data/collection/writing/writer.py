"""Writer of collections: shard by shard beside the place, renamed when complete."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import numpy as np
import pandas as pd
import zarr

from ....core.spectra import WaveGrid
from ...files import SHARD_ROWS, rows_layout
from ...files.durable import Stamp, sync, sync_tree
from ..format import (
    AT_REST,
    CATALOG_COLUMNS,
    CATALOG_NAME,
    META_NAME,
    REJECT_COLUMNS,
    REJECTS_NAME,
    SPECTRA_NAME,
    CollectionError,
    conform,
    write_json,
    write_parquet,
)
from .place_beside import COMMIT_NAME, Place, free_place, table_part

__all__ = ["CollectionWriter", "RowsAwaited"]

_SHARD_ROWS = SHARD_ROWS  # the unit of commit


class RowsAwaited(ABC):
    """Shared base of the writers of both formats: commits rows shard by shard, beside the place.

    Use as a context manager: a normal exit closes the collection, an exception removes what was
    written, or keeps it for a later run if the writer is resumable.

    Attributes
    ----------
    path
        Final place of the collection.
    """

    def __init__(self, path: Path, place: Place, *, resumable: bool) -> None:
        self.path = path
        self._part, self._commit, self._lock = place.part, place.commit, place.lock
        self._resumable = resumable
        self._rows: list[Any] = []
        self._catalogs: list[pd.DataFrame] = []
        self._rejects: list[dict[str, str]] = []
        self._synced: dict[Path, Stamp] = {}
        self._ids = set(self.catalog_committed["id"])

    @property
    def n_committed(self) -> int:
        """Number of committed rows."""
        return self._commit["n_rows"]

    @property
    def catalog_committed(self) -> pd.DataFrame:
        """Committed catalog rows."""
        return self._committed("catalog", CATALOG_COLUMNS)

    @property
    def rejects_committed(self) -> pd.DataFrame:
        """Committed rejections."""
        return self._committed("rejects", REJECT_COLUMNS)

    def reject(self, file: str, id: str, reason: str, detail: str = "") -> None:
        """Record a rejected input and the reason."""
        self._rejects.append({"file": file, "id": id, "reason": reason, "detail": detail})

    def close(self) -> None:
        """Write the remaining rows and move the collection to its place.

        Raises
        ------
        CollectionError
            The place was taken meanwhile, or writing failed.
        """
        try:
            if self._rows or self._rejects or not self._commit["n_parts"]:
                self._flush(len(self._rows))
            self._finish()
        except OSError as error:
            raise CollectionError(f"cannot finish {self.path}: {error}") from error
        finally:
            self._release()

    def discard(self) -> None:
        """Remove what was written."""
        shutil.rmtree(self._part, ignore_errors=True)
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        elif not self._resumable:
            self.discard()
        else:
            self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()

    def _claim(self, ids: list[str]) -> None:
        for name in ids:
            if not name or name in self._ids:
                raise ValueError(f"id {name!r} is {'taken' if name else 'empty'}")
            self._ids.add(name)

    def _await(self, catalog: pd.DataFrame, rows: Iterable[Any]) -> None:
        """Buffer rows, and commit whole shards."""
        self._claim(catalog["id"].tolist() if "id" in catalog else [""] * len(catalog))
        self._rows += rows
        self._catalogs.append(catalog)
        while len(self._rows) >= _SHARD_ROWS:
            self._flush(_SHARD_ROWS)

    def _flush(self, n_rows: int) -> None:
        """Commit the first n_rows pending rows and all pending rejections."""
        catalog = conform(pd.concat(self._catalogs or [pd.DataFrame()]), CATALOG_COLUMNS)
        try:
            self._commit_rows(catalog.iloc[:n_rows], self._rows[:n_rows])
        except OSError as error:
            raise CollectionError(f"cannot write {self.path}: {error}") from error
        self._rows = self._rows[n_rows:]
        self._catalogs, self._rejects = [catalog.iloc[n_rows:]], []

    def _commit_rows(self, catalog: pd.DataFrame, rows: list[Any]) -> None:
        key = hashlib.blake2b(self._commit["key"].encode(), digest_size=16)
        more = self._write_rows(rows, key.update)
        # floats are written with every digit, so equal text means equal catalogs
        key.update(json.dumps(catalog.to_dict("list"), default=str).encode())
        self._write_parts(catalog, pd.DataFrame(self._rejects, columns=[*REJECT_COLUMNS]))
        commit = {
            "n_rows": self.n_committed + len(catalog),
            "key": key.hexdigest(),
            "n_parts": self._commit["n_parts"] + 1,
        }
        sync_tree(self._part, self._synced)
        write_json(self._part / COMMIT_NAME, self._commit | commit | more)
        self._commit |= commit | more

    @abstractmethod
    def _write_rows(self, rows: list[Any], digest: Callable[[bytes], None]) -> dict[str, Any]:
        """Write the spectra of the next rows, feed the digest, and return further commit facts."""

    def _finish(self) -> None:
        """Move the collection to its place, once all rows are committed."""
        for name, columns in (("catalog", CATALOG_COLUMNS), ("rejects", REJECT_COLUMNS)):
            final = CATALOG_NAME if name == "catalog" else REJECTS_NAME
            write_parquet(self._part / final, self._committed(name, columns))
        self._put_in_place()

    def _put_in_place(self) -> None:
        """Write the metadata last, and rename the folder to its final place.

        If interrupted, the next attempt removes the metadata and repeats this.
        """
        write_json(self._part / META_NAME, self._meta())
        sync_tree(self._part)
        shutil.rmtree(self._part / "parts")
        (self._part / COMMIT_NAME).unlink()
        sync(self._part)
        os.rename(self._part, self.path)
        sync(self.path.parent)

    def _meta(self) -> dict[str, Any]:
        task = self._commit["task"]
        facts = {name: task[name] for name in ("format_version", "provenance")}
        return facts | {"key": self._commit["key"]}

    def _write_parts(self, catalog: pd.DataFrame, rejects: pd.DataFrame) -> None:
        number = self._commit["n_parts"]
        write_parquet(table_part(self._part, "catalog", number), catalog)
        write_parquet(table_part(self._part, "rejects", number), conform(rejects, REJECT_COLUMNS))

    def _committed(self, name: str, columns: dict[str, str]) -> pd.DataFrame:
        numbers = range(self._commit["n_parts"])
        parts = [pd.read_parquet(table_part(self._part, name, number)) for number in numbers]
        empty = pd.DataFrame(columns=[*columns])
        return conform(pd.concat(parts, ignore_index=True) if parts else empty, columns)


class CollectionWriter(RowsAwaited):
    """Writes a collection of rest-frame spectra on one grid; it appears in its place on `close`."""

    def __init__(self, path: Path, place: Place, *, resumable: bool) -> None:
        super().__init__(path, place, resumable=resumable)
        spectra = zarr.open_group(self._part / SPECTRA_NAME, mode="r+")
        self._arrays = [cast("zarr.Array", spectra[name]) for name in ("flux", "ivar")]
        for array in self._arrays:  # rows beyond the last commit come from an interrupted write
            array.resize((self.n_committed, array.shape[1]))

    @classmethod
    def create(
        cls,
        path: str | Path,
        grid: WaveGrid | np.ndarray,
        provenance: dict[str, Any],
        *,
        resumable: bool = False,
    ) -> CollectionWriter:
        """Begin a new collection.

        Parameters
        ----------
        path
            Folder to be created, with its parents.
        grid
            Rest-frame vacuum wavelengths, a WaveGrid or (D,) Å.
        provenance
            Origin of the collection, JSON-serialisable.
        resumable
            Keep an unfinished collection, and continue one with equal provenance and grid; any
            other is discarded.

        Raises
        ------
        CollectionError
            The place is taken or locked by another writer, or cannot be written.
        """
        wave = grid.wave_rest_aa if isinstance(grid, WaveGrid) else np.asarray(grid, np.float64)
        task = {"format_version": AT_REST, "provenance": provenance}
        task["grid"] = hashlib.blake2b(wave.tobytes(), digest_size=16).hexdigest()
        path = Path(path).absolute()
        place = free_place(path, task, lambda part: _begin_arrays(part, wave), resumable=resumable)
        with place.until_taken():
            return cls(path, place, resumable=resumable)

    def append(self, catalog: pd.DataFrame, flux: np.ndarray, ivar: np.ndarray) -> None:
        """Add spectra, in order.

        Parameters
        ----------
        catalog
            N rows; needs at least ``id``, missing columns are filled.
        flux, ivar
            (n, D); a pixel without finite flux and positive ivar is stored NaN and 0.

        Raises
        ------
        ValueError
            Shapes do not fit, or an id is missing, empty or already taken.
        """
        n_pixels = self._arrays[0].shape[1]
        if not np.shape(flux) == np.shape(ivar) == (len(catalog), n_pixels):
            raise ValueError(
                f"catalog of {len(catalog)} rows, flux {np.shape(flux)} and ivar "
                f"{np.shape(ivar)} do not fit a grid of {n_pixels} pixels"
            )
        data = np.isfinite(flux) & np.isfinite(ivar) & (np.asarray(ivar) > 0)
        flux = np.where(data, flux, np.nan).astype(np.float32, copy=False)
        ivar = np.where(data, ivar, 0.0).astype(np.float32, copy=False)
        self._await(catalog, zip(flux, ivar, strict=True))

    def _write_rows(self, rows: list[Any], digest: Callable[[bytes], None]) -> dict[str, Any]:
        start, stop = self.n_committed, self.n_committed + len(rows)
        for number, array in enumerate(self._arrays):
            empty = np.empty((0, array.shape[1]), np.float32)
            values = np.stack([row[number] for row in rows]) if rows else empty
            array.resize((stop, array.shape[1]))
            array[start:stop] = values
            digest(values.tobytes())
        return {}


def _begin_arrays(part: Path, wave: np.ndarray) -> str:
    spectra = zarr.create_group(part / SPECTRA_NAME)
    spectra.create_array("wavelength", data=wave)
    for name, fill in (("flux", np.nan), ("ivar", 0.0)):
        spectra.create_array(
            name,
            shape=(0, wave.size),
            fill_value=fill,
            **rows_layout(wave.size, shard_rows=_SHARD_ROWS),
        )
    return hashlib.blake2b(wave.tobytes(), digest_size=16).hexdigest()
