"""Locks: one build per collection, one writer per place.

The system releases these locks if the process is killed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

__all__ = ["WriterLock", "only_builder"]


@contextmanager
def only_builder(runs: Path) -> Iterator[bool]:
    """Hold the lock of a runs folder; yields whether it was free."""
    runs.mkdir(parents=True, exist_ok=True)
    lock = FileLock(runs / ".lock")
    free = _take(lock)
    try:
        yield free
    finally:
        lock.release()


class WriterLock:
    """Held by the process that writes a collection.

    Parameters
    ----------
    path
        The lock's file; it is there only while it is held.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # Writing may end on another thread than it began on.
        self._lock = FileLock(path, thread_local=False)

    def take(self) -> bool:
        """Whether the place was free; it is ours from then on.

        Raises
        ------
        OSError
            The file cannot be made.
        """
        return _take(self._lock)

    def release(self) -> None:
        """Free the place, if it was ours."""
        if self._lock.is_locked:
            # Before the lock goes: who then finds no file by this name begins anew.
            self._path.unlink(missing_ok=True)
            self._lock.release()


def _take(lock: FileLock) -> bool:
    """Whether the lock was free."""
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True
