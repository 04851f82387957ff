"""What lives as long as the server is left out of the search for garbage, which halts every page.

Python looks through all objects for garbage now and then, and Panel asks for it whenever a page has
been left. With the libraries and models of a server that is half a second in which nobody is
answered, nearly all of it spent on objects that never go.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

from bokeh.application.application import SessionContext
from bokeh.application.handlers.handler import Handler
from bokeh.document import Document

__all__ = ["OldObjects"]

# By then a page that was left has been taken apart.
_REST_S = 15.0


class OldObjects(Handler):
    """Part of a Bokeh application: puts old objects aside, and looks through them while it rests.

    Parameters
    ----------
    n_sessions
        Gives the number of open sessions.
    """

    def __init__(self, n_sessions: Callable[[], int]) -> None:
        super().__init__()
        self._n_sessions = n_sessions
        self._aside = False

    def put_aside(self) -> None:
        """Leave all that there is now out of later searches."""
        gc.collect()
        gc.freeze()
        self._aside = True

    async def on_session_destroyed(self, session_context: SessionContext) -> None:
        """Look through what was put aside too once the last page has been left."""
        if self._aside and not self._n_sessions():
            asyncio.get_running_loop().call_later(_REST_S, self.rest)

    def rest(self) -> None:
        """Where no page is open, free what was put aside with pages that were."""
        if not self._n_sessions():
            gc.unfreeze()
            self.put_aside()

    def modify_document(self, doc: Document) -> None:
        """Leave it as it is."""
