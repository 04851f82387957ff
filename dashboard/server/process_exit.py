"""The end of the process: not kept by threads that nothing can stop."""

from __future__ import annotations

import logging
import os
import threading
import time

__all__ = ["THREADS", "leave"]

THREADS = "explain"
"""What the names of threads that compute for a page begin with."""

_GRACE_S = 0.5


def leave(code: int) -> None:
    """End the process now if a page's threads still compute after a moment's grace.

    Libraries that are being loaded and code that is being compiled cannot be told to stop, take
    up to 10 s at a server's start, and the interpreter would wait for them. Whatever such a
    thread writes appears whole or not at all. For a process of one's own: whoever else computes
    in it ends as well.

    Parameters
    ----------
    code
        The process's exit code.
    """
    until = time.monotonic() + _GRACE_S
    for thread in threading.enumerate():
        if thread.name.startswith(THREADS):
            thread.join(max(until - time.monotonic(), 0))
            if thread.is_alive():
                logging.shutdown()
                os._exit(code)
