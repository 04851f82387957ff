"""Host and origin checks: only requests to the server's own names, from its own pages.

Another site can reach a server on this machine through a host name of its own that resolves to this
machine (DNS rebinding). Such requests carry that host name and are refused before routing, whatever
they ask for. Panel and Bokeh check the origin of websockets only, and have no option for this.
"""

from __future__ import annotations

import re
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
    """The host names and origins of a server.

    Attributes
    ----------
    names
        Host names and addresses, lower case, without ports.
    any_address
        Whether any IPv4 or IPv6 address is accepted: unlike a name, it cannot be redirected.
    origins
        Further origins whose pages may use the server, such as ``https://spectra.example.org``:
        needed where a proxy forwards requests under another host name than browsers use.
    """

    names: Collection[str]
    any_address: bool = False
    origins: Collection[str] = ()

    @classmethod
    def of(cls, address: str, origins: Iterable[str] = ()) -> KnownHosts:
        """Names of a server that listens on an address; on all addresses, any number and its name.

        Parameters
        ----------
        address
            Address on which the server listens.
        origins
            Public origins of the server, as ``https://name`` or ``https://name:port``.

        Raises
        ------
        ValueError
            An origin is not of that form.
        """
        pages = frozenset(_origin(origin) for origin in origins)
        names = _LOOPBACK | {urlsplit(origin).hostname or "" for origin in pages}
        if address in _EVERYWHERE:
            own = {socket.gethostname().lower(), socket.getfqdn().lower()}
            return cls(names | own, any_address=True, origins=pages)
        return cls(names | {address.lower()}, origins=pages)

    def refusal(self, headers: HTTPHeaders) -> str:
        """Why a request with these headers is refused; "" if it is accepted."""
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
        except ValueError:  # unbalanced brackets, or an invalid port
            return False
        # More than a name and a port, also behind the bracket of an address.
        if parts.netloc != host or "@" in host or re.search(r"\][^:]", host):
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
    """Passes to an application only the requests that the host check accepts.

    Parameters
    ----------
    application
        Answers the requests that are accepted.
    hosts
        The host names and origins of the server.
    """

    def __init__(self, application: HTTPServerConnectionDelegate, hosts: KnownHosts) -> None:
        def unknown(_: RequestStartLine, headers: HTTPHeaders, __: object) -> Refusal | None:
            words = hosts.refusal(headers)
            return Refusal(403, words) if words else None

        super().__init__(application, unknown)


def answer_only(
    server: Any, *doors: Callable[[HTTPServerConnectionDelegate], HTTPServerConnectionDelegate]
) -> None:
    """Put filters in front of a server of ``pn.serve`` that has not been started yet.

    Neither Panel nor Bokeh exposes the underlying HTTP server or accepts one. This is the only line
    that knows where Bokeh keeps it; without it, the server does not start.

    Parameters
    ----------
    server
        The result of ``pn.serve(start=False)``.
    doors
        Each wraps the application behind it; the first is the outermost.
    """
    http = server._http
    for door in reversed(doors):
        http.request_callback = door(http.request_callback)
