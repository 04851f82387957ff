"""The order of a page's opening: its scripts are fetched before its session is created."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import asdict
from typing import Any
from weakref import WeakSet

from bokeh.application.application import SessionContext
from bokeh.application.handlers.handler import Handler
from bokeh.document import Document
from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from ..session.choices.person import Person
from .access.doors import Door

__all__ = ["ScriptsFirst"]

# Browsers with cached scripts request none; this is shorter than reading them takes.
_HEAD_START_S = 0.5
_LAST_SCRIPT = "/panel.min.js"


class ScriptsFirst(Handler):
    """Delays the creation of a session until the browser has fetched the page's scripts.

    Also adds the person to the session's token, which the server signs.

    Attributes
    ----------
    making
        Sessions whose page has not been created yet.
    """

    def __init__(self, door: Door) -> None:
        super().__init__()
        self._door = door
        self._first = True
        self._waiting: set[asyncio.Event] = set()
        self.making: WeakSet[SessionContext] = WeakSet()  # weak: a failed one is dropped

    async def on_session_created(self, session_context: SessionContext) -> None:
        """Wait for the page's scripts to be fetched, but not for long; the first at once."""
        self.making.add(session_context)
        if self._first:  # its HTML is rendered from the session, before any script is requested
            self._first = False
            return
        ready = asyncio.Event()
        self._waiting.add(ready)
        with suppress(TimeoutError):
            await asyncio.wait_for(ready.wait(), _HEAD_START_S)
        self._waiting.discard(ready)

    def sent(self, request: RequestHandler) -> None:
        """Called for every answered request."""
        if request.request.path.endswith(_LAST_SCRIPT):
            for event in self._waiting:
                event.set()

    def process_request(self, request: HTTPServerRequest) -> dict[str, Any]:
        """The person of the new session, for its token."""
        person = self._door.who(request)
        return {"person": asdict(person or Person(role="look"))}

    def modify_document(self, doc: Document) -> None:
        """Mark the page of the session as created."""
        if doc.session_context is not None:
            self.making.discard(doc.session_context)
