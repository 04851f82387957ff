"""Chunks of a stage: pure functions whose results are stored as files."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

__all__ = [
    "Arrays",
    "Chunk",
    "ChunkFunction",
    "ChunkRunner",
    "InThisProcess",
    "finished_chunks",
    "nothing_to_say",
]

Arrays = Mapping[str, np.ndarray]
"""What a chunk gives back: small arrays by name, numbers or texts. What is large it writes."""

Chunk = Mapping[str, Any]
"""Named arguments of one call: addresses, numbers, frozen settings, arrays of the chunk's rows."""


ChunkFunction = Callable[..., Arrays]
"""A function of a module, which any process can import: of equal arguments the same result. It may
use as many threads as torch says."""


def nothing_to_say() -> None:
    """A report that goes nowhere."""


class ChunkRunner(Protocol):
    """What runs the chunks of a stage."""

    def each(
        self,
        function: ChunkFunction,
        chunks: Sequence[tuple[int, Chunk]],
        meanwhile: Callable[[], None] = nothing_to_say,
    ) -> Iterator[tuple[int, Arrays]]:
        """Number and result of each as it is done, in any order; closing it drops the rest.

        ``meanwhile`` is called now and then while nothing comes from elsewhere; it may raise to
        stop.
        """
        ...


class InThisProcess:
    """The calling thread, one chunk after the other."""

    def each(
        self,
        function: ChunkFunction,
        chunks: Sequence[tuple[int, Chunk]],
        meanwhile: Callable[[], None] = nothing_to_say,
    ) -> Iterator[tuple[int, Arrays]]:
        """Number and result of each, in order; nothing is waited for."""
        del meanwhile
        for number, chunk in chunks:
            yield number, function(**chunk)


def finished_chunks(
    runner: ChunkRunner,
    function: ChunkFunction,
    chunks: Sequence[Chunk],
    folder: Path,
    report: Callable[[int, int], None],
) -> Iterator[Arrays]:
    """The results of all chunks in their order; memory holds one at a time.

    Each result is a file once it is there, so that work that was broken off goes on with what is
    lacking. The caller removes the folder once it has read them.

    Parameters
    ----------
    runner
        Who does them.
    function, chunks
        Called once for each.
    folder
        Where results are kept; of these chunks alone.
    report
        Called with (done, total) as results come, and while they do not; may raise to stop.

    Raises
    ------
    ValueError
        The folder holds results of another cut into chunks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _check_cut(folder, len(chunks))
    lacking = [at for at in range(len(chunks)) if _read(_path(folder, at)) is None]
    done = len(chunks) - len(lacking)
    results = runner.each(
        function, [(at, chunks[at]) for at in lacking], lambda: report(done, len(chunks))
    )
    try:
        for at, arrays in results:
            _write(_path(folder, at), arrays)
            done += 1
            report(done, len(chunks))
    finally:
        getattr(results, "close", lambda: None)()
    for at in range(len(chunks)):
        kept = _read(_path(folder, at))
        if kept is None:
            raise ValueError(f"the result of chunk {at} in {folder} was there and is not any more")
        yield kept


def _check_cut(folder: Path, n: int) -> None:
    """That what was left is of the same chunks; their boundaries follow from the collection."""
    path = folder / "chunks.json"
    if path.exists() and json.loads(path.read_text(encoding="utf-8")) != {"n": n}:
        raise ValueError(f"{folder} was left by a build with other chunks; remove it")
    path.write_text(json.dumps({"n": n}), encoding="utf-8")


def _path(folder: Path, at: int) -> Path:
    return folder / f"{at:08}.npz"


def _read(path: Path) -> Arrays | None:
    """None if it is not there, or was broken off while being written."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _write(path: Path, arrays: Arrays) -> None:
    beside = path.with_suffix(".part")
    with beside.open("wb") as file:
        named: dict[str, Any] = dict(arrays)
        np.savez(file, **named)
    os.replace(beside, path)
