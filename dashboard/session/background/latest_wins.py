"""Background work in which the latest request wins and older ones are cancelled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from ....core.compute import Cancelled
from .browser_tab import BrowserTab

__all__ = ["Answer", "Background"]


T = TypeVar("T")

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
        No further answer to this request will come: the result is ``complete``, where it says.
    ticket
        Of the request that is answered.
    """

    result: T | None
    error: BaseException | None
    elapsed_ms: float
    last: bool
    ticket: int = 0


class Background(Generic[T]):
    """Runs one request of a tab at a time on the shared threads, always the newest, and shows it.

    A new request makes the running one stale: its ``cancelled`` turns true, its later answers
    are dropped, and the new one starts as soon as it has ended. Requests in between never start,
    so a hand on a slider cannot fill the pool, whatever it does to other visitors' work.

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
        Threads instead of the tab's; not shut down here.
    clock
        Seconds, from any beginning.
    """

    def __init__(
        self,
        tab: BrowserTab,
        show: Callable[[Answer[T]], None],
        *,
        passed_over: Callable[[Answer[T]], bool] | None = None,
        pool: Executor | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._show, self._passed_over = show, passed_over
        self._schedule, self._clock = tab.schedule, clock
        self._pool = tab.pool if pool is None else pool
        self._lock = threading.Lock()
        self._newest, self._running = 0, False
        self._waiting: Work[T] | None = None
        self._inbox: Answer[T] | None = None
        tab.on_close(self.cancel)

    def request(self, work: Work[T]) -> None:
        """Ask for ``work(cancelled)``: ever better results. It replaces any other request."""
        with self._lock:
            self._newest += 1
            self._waiting = work
            if self._running:
                return
            self._running = True
        self._start()

    def cancel(self) -> None:
        """End what runs or waits, and drop answers that were not shown yet."""
        with self._lock:
            self._newest += 1
            self._waiting = None

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

        if stale():  # while it waited for a thread
            return
        results = work(stale)
        began = self._clock()  # loading is not computing
        for result in results:
            last = getattr(result, "complete", True)
            self._answer(Answer(result, None, self._since(began), last, ticket))
            if stale():
                return

    def _finished(self, future: Future[None], ticket: int, began: float) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None and not isinstance(error, Cancelled):
            self._answer(Answer(None, error, self._since(began), True, ticket))
        self._start()

    def _since(self, began: float) -> float:
        return 1000.0 * (self._clock() - began)

    def _answer(self, answer: Answer[T]) -> None:
        """Hand an answer over to the page's thread; another that waits there makes way."""
        if answer.ticket != self._newest:
            return
        if self._passed_over is not None and self._passed_over(answer):
            return
        with self._lock:
            is_scheduled = self._inbox is not None
            self._inbox = answer
        if not is_scheduled:
            self._schedule(self._collect)

    def _collect(self) -> None:
        with self._lock:
            answer, self._inbox = self._inbox, None
        if answer is not None and answer.ticket == self._newest:
            self._show(answer)
