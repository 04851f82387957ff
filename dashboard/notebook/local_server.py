"""A server beside a notebook: its port, and when it answers."""

from __future__ import annotations

import socket
import time

__all__ = ["HERE", "free_port", "until_it_answers"]

HERE = "127.0.0.1"
"""Where it listens: never for another machine."""


def free_port(port: int = 0) -> int:
    """The port, for 0 one that nobody listens on.

    Raises
    ------
    OSError
        It is taken.
    """
    with socket.socket() as free:
        free.bind((HERE, port))
        return free.getsockname()[1]


def until_it_answers(port: int) -> None:
    """Wait for a server in a thread of its own.

    Raises
    ------
    TimeoutError
        Half a minute has gone by.
    """
    for _ in range(600):
        with socket.socket() as asking:
            if asking.connect_ex((HERE, port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"the page at {HERE}:{port} does not answer")
