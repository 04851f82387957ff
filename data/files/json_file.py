"""JSON files of a collection, read within bounds: it may be a stranger's."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

__all__ = ["check_regular", "read_json"]

_MOST_BYTES = 16_000_000
"""Of a file: in memory it becomes twenty times as many at worst. Ours have 100 kB."""


def check_regular(path: Path) -> None:
    """Raise ValueError for what never ends, or waits for a writer: pipes, devices, sockets.

    Raises
    ------
    OSError
        There is nothing, or a link that leads to itself.
    """
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        kind = "a pipe" if stat.S_ISFIFO(mode) else "a device or socket"
        raise ValueError(f"{path.name} is {kind}, and not opened; remove it")


def read_json(path: Path) -> Any:
    """What a JSON file holds.

    Raises
    ------
    OSError
        It is not there, or cannot be read.
    ValueError
        It is no JSON, no file, nested too deeply, or larger than any of ours.
    """
    check_regular(path)
    if (size := path.stat().st_size) > _MOST_BYTES:
        raise ValueError(f"{path.name} has {size:,} bytes, more than the {_MOST_BYTES:,} read")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise ValueError(f"{path.name} is nested too deeply") from error
