"""Integrity check of a collection: every file is read; faults come with a remedy."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
import zarr

from ...core.words import counted
from ..files import ModelFileError, load_arrays, load_classifier, only_builder
from ..files.arrays.zarr_codecs import only_known_codecs
from ..files.damage import DAMAGE
from ..files.json_file import check_regular, read_json
from ..files.sqlite_file import only_tables
from .collection import Collection, read_meta
from .format import (
    CATALOG_NAME,
    META_NAME,
    SPECTRA_NAME,
    CollectionError,
    check_folder,
    read_parquet,
)
from .links import links_out
from .runs import Run, RunError, RunStore

__all__ = ["Fault", "check", "repair"]

_ROWS = 512
_INGEST_AGAIN = "ingest the files anew to another folder"
_BUILD_AGAIN = "--repair removes it, and spexplain build makes it again"
# Only names this program uses: a user's own files may lie beside.
_STRAY = re.compile(r"\..+\.(partial|part|[0-9a-f]{32}\.part(\..+)?)")
_RUN = re.compile(r"[a-z0-9-]+-[0-9a-f]{16}")
_STRAY_IN_RUN = re.compile(r"\.tmp\w{6}")  # as safetensors begins a file


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a collection.

    Attributes
    ----------
    path
        The file or folder.
    what
        What is wrong with it.
    way_out
        What can be done.
    disposable
        Whether nothing is lost by removing it: a stray file, or a run that can be built again.
    """

    path: Path
    what: str
    way_out: str
    disposable: bool = False

    def __str__(self) -> str:
        """One line: where, what, and the way out."""
        return f"{self.path}: {self.what}; {self.way_out}"


def check(path: str | Path) -> Iterator[Fault]:
    """Read everything in a collection, and list its faults.

    Parameters
    ----------
    path
        Its folder.

    Raises
    ------
    CollectionError
        There is no folder, or nothing of a collection in it.
    """
    path = Path(path)
    check_folder(path)
    if not any((path / name).exists() for name in (META_NAME, CATALOG_NAME, SPECTRA_NAME)):
        read_meta(path)  # says what it is instead: of no collection nothing is to be removed
    yield from _strays(path)
    linked = [*_links(path)]
    yield from linked
    if linked:
        return  # nothing is read through them, nor else of a collection that has some
    yield from _spectra(path)
    yield from _runs(path)
    yield from _notes(path)


def repair(path: str | Path, faults: list[Fault]) -> list[Fault]:
    """Remove what can be removed without loss; returns the faults removed.

    Raises
    ------
    CollectionError
        A build is running in the collection.
    OSError
        Something cannot be removed.
    """
    path = Path(path)
    gone = [fault for fault in faults if fault.disposable]
    with only_builder(path / "runs") as free:
        if not free:
            raise CollectionError(
                f"a build is running in {path}: repair it once the build has finished"
            )
        for fault in gone:
            if fault.path.is_dir() and not fault.path.is_symlink():
                shutil.rmtree(fault.path)
            else:
                fault.path.unlink(missing_ok=True)
        _forget_missing(path)
    return gone


def _strays(path: Path) -> Iterator[Fault]:
    """Temporary files of a process that was killed while writing."""
    for folder, folders, files in os.walk(path):
        for name in [*folders, *files]:
            in_run = _RUN.fullmatch(Path(folder).name)
            if _STRAY.fullmatch(name) or (in_run and _STRAY_IN_RUN.fullmatch(name)):
                way_out = "the same command again continues from it, --repair removes it"
                yield Fault(Path(folder) / name, "left by what was broken off", way_out, True)
        folders[:] = [name for name in folders if not name.startswith(".")]


def _links(path: Path) -> Iterator[Fault]:
    for entry, what in links_out(path):
        words, _, way_out = what.partition("; ")
        yield Fault(entry, words, way_out)


def _spectra(path: Path) -> Iterator[Fault]:
    try:
        collection = Collection.open(path)
    except CollectionError as error:
        yield Fault(path, str(error), _INGEST_AGAIN)
        return
    ids = collection.catalog["id"]
    twice = sorted({str(one) for one in ids[ids.duplicated()]})
    if twice:
        named = ", ".join(twice[:3]) + (" …" if len(twice) > 3 else "")
        yield Fault(path / "catalog.parquet", f"{len(twice)} ids twice: {named}", _INGEST_AGAIN)
    empty: list[int] = []
    for start in range(0, collection.n_spectra, _ROWS):
        rows = np.arange(start, min(start + _ROWS, collection.n_spectra))
        try:
            empty += [
                int(row) for row in rows if not (collection.observed(int(row)).ivar > 0).any()
            ]
        except CollectionError as error:
            where = f"rows {start}–{rows[-1]} cannot be read ({_short(error.__cause__ or error)})"
            yield Fault(path / "spectra.zarr", where, _INGEST_AGAIN)
    if empty:  # zarr takes a missing file for a chunk that was never filled
        spectra = counted(len(empty), "spectrum", "spectra")
        where = f"{spectra} without any data, the first in row {empty[0]}"
        yield Fault(path / "spectra.zarr", where, _INGEST_AGAIN)


def _runs(path: Path) -> Iterator[Fault]:
    store = RunStore(path)
    if not store.path.is_dir():
        return
    for folder in sorted(store.path.iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            try:
                whole = Run.open(folder)
            except RunError as error:
                if _RUN.fullmatch(folder.name) or any(
                    (folder / name).exists() for name in ("run.json", "metrics.json")
                ):
                    yield _of_run(folder, str(error), [error.__cause__])
                else:
                    yield Fault(folder, str(error), "put it elsewhere, or remove it")
                continue
            if folder.name != (named := f"{whole.stage}-{whole.key}"):
                yield Fault(folder, f"it says that it is {named}", f"name it {named}, or remove it")
                continue
            bad = {part.name: why for part in _parts(folder) if (why := _unread(part))}
            if bad:
                text = ", ".join(f"{name} ({_short(why)})" for name, why in bad.items())
                yield _of_run(folder, f"damaged: {text}", bad.values())
    try:
        current = store.current()
    except RunError as error:
        yield Fault(store.path / "current.json", str(error), _BUILD_AGAIN, True)
        return
    for stage, key in current.items():
        if not (store.path / f"{stage}-{key}").is_dir():
            words = f"names the run {stage}-{key}, which is not there"
            yield Fault(store.path / "current.json", words, "spexplain build makes it again")


def _parts(folder: Path) -> Iterator[Path]:
    """The files and arrays of a run."""
    for part in sorted(folder.iterdir()):
        if part.suffix in (".zarr", ".json", ".parquet", ".safetensors", ".skops"):
            yield part


def _of_run(folder: Path, what: str, errors: Iterable[BaseException | None]) -> Fault:
    """Faults of a run, which is disposable if its bytes are wrong, not if the machine failed."""
    if any(map(_is_of_machine, errors)):
        return Fault(folder, what, "check it again where it can be read and there is memory")
    return Fault(folder, what, _BUILD_AGAIN, True)


def _is_of_machine(error: BaseException | None) -> bool:
    """Whether permission, memory or the disk failed, rather than the bytes being wrong."""
    if isinstance(error, ModelFileError):
        error = error.__cause__
    if isinstance(error, OSError):
        return error.errno not in (None, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EINVAL)
    return isinstance(error, MemoryError)


def _unread(part: Path) -> Exception | None:
    """Why a file or array cannot be read; None if all of it can be."""
    try:
        check_regular(part)
        match part.suffix:
            case ".zarr":
                _read_all_chunks(part)
            case ".json":
                read_json(part)
            case ".parquet":
                read_parquet(part)
            case ".safetensors":
                load_arrays(part)
            case ".skops":
                load_classifier(part)
    except (*DAMAGE, ModelFileError) as error:
        return error
    return None


def _read_all_chunks(part: Path) -> None:
    """Read an array in blocks; ValueError if files are missing, any error of decompression."""
    array = zarr.open_array(only_known_codecs(part), mode="r", zarr_format=3)
    pieces = zip(array.shape, array.shards or array.chunks, strict=True)
    expected = prod(-(-n // m) for n, m in pieces)
    n_chunks = sum(file.is_file() for file in part.rglob("*")) - 1  # zarr.json
    if n_chunks < expected:
        raise ValueError(f"{n_chunks} of {expected} pieces")
    step = max(array.chunks[0], _ROWS) if array.ndim else 1
    for start in range(0, array.shape[0] if array.ndim else 0, step):
        array[start : start + step]


def _notes(path: Path) -> Iterator[Fault]:
    """Faults of tags and names, which are the user's own and so never removed."""
    for name in ("annotations.sqlite", "cluster_names.json"):
        file = path / name
        if not file.exists():
            continue
        try:
            if file.suffix == ".json":
                read_json(file)["names"]
                continue
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as base:
                only_tables(base)
                problem = base.execute("PRAGMA integrity_check").fetchone()[0]
        except (*DAMAGE, sqlite3.Error) as error:
            problem = _short(error)
        if problem != "ok":
            yield Fault(file, f"damaged: {problem}", "keep a copy, then move it away to begin anew")


def _forget_missing(path: Path) -> None:
    store = RunStore(path)
    try:
        current = store.current()
    except RunError:
        return
    there = {s: key for s, key in current.items() if (store.path / f"{s}-{key}").is_dir()}
    if there != current:
        store.set_current(there)


def _short(error: BaseException) -> str:
    return " ".join((str(error) or type(error).__name__).split())[:160]
