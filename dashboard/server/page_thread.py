"""The thread of a page: what others want done to it waits for its turn there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import panel as pn
from bokeh.document import Document
from tornado.ioloop import IOLoop

from ..session.background.browser_tab import Schedule
from ..views.widgets.components import one_patch
from .waiting_messages import send_what_waits

__all__ = ["schedule_of"]

# After its last change a page is asked for messages left unsent.
_UNSENT_S = 0.1


def schedule_of(doc: Document | None) -> Schedule:
    """How a worker thread has something done to this page: on its own thread, at its next turn.

    Parameters
    ----------
    doc
        The page's document; without one all is done at once.
    """
    # Where no loop runs, asking for one leaves one behind: not without a document.
    loop = None if doc is None else IOLoop.current(instance=False)
    if doc is None or loop is None:
        return lambda callback: callback()

    waiting: list[Callable[[], None]] = []

    def together() -> None:
        # While one waits for the thread, more may have come: they travel as one message.
        now = waiting.copy()
        waiting.clear()
        with one_patch(), ExitStack() as rest:
            for callback in reversed(now):  # each is called, whatever becomes of those before it
                rest.callback(callback)
        loop.call_later(_UNSENT_S, send_what_waits, doc)

    def take_turn(callback: Callable[[], None]) -> None:
        waiting.append(callback)
        # What changes after a page has been sent, and before it has said that it is there, may
        # not reach it.
        if page_is_there and len(waiting) == 1:
            doc.add_next_tick_callback(together)

    page_is_there = False

    def begin() -> None:
        nonlocal page_is_there
        page_is_there = True
        if waiting:
            doc.add_next_tick_callback(together)

    def end(_: object) -> None:
        # Workers hear later that the page has gone, and its document takes nothing more.
        nonlocal page_is_there
        page_is_there = False

    doc.on_session_destroyed(end)
    pn.state.onload(begin)
    # Not straight from the worker: a document that holds its changes would lose the request.
    return lambda callback: loop.add_callback(take_turn, callback)
