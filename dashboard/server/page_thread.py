"""Scheduling of callbacks from other threads on the thread of a page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import panel as pn
from bokeh.document import Document
from tornado.ioloop import IOLoop

from ..session import Schedule
from ..views.widgets.components import one_patch
from .limits.waiting_messages import send_what_waits

__all__ = ["schedule_of"]

# Delay after the last change of a page before unsent messages are flushed.
_UNSENT_S = 0.1


def schedule_of(doc: Document | None) -> Schedule:
    """Function by which worker threads run callbacks on the page's own thread.

    Parameters
    ----------
    doc
        Document of the page; without one, callbacks run at once.
    """
    # Getting an event loop where none runs creates one; so only with a document.
    loop = None if doc is None else IOLoop.current(instance=False)
    if doc is None or loop is None:
        return lambda callback: callback()

    waiting: list[Callable[[], None]] = []

    def together() -> None:
        # Callbacks queued in the meantime are sent as one message.
        now = waiting.copy()
        waiting.clear()
        with one_patch(), ExitStack() as rest:
            for callback in reversed(now):  # each is called, even if an earlier one raises
                rest.callback(callback)
        loop.call_later(_UNSENT_S, send_what_waits, doc)

    def take_turn(callback: Callable[[], None]) -> None:
        waiting.append(callback)
        # Changes made after a page is sent, and before it is ready, may not reach it.
        if page_is_there and len(waiting) == 1:
            doc.add_next_tick_callback(together)

    page_is_there = False

    def begin() -> None:
        nonlocal page_is_there
        page_is_there = True
        if waiting:
            doc.add_next_tick_callback(together)

    def end(_: object) -> None:
        # Workers may not know yet that the page is closed; its document accepts no changes then.
        nonlocal page_is_there
        page_is_there = False

    doc.on_session_destroyed(end)
    pn.state.onload(begin)
    # Not directly from the worker: a document on hold would lose the request.
    return lambda callback: loop.add_callback(take_turn, callback)
