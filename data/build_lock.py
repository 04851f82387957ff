"""One build at a time in a collection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows: two builds at once are the user's care
    fcntl = None

__all__ = ["only_builder"]


@contextmanager
def only_builder(runs: Path) -> Iterator[bool]:
    """Hold the lock of a runs folder; yields whether it was free."""
    runs.mkdir(parents=True, exist_ok=True)
    with (runs / ".lock").open("w") as lock:
        yield _take(lock)


def _take(lock: IO[str]) -> bool:
    """Whether the lock was free; the system lets go of it even if the process is killed."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
