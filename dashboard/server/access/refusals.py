"""Refusal of requests before routing, with a readable message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from http.client import responses

from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)

from .plain_page import plain_page

__all__ = ["Reason", "Refusal", "Refusing"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Response to a refused request.

    Attributes
    ----------
    status
        HTTP status code.
    words
        One or two sentences: the reason, and what to do.
    kind
        Content type of ``words``; plain text is shown to browsers as a page.
    """

    status: int
    words: str
    kind: str = ""


Reason = Callable[[RequestStartLine, HTTPHeaders, HTTPConnection], Refusal | None]
"""Why a request is answered in words alone; None where the application answers it."""


class Refusing(HTTPServerConnectionDelegate):
    """Passes to an application only the requests that are not refused.

    Parameters
    ----------
    application
        Answers the requests that are accepted.
    reason
        Called with each request's headers; returns the refusal, or None.
    """

    def __init__(self, application: HTTPServerConnectionDelegate, reason: Reason) -> None:
        self._application = application
        self._reason = reason

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """Check a request's headers before the application sees it."""
        answer = self._application.start_request(server_conn, request_conn)
        return _Looked(self._reason, request_conn, answer)

    def on_close(self, server_conn: object) -> None:
        """Notify the application that a connection was closed."""
        self._application.on_close(server_conn)


class _Looked(HTTPMessageDelegate):
    """One request: passed on as it arrives, or refused once complete."""

    def __init__(
        self, reason: Reason, connection: HTTPConnection, answer: HTTPMessageDelegate
    ) -> None:
        self._reason = reason
        self._connection = connection
        self._answer = answer
        self._refused: Refusal | None = None
        self._wants_page = False

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ):
        assert isinstance(start_line, RequestStartLine)
        self._refused = self._reason(start_line, headers, self._connection)
        self._wants_page = "text/html" in headers.get("Accept", "")
        return None if self._refused else self._answer.headers_received(start_line, headers)

    def data_received(self, chunk: bytes):
        return None if self._refused else self._answer.data_received(chunk)

    def finish(self) -> None:
        if self._refused is None:
            self._answer.finish()
            return
        kind, body = _written(self._refused, page=self._wants_page)
        status = self._refused.status
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
        }
        line = ResponseStartLine("HTTP/1.1", status, responses.get(status, ""))
        self._connection.write_headers(line, HTTPHeaders(headers), body)
        self._connection.finish()

    def on_connection_close(self) -> None:
        if self._refused is None:
            self._answer.on_connection_close()


def _written(refused: Refusal, *, page: bool) -> tuple[str, bytes]:
    if refused.kind:
        return refused.kind, refused.words.encode()
    if page:
        words = f"<p>{escape(refused.words)}</p>"
        return "text/html; charset=utf-8", plain_page("Not this way", words).encode()
    return "text/plain; charset=utf-8", f"{refused.words}\n".encode()
