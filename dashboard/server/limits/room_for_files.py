"""Limit of connections, so that file descriptors remain for files.

A process without free file descriptors cannot accept connections: every attempt fails at once and
is logged, for as long as the other connections stay open.
"""

from __future__ import annotations

from typing import Any

from tornado.httputil import HTTPConnection, HTTPMessageDelegate, HTTPServerConnectionDelegate

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None

__all__ = ["RoomForFiles", "most_connections"]

_MOST_FILES = 4096
_FOR_FILES = 256  # for the collection, libraries, and bursts of connections


def most_connections() -> int:
    """Maximum number of connections, after raising the process's soft limit to the hard one."""
    if resource is None:
        return _MOST_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(_MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(wanted - _FOR_FILES, wanted // 2)


class RoomForFiles(HTTPServerConnectionDelegate):
    """Closes connections whose file descriptor exceeds the maximum.

    Parameters
    ----------
    application
        Answers the requests that are accepted.
    most
        Largest descriptor; the system assigns the lowest free one.
    """

    def __init__(self, application: HTTPServerConnectionDelegate, most: int) -> None:
        self._application, self._most = application, most

    def start_request(self, server_conn: Any, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """Called before the headers of a request arrive."""
        stream = server_conn.stream
        if not stream.closed() and stream.socket.fileno() >= self._most:
            stream.close()
        return self._application.start_request(server_conn, request_conn)

    def on_close(self, server_conn: object) -> None:
        """Notify the application that a connection was closed."""
        self._application.on_close(server_conn)
