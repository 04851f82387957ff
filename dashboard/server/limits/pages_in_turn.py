"""Pages are opened one at a time, so that those already open are answered in between."""

from __future__ import annotations

from collections import deque

from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.ioloop import IOLoop

__all__ = ["PagesInTurn"]

# Until the next page is opened; what has come for open pages meanwhile goes first.
_TURN_S = 0.02


class PagesInTurn(HTTPServerConnectionDelegate):
    """Passes requests for a page, or for its socket, to an application one after the other.

    A page takes a third of a second of the thread that all pages share. Requests of many visitors
    at once would be handled in one go, and every open page would wait for all of them.

    Parameters
    ----------
    application
        Answers the requests.
    path
        Path of the page, such as ``/spectra``; "" at the root.
    """

    def __init__(self, application: HTTPServerConnectionDelegate, path: str) -> None:
        self._application = application
        self.paths = frozenset({path or "/", f"{path}/", f"{path}/ws"})
        self._waiting = deque[_InTurn]()
        self._opening = False

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """Wrap the application's handler of a request."""
        return _InTurn(self, self._application.start_request(server_conn, request_conn))

    def on_close(self, server_conn: object) -> None:
        """Notify the application that a connection was closed."""
        self._application.on_close(server_conn)

    def wait(self, page: _InTurn) -> None:
        """Open a page as soon as those that came before it are open."""
        self._waiting.append(page)
        if not self._opening:
            self._opening = True
            self._open_next()

    def _open_next(self) -> None:
        if not self._waiting:
            self._opening = False
            return
        try:
            self._waiting.popleft().open()
        finally:
            IOLoop.current().call_later(_TURN_S, self._open_next)


class _InTurn(HTTPMessageDelegate):
    """One request, which the application answers when it is its turn."""

    def __init__(self, turns: PagesInTurn, answer: HTTPMessageDelegate) -> None:
        self._turns, self._answer = turns, answer
        self._waits = self._gone = False

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ):
        assert isinstance(start_line, RequestStartLine)
        self._waits = start_line.path.partition("?")[0] in self._turns.paths
        return self._answer.headers_received(start_line, headers)

    def data_received(self, chunk: bytes):
        return self._answer.data_received(chunk)

    def finish(self) -> None:
        if self._waits:
            self._turns.wait(self)
        else:
            self._answer.finish()

    def open(self) -> None:
        if not self._gone:
            self._answer.finish()

    def on_connection_close(self) -> None:
        self._gone = True
        self._answer.on_connection_close()
