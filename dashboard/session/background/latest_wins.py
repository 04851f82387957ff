"""Work behind a page: the latest request wins, a stale one is cancelled, coarse comes first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ....core.compute.cancel import Cancelled
from .browser_tab import BrowserTab

__all__ = [
    "Answer",
    "Background",
    "Live",
]


class Result(Protocol):
    """What a request yields."""

    @property
    def complete(self) -> bool:
        """No better result will follow."""
        ...


T = TypeVar("T", bound=Result)

Work = Callable[[Callable[[], bool]], Iterator[T]]


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """One answer to a request: a result, or the error that ended it.

    Attributes
    ----------
    result
        The newest result; None if there was an error.
    error
        What was raised; None if all is well.
    elapsed_ms
        Time since the work had loaded what it needs, that is since it had returned its iterator.
    last
        No further answer to this request will come.
    ticket
        Of the request that is answered.
    """

    result: T | None
    error: BaseException | None
    elapsed_ms: float
    last: bool
    ticket: int = 0


class Live(Generic[T]):
    """Runs one request at a time on a shared pool, always the newest.

    A new request makes the running one stale: its ``cancelled`` turns true, its later answers
    are dropped, and the new one starts as soon as it has ended. Requests in between never start,
    so a hand on a slider cannot fill the pool, whatever it does to other visitors' work.

    Parameters
    ----------
    pool
        Shared, bounded; not shut down here.
    deliver
        Called on a worker thread with each answer to the newest request. A newer one may be
        made meanwhile; before it is shown, `wants` says whether it still is the newest's.
    clock
        Seconds, from any beginning.
    """

    def __init__(
        self,
        pool: Executor,
        deliver: Callable[[Answer[T]], None],
        *,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._pool = pool
        self._deliver = deliver
        self._clock = clock
        self._lock = threading.Lock()
        self._newest = 0
        self._running = False
        self._waiting: Work[T] | None = None

    def request(self, work: Work[T]) -> None:
        """Ask for ``work(cancelled)``: an iterator of ever better results."""
        with self._lock:
            self._newest += 1
            self._waiting = work
            if self._running:
                return
            self._running = True
        self._start()

    def cancel(self) -> None:
        """Make whatever runs or waits stale."""
        with self._lock:
            self._newest += 1
            self._waiting = None

    def wants(self, answer: Answer[T]) -> bool:
        """Whether an answer is still to the newest request, and that was not cancelled."""
        return answer.ticket == self._newest

    def _start(self) -> None:
        with self._lock:
            work, self._waiting = self._waiting, None
            ticket = self._newest
            if work is None:
                self._running = False
                return
        began = self._clock()
        future = self._pool.submit(self._run, work, ticket)
        future.add_done_callback(lambda done: self._finished(done, ticket, began))

    def _run(self, work: Work[T], ticket: int) -> None:
        def stale() -> bool:
            return ticket != self._newest

        results = work(stale)
        began = self._clock()  # loading is not computing
        for result in results:
            self._answer(Answer(result, None, self._since(began), result.complete, ticket))
            if stale():
                return

    def _finished(self, future: Future[None], ticket: int, began: float) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None and not isinstance(error, Cancelled):
            self._answer(Answer(None, error, self._since(began), True, ticket))
        self._start()

    def _answer(self, answer: Answer[T]) -> None:
        if self.wants(answer):
            self._deliver(answer)

    def _since(self, began: float) -> float:
        return 1000.0 * (self._clock() - began)


class Background(Generic[T]):
    """Runs a tab's newest request on the shared threads and shows what comes of it.

    Parameters
    ----------
    tab
        Whose page is shown to; work ends when it closes.
    show
        Called in the page with each answer to the newest request. Of answers that come faster
        than the page takes them, the newest is shown.
    passed_over
        Asked of each answer, on the thread it comes from: whether it is not worth showing.
    pool
        Threads instead of the tab's.
    """

    def __init__(
        self,
        tab: BrowserTab,
        show: Callable[[Answer[T]], None],
        *,
        passed_over: Callable[[Answer[T]], bool] | None = None,
        pool: Executor | None = None,
    ) -> None:
        self._show, self._passed_over = show, passed_over
        self._schedule = tab.schedule
        self._lock = threading.Lock()
        self._inbox: Answer[T] | None = None
        self._live: Live[T] = Live(tab.pool if pool is None else pool, self._deliver)
        tab.on_close(self.cancel)

    def request(self, work: Work[T]) -> None:
        """Ask for ``work(cancelled)``, in place of whatever was asked for before."""
        self._live.request(work)

    def cancel(self) -> None:
        """End what runs, and drop answers that were not shown yet."""
        self._live.cancel()

    def _deliver(self, answer: Answer[T]) -> None:
        if self._passed_over is not None and self._passed_over(answer):
            return
        with self._lock:
            asked = self._inbox is not None
            self._inbox = answer
        if not asked:
            self._schedule(self._collect)

    def _collect(self) -> None:
        with self._lock:
            answer, self._inbox = self._inbox, None
        if answer is not None and self._live.wants(answer):
            self._show(answer)
