"""No message is left lying that came while the one before it went."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from bokeh.document import Document
from panel.io import document
from spexplain.dashboard.server.waiting_messages import send_all_that_waits


class Socket:
    """Takes a message whenever the test lets it."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.going: list[asyncio.Future[None]] = []

    def write(self, _: Any, *, msg: Any) -> list[asyncio.Future[None]]:
        self.taken.append(msg)
        self.going.append(asyncio.get_running_loop().create_future())
        return [self.going[-1]]


class Connection:
    """Of one page; its messages are what they hold."""

    def __init__(self) -> None:
        self._socket, self.protocol = Socket(), self

    def create(self, _: str, events: list[Any]) -> Any:
        return events[0]


async def _until(done: Any) -> None:
    for _ in range(20):
        if done():
            return
        await asyncio.sleep(0)


async def _two_messages() -> list[Any]:
    doc, page = Document(), Connection()
    document.schedule_write_events(doc, [page], ["the spectrum"])  # type: ignore[list-item]
    await _until(lambda: page._socket.going)
    # The first has gone, and its task is about to hear so, when the next comes.
    page._socket.going[0].set_result(None)
    document.schedule_write_events(doc, [page], ["its reasons"])  # type: ignore[list-item]
    await _until(lambda: len(page._socket.taken) == 2)
    return page._socket.taken


def test_a_message_that_comes_as_another_has_gone_is_sent(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(
        document.extra_socket_handlers, Socket, lambda c, msg: c._socket.write(c, msg=msg)
    )
    send_all_that_waits()
    send_all_that_waits()  # by each page
    assert asyncio.run(_two_messages()) == ["the spectrum", "its reasons"]


def test_without_this_it_lies_until_something_else_changes(monkeypatch: pytest.MonkeyPatch):
    """Once this fails, Panel has mended it, and the module may go."""
    from spexplain.dashboard.server import waiting_messages

    monkeypatch.setitem(
        document.extra_socket_handlers, Socket, lambda c, msg: c._socket.write(c, msg=msg)
    )
    monkeypatch.setattr(document, "_dispatch_msgs", waiting_messages._write)
    assert asyncio.run(_two_messages()) == ["the spectrum"]
