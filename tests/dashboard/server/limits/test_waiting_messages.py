"""No message is left lying that came while the one before it went."""

from __future__ import annotations

import asyncio
from typing import Any

import panel as pn
import pytest
from bokeh.document import Document
from packaging.version import Version
from panel.io import document
from spexplain.dashboard.server.limits.waiting_messages import send_what_waits


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


async def _two_messages() -> tuple[Document, list[Any]]:
    doc, page = Document(), Connection()
    document.schedule_write_events(doc, [page], ["the spectrum"])  # type: ignore[list-item]
    await _until(lambda: page._socket.going)
    # The first has gone, and its task is about to hear so, when the next comes.
    page._socket.going[0].set_result(None)
    document.schedule_write_events(doc, [page], ["its reasons"])  # type: ignore[list-item]
    await _until(lambda: len(page._socket.taken) == 2)
    return doc, page._socket.taken


@pytest.fixture(autouse=True)
def socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        document.extra_socket_handlers, Socket, lambda c, msg: c._socket.write(c, msg=msg)
    )


def test_panel_leaves_a_message_that_comes_as_another_has_gone():
    """Once this fails Panel has mended it, and the module may go; 1.8.0 had not yet the fault."""
    left = [] if Version(pn.__version__) > Version("1.8.0") else ["its reasons"]
    assert asyncio.run(_two_messages())[1] == ["the spectrum", *left]


def test_what_is_left_is_sent():
    async def sent() -> list[Any]:
        doc, taken = await _two_messages()
        send_what_waits(doc)
        await _until(lambda: len(taken) == 2)
        send_what_waits(doc)  # there is no more
        await asyncio.sleep(0.01)
        return taken

    assert asyncio.run(sent()) == ["the spectrum", "its reasons"]
