"""What refines answers waits while the thread of all pages is behind."""

from __future__ import annotations

import time
from collections.abc import Callable

from ...session.background.worker_share import SharedWorkers

__all__ = ["EVERY_S", "Backlog"]

EVERY_S = 0.1
"""How often the backlog is to be looked at, in seconds."""

# So late a click is felt; and so long whoever rests on a spectrum waits to read how far to trust.
_BEHIND_S, _PATIENCE_S = 0.05, 3.0


class Backlog:
    """Clicks, and the first reasons that follow, go before what refines them.

    That is computed, and drawn by the thread that is behind, once it has caught up; now and then
    nevertheless.

    Parameters
    ----------
    workers
        Those that refine.
    clock
        Seconds, from any beginning.
    """

    def __init__(self, workers: SharedWorkers, clock: Callable[[], float] = time.monotonic) -> None:
        self._workers, self._clock = workers, clock
        self._looked = self._free = clock()

    def __call__(self) -> None:
        """Called every ``EVERY_S`` on that thread: how late it is says how far it is behind."""
        now = self._clock()
        behind, self._looked = now - self._looked - EVERY_S, now
        refines = behind < _BEHIND_S or now - self._free > _PATIENCE_S
        if refines:
            self._free = now
        self._workers.refine(refines)
