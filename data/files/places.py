"""Where things lie: a folder, or an address of ``fsspec`` with the same ways to read and write."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

__all__ = ["Place", "place"]

Place: TypeAlias = Path


def place(address: str | Path) -> Place:
    """The place of an address.

    Parameters
    ----------
    address
        A path, or what ``fsspec`` knows, such as ``s3://bucket/survey``.
    """
    return Path(address)
