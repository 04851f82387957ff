"""Exit of the process without waiting for threads that cannot be stopped."""

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
    """End the process now if threads of a page are still computing after a short wait.

    Imports and compilation cannot be interrupted, take up to 10 s when a server starts, and the
    interpreter would wait for them. Files are written atomically, so none is left incomplete. Only
    for a process that belongs to the server: all other computations in it end as well.

    Parameters
    ----------
    code
        Exit code of the process.
    """
    until = time.monotonic() + _GRACE_S
    for thread in threading.enumerate():
        if thread.name.startswith(THREADS):
            thread.join(max(until - time.monotonic(), 0))
            if thread.is_alive():
                logging.shutdown()
                os._exit(code)
