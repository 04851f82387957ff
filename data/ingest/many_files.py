"""Reading many files, by several processes if that is quicker, in the files' order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Full, Queue
from threading import Event

from .bounded_reader import BoundedReader, Piece
from .limits import SHELL, Limits
from .one_file import Intake

__all__ = ["read_in_order"]

_FILES_A_TASK = 32
_SPECTRA_AT_ONCE, _PARTS_WAITING, _LOOK_AGAIN_S = 128, 2, 0.2
# One file may hold hundreds of spectra: no task should hold more than fit in memory easily.
_BYTES_A_TASK = 20_000_000
# Starting a process takes as long as reading some hundred files of one spectrum, or one of many.
_FILES_A_PROCESS = 500
_BYTES_A_PROCESS = 100_000_000


def read_in_order(
    intake: Intake, files: Sequence[Path], jobs: int, limits: Limits = SHELL
) -> Iterator[list[Piece]]:
    """What becomes of each file, in the order of the files, some files or a part of one at a time.

    At most a few tasks wait in memory, and of each at most a few parts, however many files there
    are and spectra in them.

    Parameters
    ----------
    intake
        Reads a file.
    files
        To be read.
    jobs
        At most so many processes; few files are read by one.
    limits
        Of each file.

    Yields
    ------
    list of (outcomes, ends)
        Of the next files or parts, the outcomes, and whether they are the last of their file.
    """
    tasks, n_bytes = _tasks(files)
    processes = max(1, min(jobs, max(len(files) // _FILES_A_PROCESS, n_bytes // _BYTES_A_PROCESS)))
    waiting: deque[_Reading] = deque()
    over = Event()
    # Threads only wait for the processes.
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
    """A task as it is read: a thread puts parts into a short queue, from which they are taken."""

    def __init__(
        self, reader: BoundedReader, files: list[Path], over: Event, pool: ThreadPoolExecutor
    ) -> None:
        self._reader, self._files, self._over = reader, files, over
        self._parts: Queue[list[Piece] | None] = Queue(_PARTS_WAITING)
        self._done = pool.submit(self._read)

    def parts(self) -> Iterator[list[Piece]]:
        """As they come, in order; raises what went wrong on the thread."""
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
        """Wait for a place in the queue, unless nobody takes from it any more."""
        while not self._over.is_set():
            try:
                self._parts.put(pieces, timeout=_LOOK_AGAIN_S)
            except Full:
                continue
            return


def _tasks(files: Sequence[Path]) -> tuple[list[list[Path]], int]:
    """Files in their order, so many a task that neither number nor size is large; bytes in all."""
    tasks: list[list[Path]] = []
    total, size = 0, 0
    for file in files:
        more = file.stat().st_size if file.exists() else 0  # a link that leads nowhere
        size, total = size + more, total + more
        if not tasks or len(tasks[-1]) == _FILES_A_TASK or size > _BYTES_A_TASK:
            tasks.append([])
            size = more
        tasks[-1].append(file)
    return tasks, total
