"""While many pages are opened, what open pages ask for is answered in between."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from spexplain.dashboard.server.limits.pages_in_turn import PagesInTurn
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, RequestStartLine
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler


class Noted:
    """Notes whose requests it answers."""

    def __init__(self, seen: list[str]) -> None:
        self.seen = seen

    def start_request(self, _: object, connection: Any) -> HTTPMessageDelegate:
        return Answer(self.seen, connection)

    def on_close(self, connection: Any) -> None:
        self.seen.append(f"closed {connection}")


class Answer(HTTPMessageDelegate):
    def __init__(self, seen: list[str], name: str) -> None:
        self._seen, self._name = seen, name

    def finish(self) -> None:
        self._seen.append(self._name)

    def on_connection_close(self) -> None:
        self._seen.append(f"lost {self._name}")


def asked(door: PagesInTurn, name: str, path: str) -> HTTPMessageDelegate:
    request: Any = door.start_request(None, name)  # type: ignore[arg-type]
    request.headers_received(RequestStartLine("GET", path, "HTTP/1.1"), HTTPHeaders())
    request.data_received(b"")
    request.finish()
    return request


async def ended(seen: list[str], n: int) -> None:
    while len(seen) < n:
        await asyncio.sleep(0.001)


def test_pages_wait_for_one_another_and_nothing_else_for_them():
    seen: list[str] = []

    async def all_at_once() -> None:
        door = PagesInTurn(Noted(seen), "/spectra")  # type: ignore[arg-type]
        for name, path in (("a", "/spectra/"), ("b", "/spectra/?id=x"), ("c", "/spectra/ws")):
            asked(door, name, path)
        asked(door, "health", "/spectra/healthz")
        asyncio.get_running_loop().call_soon(seen.append, "an answer")
        await ended(seen, 5)

    asyncio.run(all_at_once())
    assert seen == ["a", "health", "an answer", "b", "c"]


def test_who_leaves_before_their_turn_is_passed_over():
    seen: list[str] = []

    async def one_leaves() -> None:
        door = PagesInTurn(Noted(seen), "")  # type: ignore[arg-type]
        asked(door, "a", "/")
        asked(door, "b", "/").on_connection_close()
        asked(door, "c", "/ws")
        door.on_close("b")
        await ended(seen, 4)
        await asyncio.sleep(0.05)
        asked(door, "d", "/")  # at once where nobody waits
        assert seen[-1] == "d"

    asyncio.run(one_leaves())
    assert seen == ["a", "lost b", "closed b", "c", "d"]


def test_of_a_crowd_that_comes_at_once_each_page_is_made_at_a_turn_of_its_own():
    """Over real sockets: without it, all twelve are made at one turn of the loop."""
    turns, made = [0], []

    class Page(RequestHandler):
        def get(self) -> None:
            made.append(turns[0])

    async def crowd() -> None:
        listening, port = bind_unused_port()
        server = HTTPServer(PagesInTurn(Application([("/", Page)]), ""))
        server.add_socket(listening)
        lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(12)]
        for line in lines:
            line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        while len(made) < len(lines):
            turns[0] += 1
            await asyncio.sleep(0)
        server.stop()
        for line in lines:
            line.close()

    asyncio.run(crowd())
    assert len({*made}) == 12
