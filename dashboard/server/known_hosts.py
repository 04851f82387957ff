"""Whom the server answers: requests that name it as it is known, from pages that are its own.

A page of another site can be made to reach a server on this machine by a name that it has pointed
here (DNS rebinding). Its requests carry that name, so they are refused before anything is routed:
pages, scripts, websockets and whatever else is asked for. Panel and Bokeh look at a websocket's
origin only, and have no option for this.
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)

__all__ = ["KnownHosts", "OnlyKnownHosts", "answer_only"]

_EVERYWHERE = ("0.0.0.0", "::")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class KnownHosts:
    """The names a server goes by.

    Attributes
    ----------
    names
        Host names and addresses, in lower case, without ports.
    any_address
        Whether any number (IPv4 or IPv6) does too: it cannot be pointed elsewhere, as a name can.
    """

    names: Collection[str]
    any_address: bool = False

    @classmethod
    def of(cls, address: str) -> KnownHosts:
        """Those of a server that listens on an address: on all of them, any number and its name."""
        if address in _EVERYWHERE:
            own = {socket.gethostname().lower(), socket.getfqdn().lower()}
            return cls(_LOOPBACK | own, any_address=True)
        return cls(_LOOPBACK | {address.lower()})

    def refusal(self, headers: HTTPHeaders) -> str:
        """Why a request with these headers is refused, in words; empty where it is answered."""
        hosts = headers.get_list("Host")
        host = hosts[0] if len(hosts) == 1 else ""
        if not self._know(host):
            return f"This server is not known as {host[:200]!r}."
        origins = headers.get_list("Origin")
        own = {f"{scheme}://{host.lower()}" for scheme in ("http", "https")}
        if len(origins) > 1 or not own.issuperset(origin.lower() for origin in origins):
            return f"Pages of {origins[0][:200]!r} may not use this server."
        return ""

    def _know(self, host: str) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            name = parts.hostname or ""
        except ValueError:  # brackets that do not close
            return False
        if parts.netloc != host or "@" in host:  # more than a name and a port
            return False
        if name in self.names:
            return True
        return self.any_address and _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


class OnlyKnownHosts(HTTPServerConnectionDelegate):
    """Lets an application see only the requests that its hosts allow.

    Parameters
    ----------
    application
        What answers the others.
    hosts
        The names the server goes by.
    """

    def __init__(self, application: HTTPServerConnectionDelegate, hosts: KnownHosts) -> None:
        self._application = application
        self._hosts = hosts

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """Look at a request's headers before the application does."""
        answer = self._application.start_request(server_conn, request_conn)
        return _Looked(self._hosts, request_conn, answer)

    def on_close(self, server_conn: object) -> None:
        """Tell the application that a connection is gone."""
        self._application.on_close(server_conn)


def answer_only(server: Any, hosts: KnownHosts) -> None:
    """Have a server of ``pn.serve`` that has not begun answer only what its hosts allow.

    Neither Panel nor Bokeh gives out the HTTP server below, or takes one: this one line knows where
    Bokeh keeps it, and a server without it does not start.
    """
    http = server._http
    http.request_callback = OnlyKnownHosts(http.request_callback, hosts)


class _Looked(HTTPMessageDelegate):
    """One request: handed on as it comes, or refused once it is whole."""

    def __init__(
        self, hosts: KnownHosts, connection: HTTPConnection, answer: HTTPMessageDelegate
    ) -> None:
        self._hosts = hosts
        self._connection = connection
        self._answer = answer
        self._refused = ""

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ):
        self._refused = self._hosts.refusal(headers)
        return None if self._refused else self._answer.headers_received(start_line, headers)

    def data_received(self, chunk: bytes):
        return None if self._refused else self._answer.data_received(chunk)

    def finish(self) -> None:
        if not self._refused:
            self._answer.finish()
            return
        body = f"{self._refused}\n".encode()
        told = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body))}
        forbidden = ResponseStartLine("HTTP/1.1", 403, "Forbidden")
        self._connection.write_headers(forbidden, HTTPHeaders(told), body)
        self._connection.finish()

    def on_connection_close(self) -> None:
        if not self._refused:
            self._answer.on_connection_close()
