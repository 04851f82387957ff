"""The unfinished collection beside its final place: folder, last commit, lock."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...files import WriterLock
from ..format import (
    CATALOG_NAME,
    META_NAME,
    REJECTS_NAME,
    CollectionError,
    read_parquet,
    write_json,
    write_parquet,
)

__all__ = ["COMMIT_NAME", "Place", "free_place", "only_writer", "table_part"]

COMMIT_NAME = "commit.json"


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """The folder of an unfinished collection, its last commit, and the lock on it."""

    part: Path
    commit: dict[str, Any]
    lock: WriterLock | None = None

    @contextmanager
    def until_taken(self) -> Iterator[None]:
        """Release the lock if the context fails, so that another writer can begin."""
        try:
            yield
        except BaseException:  # raised again
            if self.lock is not None:
                self.lock.release()
            raise


def free_place(
    path: Path,
    task: dict[str, Any],
    begin: Callable[[Path], str],
    *,
    resumable: bool,
    into: bool = False,
) -> Place:
    """A folder beside the collection in which it is written, with the commits of this task so far.

    Parameters
    ----------
    path
        Place of the collection, absolute.
    task
        Description of the work, JSON-serialisable: unfinished work on another task is discarded.
    begin
        Prepares an empty folder; returns the initial key.
    resumable
        Whether an unfinished collection is kept and continued.
    into
        Whether the collection exists and is to be added to.

    Raises
    ------
    CollectionError
        The place is taken or locked by another writer, or cannot be written.
    """
    if path.exists() and not into:
        raise CollectionError(f"{path} already exists; {_way_out(path)}")
    task = json.loads(json.dumps(task))  # as a later run will read it back
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not resumable:
            part = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
            return Place(part, _first_commit(part, task, begin))
        part = path.with_name(f".{path.name}.unfinished")
        lock = only_writer(path, into=into)
        try:
            return Place(part, read_commit(part, task) or _first_commit(part, task, begin), lock)
        except BaseException:  # whatever it is: release the lock, then raise it again
            lock.release()
            raise
    except OSError as error:
        raise CollectionError(f"cannot write {path}: {error}") from error


def only_writer(path: Path, *, into: bool) -> WriterLock:
    """Acquire the lock on a place.

    Raises
    ------
    CollectionError
        Another process holds it, or the place is taken.
    """
    lock = WriterLock(path.with_name(f".{path.name}.unfinished.lock"))
    if not lock.take():
        elsewhere = "" if into else ", or choose another folder"
        raise CollectionError(f"another process is writing {path}; wait for it to end{elsewhere}")
    if path.exists() and not into:  # finished between our first look and the lock
        lock.release()
        raise CollectionError(f"{path} already exists; {_way_out(path)}")
    return lock


def _first_commit(part: Path, task: dict[str, Any], begin: Callable[[Path], str]) -> dict[str, Any]:
    """Create an empty folder; returns its first commit."""
    if part.exists():
        shutil.rmtree(part)
    (part / "parts").mkdir(parents=True)
    commit = {"task": task, "n_rows": 0, "n_parts": 0, "key": begin(part)}
    write_json(part / COMMIT_NAME, commit)
    return commit


def read_commit(part: Path, task: dict[str, Any]) -> dict[str, Any] | None:
    """The last commit of an unfinished collection of the same task, else None."""
    try:
        commit = json.loads((part / COMMIT_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(commit, dict) or commit.get("task") != task:
        return None
    return _taken_back(part, commit) if (part / META_NAME).exists() else commit


def table_part(part: Path, name: str, number: int) -> Path:
    """Path of the part of a table that belongs to one commit."""
    return part / "parts" / f"{name}-{number:06}.parquet"


def _taken_back(part: Path, commit: dict[str, Any]) -> dict[str, Any]:
    """The last commit of a complete collection whose move to its place was interrupted.

    Its parts may be gone already: the tables made of them become the only parts. The metadata are
    removed last, so that this can be interrupted, too.
    """
    (part / "parts").mkdir(exist_ok=True)
    for name, whole in (("catalog", CATALOG_NAME), ("rejects", REJECTS_NAME)):
        write_parquet(table_part(part, name, 0), read_parquet(part / whole))
    commit = commit | {"n_parts": 1}
    write_json(part / COMMIT_NAME, commit)
    (part / META_NAME).unlink()
    return commit


def _way_out(path: Path) -> str:
    if (path / META_NAME).is_file():
        return "--into adds to it; or choose another folder"
    return "choose another folder or remove it"
