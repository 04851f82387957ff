"""Reading of many files in order, by several processes if that is faster."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Full, Queue
from threading import Event

from ..one_file import Intake
from .bounded_reader import BoundedReader, Piece
from .limits import SHELL, Limits

__all__ = ["read_in_order"]

_FILES_A_TASK = 32
_SPECTRA_AT_ONCE, _PARTS_WAITING, _LOOK_AGAIN_S = 128, 2, 0.2
# A file may hold hundreds of spectra: a task must fit into memory easily.
_BYTES_A_TASK = 20_000_000
# Starting a process takes as long as reading a hundred files of one spectrum, or one of many.
_FILES_A_PROCESS = 500
_BYTES_A_PROCESS = 100_000_000


def read_in_order(
    intake: Intake, files: Sequence[Path], jobs: int, limits: Limits = SHELL
) -> Iterator[list[Piece]]:
    """Outcomes of files in their order, for some files or a part of one at a time.

    Only a few tasks with a few parts each are held in memory, whatever the number of files and
    spectra.

    Parameters
    ----------
    intake
        Reads a file.
    files
        The files to read.
    jobs
        Maximum number of processes; few files are read by one.
    limits
        Limits per file.

    Yields
    ------
    list of (outcomes, ends)
        For the next files or parts: the outcomes, and whether they are the last of their file.
    """
    tasks, n_bytes = _tasks(files)
    processes = max(1, min(jobs, max(len(files) // _FILES_A_PROCESS, n_bytes // _BYTES_A_PROCESS)))
    waiting: deque[_Reading] = deque()
    over = Event()
    # The threads only wait for processes.
    with (
        BoundedReader(limits, processes, intake) as reader,
        ThreadPoolExecutor(processes, thread_name_prefix="ingest") as pool,
    ):
        try:
            for task in tasks:
                waiting.append(_Reading(reader, task, over, pool))
                if len(waiting) > 3 * processes:
                    yield from waiting.popleft().parts()
            while waiting:
                yield from waiting.popleft().parts()
        finally:
            over.set()


class _Reading:
    """A task being read: a thread puts parts into a short queue."""

    def __init__(
        self, reader: BoundedReader, files: list[Path], over: Event, pool: ThreadPoolExecutor
    ) -> None:
        self._reader, self._files, self._over = reader, files, over
        self._parts: Queue[list[Piece] | None] = Queue(_PARTS_WAITING)
        self._done = pool.submit(self._read)

    def parts(self) -> Iterator[list[Piece]]:
        """Parts in order, as they arrive; raises the exception of the thread."""
        while (pieces := self._parts.get()) is not None:
            yield pieces
        self._done.result()

    def _read(self) -> None:
        pieces: list[Piece] = []
        try:
            for piece in self._reader.pieces(self._files):
                if self._over.is_set():
                    return
                pieces.append(piece)
                if sum(len(outcomes) for outcomes, _ in pieces) >= _SPECTRA_AT_ONCE:
                    self._put(pieces)
                    pieces = []
            self._put(pieces)
        finally:
            self._put(None)

    def _put(self, pieces: list[Piece] | None) -> None:
        """Put a part into the queue, waiting for space unless the reader has stopped."""
        while not self._over.is_set():
            try:
                self._parts.put(pieces, timeout=_LOOK_AGAIN_S)
            except Full:
                continue
            return


def _tasks(files: Sequence[Path]) -> tuple[list[list[Path]], int]:
    """Files in order, in tasks bounded in number and size; and their total size in bytes."""
    tasks: list[list[Path]] = []
    total, size = 0, 0
    for file in files:
        more = file.stat().st_size if file.exists() else 0  # a broken link
        size, total = size + more, total + more
        if not tasks or len(tasks[-1]) == _FILES_A_TASK or size > _BYTES_A_TASK:
            tasks.append([])
            size = more
        tasks[-1].append(file)
    return tasks, total
