"""Connections leave room for files, however many come."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest
from spexplain.dashboard.server.limits.room_for_files import RoomForFiles
from tornado.iostream import IOStream

_RAISED = """
import resource
from spexplain.dashboard.server.limits.room_for_files import most_connections
resource.setrlimit(resource.RLIMIT_NOFILE, {limits})
print(most_connections(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


async def _closed_at(more: int) -> bool:
    """Whether a connection is closed where so many more than its number may be open."""
    begun: list[Any] = []
    application: Any = SimpleNamespace(start_request=lambda *conn: begun.append(conn))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        stream, request = IOStream(ours), cast("Any", None)
        room = RoomForFiles(application, ours.fileno() + more)
        for _ in range(2):  # another request of the same connection
            room.start_request(SimpleNamespace(stream=stream), request)
        assert len(begun) == 2
        return stream.closed()


def test_one_too_many_is_closed_and_the_others_are_not():
    assert [asyncio.run(_closed_at(more)) for more in (-1, 0, 1, 100)] == [True, True, False, False]


@pytest.mark.skipif(sys.platform == "win32", reason="a limit of the system")
@pytest.mark.parametrize(("limits", "said"), [((256, 1024), "768 1024"), ((100, 100), "50 100")])
def test_the_processes_own_limit_is_raised_as_far_as_it_may_be(limits, said):
    code = _RAISED.format(limits=limits)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == said
