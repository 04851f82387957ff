"""Interface of a browser tab for background work: threads, page, end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

from .worker_share import Share

__all__ = ["BrowserTab", "Schedule"]

Schedule = Callable[[Callable[[], None]], object]


class BrowserTab:
    """One browser tab, as work that goes on behind its page sees it.

    Parameters
    ----------
    pool
        Worker threads, shared and bounded.
    schedule
        Runs a callback where the page may be changed (the document's thread).

    Attributes
    ----------
    later
        Threads for what refines an answer that has been shown: answers go before it.
    """

    def __init__(self, pool: Executor, schedule: Schedule) -> None:
        self.pool, self.schedule = pool, schedule
        self.later = pool.later if isinstance(pool, Share) else pool
        self._closing: list[Callable[[], None]] = []

    def on_close(self, let_go: Callable[[], None]) -> None:
        """Have something done when the tab is closed."""
        self._closing.append(let_go)

    def close(self) -> None:
        """The tab is closed: end any work for it."""
        for let_go in self._closing:
            let_go()
