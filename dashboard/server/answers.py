"""The headers that every answer carries, and the line of the log that is written of it."""

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
# Bokeh writes them for pages that embed it; ours is embedded nowhere. The other names a version.
_NEVER = re.compile("access-control-.*|server", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]+")


def nonce() -> str:
    """What the inline scripts of the page that is being written must name; "" outside of one."""
    return _NONCE.get()


def policy(mark: str, host: str) -> str:
    """The content security policy of an answer.

    Scripts run if they are files of this server or name the mark, made anew for each answer: none
    that came in with a name or a file. BokehJS makes functions of the page's own text
    (``unsafe-eval``), Panel loads parts from blobs, and both write styles in place.

    Parameters
    ----------
    mark
        The nonce.
    host
        The request's own host, for its websocket.
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
    """A cookie as this page sets it: for its own path alone, and by TLS alone where there is TLS.

    Panel's OAuth sets cookies of a page below a prefix there, and takes them away at the root.

    Parameters
    ----------
    cookie
        The value of ``Set-Cookie``.
    path
        Below which the page lies, with a slash at the end.
    secure
        Whether the browser came by TLS.
    """
    name, *attributes = cookie.split(";")
    told = {one.partition("=")[0].strip().lower(): one.strip() for one in attributes}
    if told.setdefault("path", "Path=/") == "Path=/":
        told["path"] = f"Path={path}"
    told.setdefault("samesite", "SameSite=Lax")
    if secure:
        told["secure"] = "Secure"
    return "; ".join((name, *told.values()))


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer, as it is written down.

    Attributes
    ----------
    method, path
        Of the request; the path without its query.
    address
        Of whom it came from.
    status
        HTTP's number.
    seconds
        From the request's headers to the answer's end; of a websocket, to its beginning.
    """

    method: str
    path: str
    address: str
    status: int
    seconds: float


class Dressed(HTTPServerConnectionDelegate):
    """Lets no answer leave without its headers, nor unseen.

    Parameters
    ----------
    application
        What answers.
    seen
        Told of each answer once its headers are written.
    path
        Below which the page lies.
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
        """Put our own connection between the application and the client's."""
        dressing = _Dressing(request_conn, self._seen, self._path)
        return _Begun(self._application.start_request(server_conn, dressing), dressing)

    def on_close(self, server_conn: object) -> None:
        """Tell the application that a connection is gone."""
        self._application.on_close(server_conn)


class _Dressing(HTTPConnection):
    """A client's connection, with our headers on what is written to it."""

    def __init__(self, connection: Any, seen: Callable[[Answered], None], cookie_path: str) -> None:
        self._connection = connection
        self._seen, self._cookie_path = seen, cookie_path
        self._method, self._path, self._host, self._mark = "", "", "", ""
        self._address, self._secure = "", False
        self._began = time.perf_counter()

    def __getattr__(self, name: str) -> Any:
        # What tornado's handlers ask of a connection beyond its documented three methods.
        return getattr(self._connection, name)

    def begin(self, line: RequestStartLine, headers: HTTPHeaders) -> None:
        """Note what is asked for, and make the mark that its page's scripts will name."""
        self._method, self._path = line.method, line.path.partition("?")[0]
        self._host = headers.get("Host", "")
        # What a proxy says of them is forgotten before an answer that takes its time.
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
        # What has no version in its address is asked for anew: a later release may have another.
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
    """Tells the dressing of an answer what was asked for."""

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
