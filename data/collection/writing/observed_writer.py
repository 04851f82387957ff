"""Writer of collections of spectra as observed: new ones, or additions."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import zarr

from ....core.spectra import WaveGrid
from ...files.durable import sync, sync_tree
from ..collection import read_meta, read_table
from ..earlier_sizes import EARLIER, key_without, with_earlier
from ..format import (
    CATALOG_COLUMNS,
    CATALOG_NAME,
    META_NAME,
    OBJECT,
    OBSERVED,
    REJECT_COLUMNS,
    REJECTS_NAME,
    SPECTRA_NAME,
    CollectionError,
    conform,
    write_json,
    write_parquet,
)
from ..lookup.same_object import same_object
from ..pixels.observed import StoredSpectrum
from ..pixels.observed_blocks import block_path, write_block
from .place_beside import Place, free_place
from .writer import RowsAwaited

__all__ = ["ObservedWriter"]


class ObservedWriter(RowsAwaited):
    """Builds or enlarges a collection of spectra as observed; no reader sees it until `close`.

    Existing data are not rewritten: new blocks of spectra are put beside the old ones, and become
    valid when the collection's facts are replaced, in one step.

    Attributes
    ----------
    files_before
        Files whose spectra the collection contains or contained.
    file_of_id_before
        Id → file of its present spectra.
    """

    def __init__(
        self, path: Path, place: Place, before: dict[str, Any] | None, *, resumable: bool
    ) -> None:
        super().__init__(path, place, resumable=resumable)
        self._before = before
        self.files_before: set[str] = set()
        self.file_of_id_before: dict[str, str] = {}
        if before is not None:
            catalog, _ = self._tables_before()
            self.files_before = set(catalog["file"])
            counted = catalog.drop(index=before["removed"])
            self.file_of_id_before = dict(zip(counted["id"], counted["file"], strict=True))
            self._ids.update(self.file_of_id_before)

    @property
    def grid(self) -> WaveGrid:
        """Rest wavelengths to which lenses resample spectra."""
        return WaveGrid(*(self._before or self._commit["task"])["grid"])

    @classmethod
    def create(
        cls,
        path: str | Path,
        grid: WaveGrid,
        provenance: dict[str, Any],
        *,
        resumable: bool = False,
    ) -> ObservedWriter:
        """Begin a collection at a place that is free.

        Parameters
        ----------
        path
            Folder to be created; its parent is created too.
        grid
            Rest wavelengths to which lenses resample spectra.
        provenance
            Origin of the collection, JSON-serialisable.
        resumable
            As for `CollectionWriter`.

        Raises
        ------
        CollectionError
            The place is taken or locked by another writer, or cannot be written.
        """
        path = Path(path).absolute()
        numbers = [grid.start_aa, grid.stop_aa, grid.step_aa]
        task = {"format_version": OBSERVED, "provenance": provenance, "grid": numbers}
        key = hashlib.blake2b(json.dumps(numbers).encode(), digest_size=16).hexdigest()
        place = free_place(path, task, _begin_blocks(key), resumable=resumable)
        with place.until_taken():
            return cls(path, place, None, resumable=resumable)

    @classmethod
    def add_to(cls, path: str | Path, provenance: dict[str, Any]) -> ObservedWriter:
        """Begin to add to a collection; an interrupted addition continues where it stopped.

        Raises
        ------
        CollectionError
            There is no collection, it is of format 1 or locked by another writer, or cannot be
            written.
        """
        path = Path(path).absolute()
        before = read_meta(path)
        if before["format_version"] != OBSERVED:
            raise CollectionError(
                f"{path} holds spectra on common wavelengths (format {before['format_version']}), "
                "to which none can be added; ingest its files again with --out"
            )
        task = {"format_version": OBSERVED, "provenance": provenance}
        task |= {"into": before["stored_key"]}
        begin = _begin_blocks(before["stored_key"])
        place = free_place(path, task, begin, resumable=True, into=True)
        with place.until_taken():
            return cls(path, place, before, resumable=True)

    def append(self, catalog: pd.DataFrame, spectra: Sequence[StoredSpectrum]) -> None:
        """Add spectra, in order.

        Parameters
        ----------
        catalog
            N rows; needs at least ``id``, missing columns are filled.
        spectra
            N.

        Raises
        ------
        ValueError
            Numbers do not fit, or an id is missing, empty or already taken.
        """
        if len(catalog) != len(spectra):
            raise ValueError(f"catalog of {len(catalog)} rows, and {len(spectra)} spectra")
        self._await(catalog, spectra)

    def _write_rows(self, rows: list[Any], digest: Callable[[bytes], None]) -> dict[str, Any]:
        done: list[int] = self._commit.get("block_rows", [])
        if rows:
            digest(write_block(block_path(self._part / SPECTRA_NAME, len(done)), rows))
            done = [*done, len(rows)]
        return {"block_rows": done}

    def _finish(self) -> None:
        catalog, rejects = self._tables()
        if self._before is None:
            self._write_tables(self._part, catalog, rejects)
            self._put_in_place()
            return
        # Until its facts are replaced the collection is unchanged: more blocks and longer tables
        # are ignored. If interrupted here, the next attempt repeats this.
        n_before = len(self._before["block_rows"])
        sync_tree(self._part / SPECTRA_NAME)
        for number in range(len(self._commit["block_rows"])):
            made = block_path(self._part / SPECTRA_NAME, number)
            place = block_path(self.path / SPECTRA_NAME, n_before + number)
            if made.is_dir():
                shutil.rmtree(place, ignore_errors=True)
                os.rename(made, place)
        sync(self.path / SPECTRA_NAME)
        self._write_tables(self.path, catalog, rejects)
        write_json(self.path / META_NAME, self._meta())
        shutil.rmtree(self._part)

    def _write_tables(self, folder: Path, catalog: pd.DataFrame, rejects: pd.DataFrame) -> None:
        write_parquet(folder / CATALOG_NAME, catalog)
        write_parquet(folder / REJECTS_NAME, rejects)

    def _tables(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Catalogue and rejections of everything stored, with the object of each row."""
        before, said_before = self._tables_before()
        catalog = conform(_one_after_other(before, self.catalog_committed), CATALOG_COLUMNS)
        first = same_object(catalog["ra"].to_numpy(), catalog["dec"].to_numpy())
        catalog[OBJECT] = catalog["id"].to_numpy()[first]
        rejects = conform(_one_after_other(said_before, self.rejects_committed), REJECT_COLUMNS)
        return catalog, rejects

    def _tables_before(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        if self._before is None:
            return pd.DataFrame(), pd.DataFrame()
        catalog = read_table(self.path / CATALOG_NAME, CATALOG_COLUMNS)
        rejects = read_table(self.path / REJECTS_NAME, REJECT_COLUMNS)
        n, ends = sum(self._before["block_rows"]), self._before["reject_ends"]
        return catalog.iloc[:n], rejects.iloc[: ends[-1]]

    def _meta(self) -> dict[str, Any]:
        task, before = self._commit["task"], self._before or {}
        stored_key = self._commit["key"]
        removed = before.get("removed", [])
        ends = before.get("reject_ends", [])
        return {
            "format_version": OBSERVED,
            "provenance": before.get("provenance", task["provenance"]),
            "grid": before.get("grid", task.get("grid")),
            "stored_key": stored_key,
            "key": key_without(stored_key, removed),
            "block_rows": [*before.get("block_rows", []), *self._commit["block_rows"]],
            "reject_ends": [*ends, (ends or [0])[-1] + len(self.rejects_committed)],
            "removed": removed,
            EARLIER: with_earlier(before) if before else [],
            "additions": [*before.get("additions", []), *([task["provenance"]] if before else [])],
        }


def _begin_blocks(key: str) -> Callable[[Path], str]:
    def begin(part: Path) -> str:
        zarr.create_group(part / SPECTRA_NAME)
        return key

    return begin


def _one_after_other(first: pd.DataFrame, then: pd.DataFrame) -> pd.DataFrame:
    """Concatenate tables with one schema; a text column missing in one is empty there."""
    if first.empty:
        return then
    if then.empty:
        return first
    joined = pd.concat([first, then], ignore_index=True)
    for name in joined:
        of = first if name in first else then
        if pd.api.types.is_string_dtype(of[name].dtype):
            joined[name] = joined[name].fillna("").astype("str")
    return joined
