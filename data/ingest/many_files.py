"""Reading many files, by several processes if that is quicker, in the files' order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from .bounded_reader import BoundedReader
from .limits import SHELL, Limits
from .one_file import Intake, Rejected, Taken

__all__ = ["read_in_order"]

_FILES_A_TASK = 32
# One file may hold hundreds of spectra: no task should hold more than fit in memory easily.
_BYTES_A_TASK = 20_000_000
# Starting a process takes as long as reading some hundred files of one spectrum, or one of many.
_FILES_A_PROCESS = 500
_BYTES_A_PROCESS = 100_000_000


def read_in_order(
    intake: Intake, files: Sequence[Path], jobs: int, limits: Limits = SHELL
) -> Iterator[list[list[Taken | Rejected]]]:
    """What becomes of each file, in the order of the files, some files at a time.

    At most a few tasks wait in memory, however many files there are.

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
    list of list
        Of the next files, the outcomes of each.
    """
    tasks, n_bytes = _tasks(files)
    processes = max(1, min(jobs, max(len(files) // _FILES_A_PROCESS, n_bytes // _BYTES_A_PROCESS)))
    waiting: deque[Future[list[list[Taken | Rejected]]]] = deque()
    # Threads only wait for the processes.
    with (
        BoundedReader(limits, processes, intake) as reader,
        ThreadPoolExecutor(processes, thread_name_prefix="ingest") as pool,
    ):
        try:
            for task in tasks:
                waiting.append(pool.submit(reader.take_in, task))
                if len(waiting) > 3 * processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _tasks(files: Sequence[Path]) -> tuple[list[list[Path]], int]:
    """Files in their order, so many a task that neither number nor size is large; bytes in all."""
    tasks: list[list[Path]] = []
    total, size = 0, 0
    for file in files:
        more = file.stat().st_size
        size, total = size + more, total + more
        if not tasks or len(tasks[-1]) == _FILES_A_TASK or size > _BYTES_A_TASK:
            tasks.append([])
            size = more
        tasks[-1].append(file)
    return tasks, total
