"""Fair sharing of worker threads between visitors."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any

from ....core.compute import thread_pool

__all__ = ["Share", "SharedWorkers"]


class SharedWorkers:
    """Gives each visitor an executor of their own on the same threads.

    Visitors take turns: of each that waits one piece of work is begun, then of the next. None
    holds all threads, so that another's first piece of work begins at once. What refines an answer
    waits until nobody waits for one, and gets a quarter of the threads, one at least; none while
    :meth:`refine` says so.

    Parameters
    ----------
    n_threads
        At least two.
    name
        What the threads' names begin with.
    taken
        Told how long each piece of work has taken, in seconds from when it was asked for.
    """

    def __init__(
        self, n_threads: int, name: str, taken: Callable[[float], None] = lambda seconds: None
    ) -> None:
        if n_threads < 2:
            raise ValueError(f"visitors share two threads at least, not {n_threads}")
        self._pool = thread_pool(n_threads, name)
        self._free = n_threads
        self._most, self._most_refining = n_threads - 1, max(1, n_threads // 4)
        self._n_refining, self._refines = 0, True
        self._taken = taken
        self._lock = threading.Lock()
        self._turns: tuple[deque[Share], deque[Share]] = (deque(), deque())  # answers, refinements
        self._ended = False

    @property
    def n_waiting(self) -> int:
        """Pieces of work that have not begun."""
        with self._lock:
            return sum(len(share.waiting) for turns in self._turns for share in turns)

    def share(self) -> Share:
        """One visitor's executor."""
        return Share(self)

    def submit(self, call: Callable[[], Any]) -> Future[Any]:
        """Work for all visitors, such as preparing the page; it waits for a thread as theirs do."""
        return self.share().submit(call)

    def refine(self, may: bool) -> None:
        """Whether to begin what refines answers; what has begun goes on."""
        with self._lock:
            self._refines = may
        self._begin()

    def shutdown(self) -> None:
        """Begin nothing more; what waits is cancelled, what runs is not waited for."""
        with self._lock:
            self._ended = True
            left = [f for turns in self._turns for share in turns for f, _ in share.waiting]
            for turns in self._turns:
                turns.clear()
        for future in left:
            future.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, share: Share, future: Future[Any], call: Callable[[], Any]) -> None:
        with self._lock:
            if not self._ended:
                share.waiting.append((future, call))
                turns = self._turns[share.refines]
                if share not in turns:
                    turns.append(share)
        if self._ended:
            future.cancel()
        self._begin()

    def _begin(self) -> None:
        with self._lock:
            for turns in self._turns:
                for share in tuple(turns):
                    enough = not self._refines or self._n_refining == self._most_refining
                    if not self._free or (share.refines and enough):
                        return
                    if share.visitor.n_running < self._most:  # else it keeps its turn
                        turns.remove(share)
                        self._start(share)
                        if share.waiting:
                            turns.append(share)

    def _start(self, share: Share) -> None:
        future, call = share.waiting.popleft()
        self._count(share, 1)
        self._pool.submit(self._run, share, future, call)

    def _count(self, share: Share, more: int) -> None:
        self._free -= more
        share.visitor.n_running += more
        self._n_refining += more * share.refines

    def _run(self, share: Share, future: Future[Any], call: Callable[[], Any]) -> None:
        try:
            if future.set_running_or_notify_cancel():
                _fulfil(future, call)
        finally:
            with self._lock:
                self._count(share, -1)
            self._begin()

    def _timed(self, call: Callable[[], Any], asked: float) -> Any:
        try:
            return call()
        finally:
            self._taken(time.perf_counter() - asked)


class Share(Executor):
    """One visitor's part of the threads.

    Attributes
    ----------
    later
        An executor for what refines an answer that has been shown.
    """

    def __init__(self, workers: SharedWorkers, visitor: Share | None = None) -> None:
        self._workers = workers
        self.waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self.n_running = 0  # of both kinds
        self.refines = visitor is not None
        self.visitor: Share = self if visitor is None else visitor
        self.later: Executor = Share(workers, self) if visitor is None else self

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called when it is this visitor's turn."""
        future: Future[Any] = Future()
        call = partial(fn, *args, **kwargs)
        workers = self._workers
        workers._ask(self, future, partial(workers._timed, call, time.perf_counter()))
        return future


def _fulfil(future: Future[Any], call: Callable[[], Any]) -> None:
    """Run a task as an executor does: exceptions go to the future."""
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001  (it is raised where the result is asked for)
        future.set_exception(error)
    else:
        future.set_result(result)
