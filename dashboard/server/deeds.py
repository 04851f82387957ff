"""Log of what visitors do: one line each, with time, address, name and action."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ..session.choices.person import DEEDS

__all__ = ["deeds_written"]


@contextmanager
def deeds_written(to: str) -> Iterator[None]:
    """Context manager that logs what visitors do.

    Parameters
    ----------
    to
        File to append to, ``-`` for standard error, "" for no log.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    if not to:
        yield
        return
    # delay=False: a missing folder raises now, not at the first action.
    handler = logging.StreamHandler(sys.stderr) if to == "-" else logging.FileHandler(to)
    lines = logging.Formatter("%(asctime)sZ %(message)s", "%Y-%m-%dT%H:%M:%S")
    lines.converter = time.gmtime
    handler.setFormatter(lines)
    level, spread = DEEDS.level, DEEDS.propagate
    DEEDS.setLevel(logging.INFO)
    DEEDS.propagate = False
    DEEDS.addHandler(handler)
    try:
        yield
    finally:
        DEEDS.removeHandler(handler)
        DEEDS.setLevel(level)
        DEEDS.propagate = spread
        handler.close()
