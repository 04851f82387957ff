"""Long-lived objects are excluded from garbage collection, which halts every page.

Python collects garbage from time to time, and Panel requests it whenever a page is closed. With the
libraries and models of a server, a full collection takes half a second in which nobody is answered,
nearly all of it for objects that live as long as the process.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

from bokeh.application.application import SessionContext
from bokeh.application.handlers.handler import Handler
from bokeh.document import Document

__all__ = ["OldObjects"]

# By then a closed page has been destroyed.
_REST_S = 15.0


class OldObjects(Handler):
    """Bokeh application handler: freezes old objects, and collects them when no page is open.

    Parameters
    ----------
    n_sessions
        Returns the number of open sessions.
    """

    def __init__(self, n_sessions: Callable[[], int]) -> None:
        super().__init__()
        self._n_sessions = n_sessions
        self._aside = False

    def put_aside(self) -> None:
        """Exclude all current objects from later collections (``gc.freeze``)."""
        gc.collect()
        gc.freeze()
        self._aside = True

    async def on_session_destroyed(self, session_context: SessionContext) -> None:
        """Schedule a full collection once the last page is closed."""
        if self._aside and not self._n_sessions():
            asyncio.get_running_loop().call_later(_REST_S, self.rest)

    def rest(self) -> None:
        """If no page is open, free frozen objects of closed pages."""
        if not self._n_sessions():
            gc.unfreeze()
            self.put_aside()

    def modify_document(self, doc: Document) -> None:
        """Leave it as it is."""
