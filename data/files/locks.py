"""One build at a time in a collection, and one writer at a time at a place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows: two builds at once are the user's care
    fcntl = None

__all__ = ["WriterLock", "only_builder"]


@contextmanager
def only_builder(runs: Path) -> Iterator[bool]:
    """Hold the lock of a runs folder; yields whether it was free."""
    runs.mkdir(parents=True, exist_ok=True)
    with (runs / ".lock").open("w") as lock:
        yield _take(lock)


class WriterLock:
    """Held by whoever writes at a place; the system lets go of it if the process is killed.

    Parameters
    ----------
    path
        The lock's file; it is there only while it is held.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def take(self) -> bool:
        """Whether the place was free; it is ours from then on.

        Raises
        ------
        OSError
            The file cannot be made.
        """
        while True:
            file = self._path.open("w")
            if not _take(file):
                file.close()
                return False
            if self._is_there(file):
                self._file = file
                return True
            file.close()  # its holder took the file away between our two steps

    def release(self) -> None:
        """Free the place, if it was ours."""
        if self._file is not None:
            self._path.unlink(missing_ok=True)
            self._file.close()
            self._file = None

    def _is_there(self, file: IO[str]) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), self._path.stat())
        except FileNotFoundError:
            return False


def _take(lock: IO[str]) -> bool:
    """Whether the lock was free; the system lets go of it even if the process is killed."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
