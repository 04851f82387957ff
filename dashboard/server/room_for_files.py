"""No more connections than leave room for files: one too many is closed as it comes.

Where a process may open no more files, it can take no connection and tell of none: each attempt
fails again at once, for as long as somebody holds the others, and every failure is written down.
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
_FOR_FILES = 256  # a collection's, libraries', and connections that come all at once


def most_connections() -> int:
    """How many there may be, once the process's own limit is raised as far as it may be."""
    if resource is None:
        return _MOST_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(_MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(wanted - _FOR_FILES, wanted // 2)


class RoomForFiles(HTTPServerConnectionDelegate):
    """Closes connections whose number, of all files that are open, is beyond the most.

    Parameters
    ----------
    application
        What answers the others.
    most
        The system gives each the lowest number that is free.
    """

    def __init__(self, application: HTTPServerConnectionDelegate, most: int) -> None:
        self._application, self._most = application, most

    def start_request(self, server_conn: Any, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """Before a request's headers have come."""
        stream = server_conn.stream
        if not stream.closed() and stream.socket.fileno() >= self._most:
            stream.close()
        return self._application.start_request(server_conn, request_conn)

    def on_close(self, server_conn: object) -> None:
        """Tell the application that a connection is gone."""
        self._application.on_close(server_conn)
