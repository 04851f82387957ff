"""Work of a tab that is too slow for the page's own thread: latest wins, answers in the page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Generic

from .browser_tab import BrowserTab
from .live import Answer, Live, T

__all__ = ["Background"]

Work = Callable[[Callable[[], bool]], Iterator[T]]


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
    """

    def __init__(
        self,
        tab: BrowserTab,
        show: Callable[[Answer[T]], None],
        *,
        passed_over: Callable[[Answer[T]], bool] | None = None,
    ) -> None:
        self._show, self._passed_over = show, passed_over
        self._schedule = tab.schedule
        self._lock = threading.Lock()
        self._inbox: Answer[T] | None = None
        self._live: Live[T] = Live(tab.pool, self._deliver)
        tab.on_close(self.cancel)

    def request(self, work: Work[T]) -> None:
        """Ask for ``work(cancelled)``, in place of whatever was asked for before."""
        self._live.request(work)

    def cancel(self) -> None:
        """Let go of what runs, and of what has come but was not shown."""
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
