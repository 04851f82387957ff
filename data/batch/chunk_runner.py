"""Chunks of a stage: pure functions whose results are stored as files."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ..files import written_whole

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
"""The result of a chunk: small arrays by name, numbers or texts. Large ones it writes itself."""

Chunk = Mapping[str, Any]
"""Named arguments of one call: addresses, numbers, frozen settings, arrays of the chunk's rows."""


ChunkFunction = Callable[..., Arrays]
"""A module-level function, so that any process can import it; deterministic. It may use as many
threads as torch says."""


def nothing_to_say() -> None:
    """The default of ``meanwhile``: does nothing."""


class ChunkRunner(Protocol):
    """Runs the chunks of a stage."""

    def each(
        self,
        function: ChunkFunction,
        chunks: Sequence[tuple[int, Chunk]],
        meanwhile: Callable[[], None] = nothing_to_say,
    ) -> Iterator[tuple[int, Arrays]]:
        """Number and result of each chunk as it finishes, in any order; closing drops the rest.

        ``meanwhile`` is called now and then while waiting for results; it may raise to stop.
        """
        ...


class InThisProcess:
    """Runs the chunks in the calling thread, one after the other."""

    def each(
        self,
        function: ChunkFunction,
        chunks: Sequence[tuple[int, Chunk]],
        meanwhile: Callable[[], None] = nothing_to_say,
    ) -> Iterator[tuple[int, Arrays]]:
        """Number and result of each chunk, in order."""
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
    """The results of all chunks in order; memory holds one at a time.

    Each result is stored as a file, so that interrupted work resumes with the missing chunks. The
    caller removes the folder once it has read them.

    Parameters
    ----------
    runner
        Runs the chunks.
    function, chunks
        The function is called once for each chunk.
    folder
        Where the results of these chunks are stored, and nothing else.
    report
        Called with (done, total) at every result and while waiting; may raise to stop.

    Raises
    ------
    ValueError
        The folder holds results of another division into chunks.
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
            raise ValueError(f"the result of chunk {at} has disappeared from {folder}")
        yield kept


def _check_cut(folder: Path, n: int) -> None:
    """Check that stored results are of the same chunks, whose number fixes their boundaries."""
    path = folder / "chunks.json"
    if path.exists() and json.loads(path.read_text(encoding="utf-8")) != {"n": n}:
        raise ValueError(f"{folder} was left by a build with other chunks; delete it")
    with written_whole(path) as whole:
        whole.write_text(json.dumps({"n": n}), encoding="utf-8")


def _path(folder: Path, at: int) -> Path:
    return folder / f"{at:08}.npz"


def _read(path: Path) -> Arrays | None:
    """None if it is missing or was only partly written."""
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
