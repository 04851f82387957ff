"""Reading many files, by several processes if that is quicker, in the files' order."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from .one_file import Intake, Rejected, Taken

__all__ = ["read_in_order"]

_FILES_A_TASK = 32
# One file may hold hundreds of spectra: no task should hold more than fit in memory easily.
_BYTES_A_TASK = 20_000_000
# Starting a process takes as long as reading some hundred files of one spectrum, or one of many.
_FILES_A_PROCESS = 500
_BYTES_A_PROCESS = 100_000_000


def read_in_order(
    intake: Intake, files: Sequence[Path], jobs: int
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
        At most so many processes; few files are read by this one.

    Yields
    ------
    list of list
        Of the next files, the outcomes of each.
    """
    tasks, n_bytes = _tasks(files)
    jobs = min(jobs, max(len(files) // _FILES_A_PROCESS, n_bytes // _BYTES_A_PROCESS))
    if jobs <= 1:
        for task in tasks:
            yield _work(intake, task)
        return
    # Processes, for reading is mostly Python; spawned, for forking a threaded program may hang.
    context = multiprocessing.get_context("spawn")
    waiting: deque[Future[list[list[Taken | Rejected]]]] = deque()
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        try:
            for task in tasks:
                with _interrupts_held():
                    waiting.append(pool.submit(_work, intake, task))
                if len(waiting) > 3 * jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Processes started meanwhile inherit a mask and never see Ctrl-C, which reaches all of them.

    Only the first process is to act on it; a reader that dies of it while it starts would leave
    the pool waiting for ever.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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


def _work(intake: Intake, files: Sequence[Path]) -> list[list[Taken | Rejected]]:
    return [intake(file) for file in files]
