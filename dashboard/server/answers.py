"""Headers of every response, and its line in the log."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)

__all__ = ["Answered", "Dressed", "held", "nonce", "policy"]

_NONCE: ContextVar[str] = ContextVar("nonce", default="")
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# Bokeh sets them for embedding in other pages, which this page does not allow; one names a version.
_NEVER = re.compile("access-control-.*|server", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]+")


def nonce() -> str:
    """Nonce of the inline scripts in the current response; "" outside a response."""
    return _NONCE.get()


def policy(mark: str, host: str) -> str:
    """Content security policy of a response.

    Only scripts from this server or with the nonce of this response run, so none injected by a name
    or a file. BokehJS compiles functions from text of the page (``unsafe-eval``), Panel loads parts
    from blobs, and both write inline styles.

    Parameters
    ----------
    mark
        The nonce.
    host
        Host of the request, for its websocket.
    """
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{mark}' 'unsafe-eval' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self'{sockets}",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
            "base-uri 'none'",
        )
    )


def held(cookie: str, path: str, *, secure: bool) -> str:
    """A ``Set-Cookie`` value limited to the path of the page, and to TLS where it is used.

    Panel's OAuth sets cookies below the prefix, but clears them at the root.

    Parameters
    ----------
    cookie
        Value of ``Set-Cookie``.
    path
        Path of the page, with a trailing slash.
    secure
        Whether the browser uses TLS.
    """
    name, *attributes = cookie.split(";")
    metadata = {one.partition("=")[0].strip().lower(): one.strip() for one in attributes}
    if metadata.setdefault("path", "Path=/") == "Path=/":
        metadata["path"] = f"Path={path}"
    metadata.setdefault("samesite", "SameSite=Lax")
    if secure:
        metadata["secure"] = "Secure"
    return "; ".join((name, *metadata.values()))


@dataclass(frozen=True, slots=True)
class Answered:
    """Record of one response.

    Attributes
    ----------
    method, path
        Method and path of the request, without the query.
    address
        Address of the client.
    status
        HTTP status code.
    seconds
        Time from the request's headers to the end of the response, for a websocket to its start.
    """

    method: str
    path: str
    address: str
    status: int
    seconds: float


class Dressed(HTTPServerConnectionDelegate):
    """Adds the headers to every response, and reports it.

    Parameters
    ----------
    application
        The wrapped application.
    seen
        Called with each response once its headers are written.
    path
        Path of the page.
    """

    def __init__(
        self,
        application: HTTPServerConnectionDelegate,
        seen: Callable[[Answered], None],
        path: str = "",
    ) -> None:
        self._application = application
        self._seen, self._path = seen, f"{path}/"

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """Wrap the client's connection before the application receives it."""
        dressing = _Dressing(request_conn, self._seen, self._path)
        return _Begun(self._application.start_request(server_conn, dressing), dressing)

    def on_close(self, server_conn: object) -> None:
        """Notify the application that a connection was closed."""
        self._application.on_close(server_conn)


class _Dressing(HTTPConnection):
    """A client's connection that adds headers to the responses."""

    def __init__(self, connection: Any, seen: Callable[[Answered], None], cookie_path: str) -> None:
        self._connection = connection
        self._seen, self._cookie_path = seen, cookie_path
        self._method, self._path, self._host, self._mark = "", "", "", ""
        self._address, self._secure = "", False
        self._began = time.perf_counter()

    def __getattr__(self, name: str) -> Any:
        # Attributes that tornado's handlers use beyond the three documented methods.
        return getattr(self._connection, name)

    def begin(self, line: RequestStartLine, headers: HTTPHeaders) -> None:
        """Record the request, and draw the nonce for the scripts of its page."""
        self._method, self._path = line.method, line.path.partition("?")[0]
        self._host = headers.get("Host", "")
        # tornado resets what the proxy reported before a slow response is written.
        context = self._connection.context
        self._address = getattr(context, "remote_ip", "")
        self._secure = getattr(context, "protocol", "") == "https"
        self._mark = secrets.token_urlsafe(16)
        _NONCE.set(self._mark)

    def write_headers(
        self,
        start_line: RequestStartLine | ResponseStartLine,
        headers: HTTPHeaders,
        chunk: bytes | None = None,
    ) -> Any:
        for name in [name for name in headers if _NEVER.fullmatch(name)]:
            del headers[name]
        for name, value in _ALWAYS.items():
            headers[name] = value
        cookies = headers.get_list("Set-Cookie")
        headers.pop("Set-Cookie", None)
        for cookie in cookies:
            headers.add("Set-Cookie", held(cookie, self._cookie_path, secure=self._secure))
        # Without a version in the address it is not cached: a later release may differ.
        headers.setdefault("Cache-Control", "no-cache")
        headers["Content-Security-Policy"] = policy(self._mark, self._host)
        if isinstance(start_line, ResponseStartLine):
            took = time.perf_counter() - self._began
            self._seen(Answered(self._method, self._path, self._address, start_line.code, took))
        return self._connection.write_headers(start_line, headers, chunk)

    def write(self, chunk: bytes) -> Any:
        return self._connection.write(chunk)

    def finish(self) -> None:
        self._connection.finish()


class _Begun(HTTPMessageDelegate):
    """Passes the request line to the connection that adds the headers."""

    def __init__(self, answer: HTTPMessageDelegate, dressing: _Dressing) -> None:
        self._answer = answer
        self._dressing = dressing

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ):
        assert isinstance(start_line, RequestStartLine)
        self._dressing.begin(start_line, headers)
        return self._answer.headers_received(start_line, headers)

    def data_received(self, chunk: bytes):
        return self._answer.data_received(chunk)

    def finish(self) -> None:
        self._answer.finish()

    def on_connection_close(self) -> None:
        self._answer.on_connection_close()
