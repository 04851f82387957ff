"""Whom the server answers: requests that name it as it is known, from pages that are its own.

A page of another site can be made to reach a server on this machine by a name that it has pointed
here (DNS rebinding). Its requests carry that name, so they are refused before anything is routed:
pages, scripts, websockets and whatever else is asked for. Panel and Bokeh look at a websocket's
origin only, and have no option for this.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from tornado.httputil import HTTPHeaders, HTTPServerConnectionDelegate, RequestStartLine

from .refusals import Refusal, Refusing

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
    origins
        Whose pages may use the server beside its own: ``https://spectra.example.org``, where a
        proxy asks it by another name than browsers ask the proxy.
    """

    names: Collection[str]
    any_address: bool = False
    origins: Collection[str] = ()

    @classmethod
    def of(cls, address: str, origins: Iterable[str] = ()) -> KnownHosts:
        """Those of a server that listens on an address: on all of them, any number and its name.

        Parameters
        ----------
        address
            Where it listens.
        origins
            By which it is known besides, as ``https://name`` or ``https://name:port``.

        Raises
        ------
        ValueError
            One of them is no such origin.
        """
        pages = frozenset(_origin(origin) for origin in origins)
        names = _LOOPBACK | {urlsplit(origin).hostname or "" for origin in pages}
        if address in _EVERYWHERE:
            own = {socket.gethostname().lower(), socket.getfqdn().lower()}
            return cls(names | own, any_address=True, origins=pages)
        return cls(names | {address.lower()}, origins=pages)

    def refusal(self, headers: HTTPHeaders) -> str:
        """Why a request with these headers is refused, in words; empty where it is answered."""
        hosts = headers.get_list("Host")
        host = hosts[0] if len(hosts) == 1 else ""
        if not self._know(host):
            return f"This server is not known as {host[:200]!r}."
        origins = headers.get_list("Origin")
        own = {f"{scheme}://{host.lower()}" for scheme in ("http", "https")} | {*self.origins}
        if len(origins) > 1 or not own.issuperset(origin.lower() for origin in origins):
            return f"Pages of {origins[0][:200]!r} may not use this server."
        return ""

    def _know(self, host: str) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            name, _ = parts.hostname or "", parts.port
        except ValueError:  # brackets that do not close, a port that is none
            return False
        if parts.netloc != host or "@" in host:  # more than a name and a port
            return False
        if name in self.names:
            return True
        return self.any_address and _is_address(name)


def _origin(text: str) -> str:
    parts = urlsplit(text.lower().rstrip("/"))
    whole = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(f"an origin is https://NAME or http://NAME:PORT, got {text!r}")
    if text.lower().rstrip("/") != whole:
        raise ValueError(f"an origin has no path: {whole} instead of {text!r} (see --prefix)")
    return whole


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


class OnlyKnownHosts(Refusing):
    """Lets an application see only the requests that its hosts allow.

    Parameters
    ----------
    application
        What answers the others.
    hosts
        The names the server goes by.
    """

    def __init__(self, application: HTTPServerConnectionDelegate, hosts: KnownHosts) -> None:
        def unknown(_: RequestStartLine, headers: HTTPHeaders, __: object) -> Refusal | None:
            words = hosts.refusal(headers)
            return Refusal(403, words) if words else None

        super().__init__(application, unknown)


def answer_only(
    server: Any, *doors: Callable[[HTTPServerConnectionDelegate], HTTPServerConnectionDelegate]
) -> None:
    """Have a server of ``pn.serve`` that has not begun answer only what passes all doors.

    Neither Panel nor Bokeh gives out the HTTP server below, or takes one: this one line knows where
    Bokeh keeps it, and a server without it does not start.

    Parameters
    ----------
    server
        What ``pn.serve(start=False)`` gave.
    doors
        Each takes what answers behind it; the first is the outermost.
    """
    http = server._http
    for door in reversed(doors):
        http.request_callback = door(http.request_callback)
