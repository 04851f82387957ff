"""Writing a collection: beside its place, a shard at a time, and renamed when whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import numpy as np
import pandas as pd
import zarr

from ...core.spectra.grid import WaveGrid
from ..files.locks import WriterLock
from ..files.row_arrays import SHARD_ROWS, rows_layout
from .format import (
    CATALOG_COLUMNS,
    CATALOG_NAME,
    FORMAT_VERSION,
    META_NAME,
    REJECT_COLUMNS,
    REJECTS_NAME,
    SPECTRA_NAME,
    CollectionError,
    conform,
    write_json,
    write_parquet,
)

__all__ = ["CollectionWriter"]

_SHARD_ROWS = SHARD_ROWS  # the unit of commit
_COMMIT_NAME = "commit.json"


class CollectionWriter:
    """Builds a collection; nothing appears at its place until :meth:`close`.

    Use as a context manager: leaving normally closes, leaving by an exception removes what was
    written, or keeps it for a later run to resume if the writer is resumable.

    Attributes
    ----------
    path
        Where the collection will be.
    """

    def __init__(
        self,
        path: Path,
        part: Path,
        resumable: bool,
        commit: dict[str, Any],
        lock: WriterLock | None = None,
    ) -> None:
        self.path = path
        self._part = part
        self._resumable = resumable
        self._commit = commit
        self._lock = lock
        self._flux: list[np.ndarray] = []
        self._ivar: list[np.ndarray] = []
        self._catalogs: list[pd.DataFrame] = []
        self._rejects: list[dict[str, str]] = []
        spectra = zarr.open_group(part / SPECTRA_NAME, mode="r+")
        self._arrays = [cast("zarr.Array", spectra[name]) for name in ("flux", "ivar")]
        for array in self._arrays:  # rows beyond the last commit come from a broken-off write
            array.resize((self.n_committed, array.shape[1]))
        self._ids = set(self.catalog_committed["id"])

    @classmethod
    def create(
        cls,
        path: str | Path,
        grid: WaveGrid | np.ndarray,
        provenance: dict[str, Any],
        *,
        resumable: bool = False,
    ) -> CollectionWriter:
        """Begin a collection at a place that is free.

        Parameters
        ----------
        path
            Folder to be created; its parent is created too.
        grid
            The rest-frame vacuum wavelengths, a WaveGrid or (D,) Å.
        provenance
            How it comes to be, JSON-serialisable.
        resumable
            Keep an unfinished collection beside, and continue one whose provenance
            and grid are equal; one that differs is discarded.

        Raises
        ------
        CollectionError
            The place is taken, another writer is at work on it, or it cannot be written.
        """
        path = Path(path).absolute()
        if path.exists():
            raise CollectionError(f"{path} already exists; choose another folder or remove it")
        wave = grid.wave_rest_aa if isinstance(grid, WaveGrid) else np.asarray(grid, np.float64)
        task = {"format_version": FORMAT_VERSION, "provenance": provenance}
        task["grid"] = hashlib.blake2b(wave.tobytes(), digest_size=16).hexdigest()
        task = json.loads(json.dumps(task))  # as a later run will read it back
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not resumable:
                part = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
                return cls(path, part, False, _begin(part, wave, task))
            part = path.with_name(f".{path.name}.unfinished")
            lock = _only_writer(path)
            try:
                commit = _read_commit(part, task) or _begin(part, wave, task)
                return cls(path, part, True, commit, lock)
            except BaseException:  # raised on: whatever it is, the next writer may begin
                lock.release()
                raise
        except OSError as error:
            raise CollectionError(f"cannot write {path}: {error}") from error

    @property
    def n_committed(self) -> int:
        """Rows already safe on disk."""
        return self._commit["n_rows"]

    @property
    def catalog_committed(self) -> pd.DataFrame:
        """Catalog rows already safe on disk."""
        return self._committed("catalog", CATALOG_COLUMNS)

    @property
    def rejects_committed(self) -> pd.DataFrame:
        """Rejections already safe on disk."""
        return self._committed("rejects", REJECT_COLUMNS)

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
        self._claim(catalog["id"].tolist() if "id" in catalog else [""] * len(catalog))
        data = np.isfinite(flux) & np.isfinite(ivar) & (np.asarray(ivar) > 0)
        self._flux.append(np.where(data, flux, np.nan).astype(np.float32))
        self._ivar.append(np.where(data, ivar, 0.0).astype(np.float32))
        self._catalogs.append(catalog)
        while sum(map(len, self._catalogs)) >= _SHARD_ROWS:
            self._flush(_SHARD_ROWS)

    def reject(self, file: str, id: str, reason: str, detail: str = "") -> None:
        """Record an input that was not taken, and why."""
        self._rejects.append({"file": file, "id": id, "reason": reason, "detail": detail})

    def close(self) -> None:
        """Write what is left and put the collection in its place.

        Raises
        ------
        CollectionError
            The place was taken meanwhile, or the disk refuses.
        """
        try:
            self._flush(sum(map(len, self._catalogs)))
            for name, columns in (("catalog", CATALOG_COLUMNS), ("rejects", REJECT_COLUMNS)):
                final = CATALOG_NAME if name == "catalog" else REJECTS_NAME
                write_parquet(self._part / final, self._committed(name, columns))
            task = self._commit["task"]
            meta = {"format_version": FORMAT_VERSION, "provenance": task["provenance"]}
            write_json(self._part / META_NAME, meta | {"key": self._commit["key"]})
            shutil.rmtree(self._part / "parts")
            (self._part / _COMMIT_NAME).unlink()
            os.rename(self._part, self.path)
        except OSError as error:
            raise CollectionError(f"cannot finish {self.path}: {error}") from error
        finally:
            self._release()

    def discard(self) -> None:
        """Remove what was written."""
        shutil.rmtree(self._part, ignore_errors=True)
        self._release()

    def __enter__(self) -> CollectionWriter:
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

    def _flush(self, n_rows: int) -> None:
        """Make the first n_rows pending rows, and all pending rejections, safe on disk."""
        empty = np.empty((0, self._arrays[0].shape[1]), np.float32)
        flux, ivar = np.concatenate([empty, *self._flux]), np.concatenate([empty, *self._ivar])
        catalog = conform(pd.concat(self._catalogs or [pd.DataFrame()]), CATALOG_COLUMNS)
        try:
            self._commit_rows(catalog.iloc[:n_rows], flux[:n_rows], ivar[:n_rows])
        except OSError as error:
            raise CollectionError(f"cannot write {self.path}: {error}") from error
        self._flux, self._ivar = [flux[n_rows:]], [ivar[n_rows:]]
        self._catalogs, self._rejects = [catalog.iloc[n_rows:]], []

    def _commit_rows(self, catalog: pd.DataFrame, flux: np.ndarray, ivar: np.ndarray) -> None:
        start, stop = self.n_committed, self.n_committed + len(catalog)
        key = hashlib.blake2b(self._commit["key"].encode(), digest_size=16)
        for array, values in zip(self._arrays, (flux, ivar), strict=True):
            array.resize((stop, array.shape[1]))
            array[start:stop] = values
            key.update(values.tobytes())
        # floats are written with every digit, so equal text means equal catalogs
        key.update(json.dumps(catalog.to_dict("list"), default=str).encode())
        self._write_parts(catalog, pd.DataFrame(self._rejects, columns=[*REJECT_COLUMNS]))
        commit = {"n_rows": stop, "key": key.hexdigest(), "n_parts": self._commit["n_parts"] + 1}
        write_json(self._part / _COMMIT_NAME, self._commit | commit)
        self._commit |= commit

    def _write_parts(self, catalog: pd.DataFrame, rejects: pd.DataFrame) -> None:
        number = self._commit["n_parts"]
        write_parquet(self._part / "parts" / f"catalog-{number:06}.parquet", catalog)
        rejects = conform(rejects, REJECT_COLUMNS)
        write_parquet(self._part / "parts" / f"rejects-{number:06}.parquet", rejects)

    def _committed(self, name: str, columns: dict[str, str]) -> pd.DataFrame:
        paths = [
            self._part / "parts" / f"{name}-{number:06}.parquet"
            for number in range(self._commit["n_parts"])
        ]
        parts = [pd.read_parquet(path) for path in paths]
        empty = pd.DataFrame(columns=[*columns])
        return conform(pd.concat(parts, ignore_index=True) if parts else empty, columns)


def _only_writer(path: Path) -> WriterLock:
    lock = WriterLock(path.with_name(f".{path.name}.unfinished.lock"))
    if not lock.take():
        raise CollectionError(
            f"another process is writing {path}; wait for it to end, or choose another folder"
        )
    if path.exists():  # finished between our first look and the lock
        lock.release()
        raise CollectionError(f"{path} already exists; choose another folder or remove it")
    return lock


def _begin(part: Path, wave: np.ndarray, task: dict[str, Any]) -> dict[str, Any]:
    """A fresh folder with empty arrays; returns its first commit."""
    if part.exists():
        shutil.rmtree(part)
    (part / "parts").mkdir(parents=True)
    spectra = zarr.create_group(part / SPECTRA_NAME)
    spectra.create_array("wavelength", data=wave)
    for name, fill in (("flux", np.nan), ("ivar", 0.0)):
        spectra.create_array(
            name,
            shape=(0, wave.size),
            fill_value=fill,
            **rows_layout(wave.size, shard_rows=_SHARD_ROWS),
        )
    commit = {"task": task, "n_rows": 0, "n_parts": 0, "key": task["grid"]}
    write_json(part / _COMMIT_NAME, commit)
    return commit


def _read_commit(part: Path, task: dict[str, Any]) -> dict[str, Any] | None:
    """The last commit of an unfinished collection of the same task, else None."""
    try:
        commit = json.loads((part / _COMMIT_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return commit if isinstance(commit, dict) and commit.get("task") == task else None
