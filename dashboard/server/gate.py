"""Allowed addresses, limit of sessions, and the health and metrics endpoints."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bokeh.util.token import check_token_signature, get_session_id, get_token_payload
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPServerRequest,
    RequestStartLine,
)

from ..views.widgets.components import BUNDLE_AT
from .access.doors import Door, OAuthDoor
from .access.refusals import Refusal
from .service import KIND, Service

__all__ = ["Gate"]

# Panel and Bokeh serve further addresses that this page never uses: scripts for embedding in other
# sites (with CORS), and files of any Python module that a visitor names, which imports it; only our
# own script is allowed of these. No control characters: a zero byte in a path raises in the system.
_STATIC = re.compile(
    r"/static/(js|extensions/panel)/(?!.*%[01])[\w./@^+%-]*|/favicon\.ico|/" + re.escape(BUNDLE_AT)
)
_OPEN = frozenset({"/login", "/logout", "/liveness", "/reachable"})
_CLOSED = frozenset({"", "/", "/ws"})
_HERE = ("127.0.0.1", "::1", "localhost")
_FORWARDED = ("X-Forwarded-For", "X-Real-Ip", "Forwarded")


@dataclass(frozen=True)
class Gate:
    """Checks each request that has passed the host check.

    Attributes
    ----------
    prefix
        Path of the page, such as ``/spectra``; "" at the root.
    door
        Identifies the sender.
    service
        Metrics of the server.
    n_sessions
        Returns the number of open sessions.
    most_sessions
        Maximum number of sessions.
    is_open
        Tells whether a session id is open.
    secret
        Signs the tokens of pages.
    """

    prefix: str
    door: Door
    service: Service
    n_sessions: Callable[[], int]
    most_sessions: int
    is_open: Callable[[str], bool]
    secret: str

    def __call__(
        self, line: RequestStartLine, headers: HTTPHeaders, connection: HTTPConnection
    ) -> Refusal | None:
        """Response to a request that does not reach the page; None if the page answers it."""
        path = line.path.partition("?")[0]
        if path == "/" and self.prefix:
            return Refusal(404, f"The page is at {self.prefix}/ here.")
        if not path.startswith(self.prefix):
            return Refusal(404, "There is nothing at this address.")
        path = path.removeprefix(self.prefix)
        request = HTTPServerRequest(start_line=line, headers=headers, connection=connection)
        if path == "/healthz":
            health = {"status": "ok", "sessions": self.n_sessions()}
            return Refusal(200, json.dumps(health), "application/json")
        if path == "/metrics":
            return self._metrics(request)
        if _STATIC.fullmatch(path) or path in _OPEN:
            return None
        if path not in _CLOSED:
            return Refusal(404, "There is nothing at this address.")
        if isinstance(self.door, OAuthDoor) and (words := self.door.refusal(request)):
            return Refusal(403, words)
        if path == "/ws" and self.door.who(request) is None:
            return Refusal(403, "Whoever wants to see this page has to log in first.")
        session = self._session_of(headers) if path == "/ws" else ""
        if path == "/ws" and not session:
            return Refusal(403, "This connection is of no page sent from here lately: reload it.")
        # An admitted page may reopen its socket long after its session has ended.
        comes_back = bool(session) and self.is_open(session)
        if self.n_sessions() >= self.most_sessions and not comes_back:
            return Refusal(
                503,
                f"{self.most_sessions} pages are open here, and no more are let in (--sessions). "
                "Try again in a minute.",
            )
        return None

    def _session_of(self, headers: HTTPHeaders) -> str:
        """Session id in the token of a websocket; "" if the token is forged, malformed or expired.

        Bokeh checks the same, but logs a traceback where the check fails.
        """
        token = headers.get("Sec-WebSocket-Protocol", "").partition(",")[2].strip()
        try:
            signed = check_token_signature(token, self.secret.encode(), signed=True)
            valid = signed and get_token_payload(token)["session_expiry"] > time.time()
            return str(get_session_id(token)) if valid else ""
        # What is no token at all may be anything, and is read before its signature is looked at.
        except (AttributeError, ValueError, KeyError, TypeError, RecursionError):
            return ""

    def _metrics(self, request: HTTPServerRequest) -> Refusal:
        person = self.door.who(request)
        named = person is not None and person.name and person.may("build")
        if named or _from_here(request):
            return Refusal(200, self.service.text(), KIND)
        return Refusal(403, "The server's figures are for its own machine, and the role build.")


def _from_here(request: HTTPServerRequest) -> bool:
    """Whether a request comes from this machine, and not through a proxy."""
    host = next(_names(request.headers.get("Host", "")), "")
    straight = not any(name in request.headers for name in _FORWARDED)
    return straight and request.remote_ip in _HERE and host in _HERE


def _names(host: str) -> Iterator[str]:
    yield re.sub(r":\d*$", "", host.lower()).strip("[]")
