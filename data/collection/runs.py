"""Runs of a build: one folder per stage and settings, complete or absent."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import zarr
from zarr.codecs import Crc32cCodec, ZstdCodec

from ..files import RowsWriter
from ..files.arrays.row_arrays import ALL_PIECES
from ..files.arrays.zarr_codecs import only_known_codecs
from ..files.damage import DAMAGE, damage_as_error
from ..files.durable import sync, sync_tree
from ..files.json_file import read_json
from .format import read_parquet, write_json, write_parquet

__all__ = ["Run", "RunDraft", "RunError", "RunStore", "run_key"]

_RUN = "run.json"
_METRICS = "metrics.json"
_TIMINGS = "timings.json"
_CURRENT = "current.json"
_WAY_OUT = (
    "spexplain check DIR --repair removes what is damaged, spexplain build DIR makes it again"
)


class RunError(Exception):
    """A run's folder is absent, damaged or incomplete; the message says which."""


def run_key(stage: str, version: int, params: Any, inputs: Mapping[str, str]) -> str:
    """Key of a run: equal for equal stage, code version, settings and inputs (by their keys)."""
    content = {"stage": stage, "version": version, "params": params, "inputs": dict(inputs)}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A finished stage.

    Attributes
    ----------
    path
        Its folder.
    stage, key
        Name of the stage, and the key of its settings and inputs.
    params
        The settings.
    inputs
        Stage (or "collection") → key of the input.
    metrics
        Recorded figures.
    """

    path: Path
    stage: str
    key: str
    params: dict[str, Any]
    inputs: dict[str, str]
    metrics: dict[str, Any]

    @classmethod
    def open(cls, path: Path) -> Run:
        """Open a run's folder.

        Raises
        ------
        RunError
            It is not one.
        """
        try:
            facts = read_json(path / _RUN)
            metrics = read_json(path / _METRICS)
            stage, key = str(facts["stage"]), str(facts["key"])
            parts = [dict(part) for part in (facts["params"], facts["inputs"], metrics)]
        except DAMAGE as error:
            raise RunError(f"{path} is not a finished run ({error}); {_WAY_OUT}") from error
        return cls(path, stage, key, *parts)

    def table(self, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        """A table of the run; RunError if it cannot be read."""
        path = self.path / f"{name}.parquet"
        with damage_as_error(path, RunError, _WAY_OUT):
            return read_parquet(path, columns=columns)

    def array(self, name: str) -> zarr.Array:
        """An array of the run, whose values are read on access; RunError if there is none."""
        path = self.path / f"{name}.zarr"
        with damage_as_error(path, RunError, _WAY_OUT):
            return zarr.open_array(only_known_codecs(path), mode="r", zarr_format=3)

    def read_array(self, name: str) -> np.ndarray:
        """An array of the run in memory; RunError if it cannot be read."""
        with damage_as_error(self.path / f"{name}.zarr", RunError, _WAY_OUT):
            return np.asarray(self.array(name)[...])

    def facts(self, name: str) -> Any:
        """JSON object of the stage; raises RunError if it cannot be read."""
        path = self.path / f"{name}.json"
        with damage_as_error(path, RunError, _WAY_OUT):
            facts = read_json(path)
            if not isinstance(facts, dict):
                raise TypeError(f"a {type(facts).__name__}, where names are looked up")
            return facts

    @property
    def seconds(self) -> float:
        """How long the stage took; NaN if unknown."""
        try:
            return float(read_json(self.path / _TIMINGS)["seconds"])
        except DAMAGE:
            return float("nan")


@dataclass(slots=True, eq=False)
class RunDraft:
    """A run being written, beside its final place.

    Attributes
    ----------
    path
        Folder to write into; kept on interruption if the stage is resumable.
    metrics
        Figures to record; NaN is stored as null.
    """

    path: Path
    metrics: dict[str, Any] = field(default_factory=dict)

    def write_table(self, name: str, table: pd.DataFrame) -> None:
        """Store a table."""
        write_parquet(self.path / f"{name}.parquet", table)

    def write_facts(self, name: str, facts: dict[str, Any]) -> None:
        """Store what JSON can hold."""
        write_json(self.path / f"{name}.json", _plain(facts))

    def write_array(self, name: str, values: np.ndarray) -> None:
        """Store an array."""
        path = self.path / f"{name}.zarr"
        shutil.rmtree(path, ignore_errors=True)
        packing = [ZstdCodec(), Crc32cCodec()]
        values = np.ascontiguousarray(values)
        zarr.create_array(path, data=values, compressors=packing, config=ALL_PIECES)

    def made_once(self, name: str, make: Callable[[], Any]) -> Any:
        """The JSON-serialisable result of ``make``, or that of an interrupted attempt.

        A damaged file only costs the time to make it again.
        """
        path = self.path / f"part-{name}.json"
        try:
            return read_json(path)["made"]
        except (OSError, ValueError, KeyError):
            made = make()
            write_json(path, {"made": made})
            return made

    def drop_parts(self) -> None:
        """Remove intermediate results that were kept for resuming."""
        for left in self.path.glob("chunks-*"):
            shutil.rmtree(left)
        for left in self.path.glob("part-*.json"):
            left.unlink()

    def clear(self) -> None:
        """Remove everything: the stage cannot be done."""
        shutil.rmtree(self.path)
        self.path.mkdir()

    def rows_array(self, name: str, n_rows: int, n_columns: int) -> str:
        """Create a float32 array that others fill by whole shards; returns its address.

        Shards filled by an interrupted attempt stay.
        """
        path = self.path / f"{name}.zarr"
        try:
            known = zarr.open_array(path, mode="r", zarr_format=3).shape == (n_rows, n_columns)
        except FileNotFoundError:
            known = False
        if not known:
            self.rows_writer(name, n_rows, n_columns)
        return str(path)

    def rows_writer(
        self, name: str, n_rows: int, n_columns: int, *, dtype: str = "float32"
    ) -> RowsWriter:
        """A writer of a large array (n_rows, n_columns), block by block."""
        path = self.path / f"{name}.zarr"
        shutil.rmtree(path, ignore_errors=True)
        return RowsWriter(path, n_rows, n_columns, dtype=dtype)


class RunStore:
    """The runs of one collection.

    Parameters
    ----------
    collection_path
        The collection's folder.
    """

    def __init__(self, collection_path: str | Path) -> None:
        self.path = Path(collection_path) / "runs"

    def get(self, stage: str, key: str) -> Run | None:
        """The finished run of this key, or None."""
        path = self.path / f"{stage}-{key}"
        return Run.open(path) if path.is_dir() else None

    def find(self, stage: str) -> Run | None:
        """The current run of a stage, made or confirmed by the last build; or None."""
        key = self.current().get(stage)
        return None if key is None else self.get(stage, key)

    def current(self) -> dict[str, str]:
        """Stage → key of the current run."""
        path = self.path / _CURRENT
        if not path.exists():
            return {}
        try:
            return dict(read_json(path))
        except DAMAGE as error:
            raise RunError(f"{path} cannot be read ({error}); {_WAY_OUT}") from error

    def set_current(self, stages: Mapping[str, str]) -> None:
        """Make exactly these runs current, for :meth:`find`."""
        self.path.mkdir(parents=True, exist_ok=True)
        write_json(self.path / _CURRENT, dict(stages))

    @contextmanager
    def draft(
        self,
        stage: str,
        key: str,
        *,
        params: dict[str, Any],
        inputs: Mapping[str, str],
        resumable: bool = False,
    ) -> Iterator[RunDraft]:
        """Write a run; its folder appears when the context ends without an exception.

        Parameters
        ----------
        stage, key, params, inputs
            As :class:`Run` will have them.
        resumable
            Keep what was written on interruption, for the next attempt.
        """
        folder = self.path / f"{stage}-{key}"
        beside = self.path / f".{stage}-{key}.partial"
        for left in self.path.glob(f".{stage}-*.partial"):
            if left != beside or not resumable:
                shutil.rmtree(left)
        beside.mkdir(parents=True, exist_ok=True)
        draft = RunDraft(beside)
        try:
            yield draft
        except BaseException:  # even Ctrl-C: leave no partial run, then raise again
            if not resumable or not any(beside.iterdir()):
                shutil.rmtree(beside)
            raise
        write_json(beside / _METRICS, _plain(draft.metrics))
        facts = {"stage": stage, "key": key, "params": params, "inputs": dict(inputs)}
        write_json(beside / _RUN, facts)
        for stray in beside.glob("**/.*"):  # of an interrupted write, ours or safetensors'
            stray.unlink()
        sync_tree(beside)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(beside, folder)
        sync(self.path)

    def record_seconds(self, stage: str, key: str, seconds: float, threads: int) -> None:
        """Record how long a stage took, in a file of its own: it is not reproducible."""
        facts = {"seconds": round(seconds, 3), "threads": threads}
        write_json(self.path / f"{stage}-{key}" / _TIMINGS, facts)


def _plain(value: Any) -> Any:
    """Convert to JSON-serialisable values; non-finite numbers become None."""
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(part) for part in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
