"""Threads that may each be the first to need a part of SciPy."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

__all__ = ["thread_pool"]


def thread_pool(
    n_threads: int, name: str, initializer: Callable[[], object] | None = None
) -> ThreadPoolExecutor:
    """A pool of threads for work that loads its libraries when it needs them.

    Parameters
    ----------
    n_threads
        At least one.
    name
        What the threads' names begin with.
    initializer
        What each thread calls first.
    """
    # The parts of SciPy import one another. Where two threads load two of them before the package
    # itself is there, Python hands out one half made rather than wait for ever, and both fail.
    import scipy  # noqa: F401

    return ThreadPoolExecutor(n_threads, name, initializer)
