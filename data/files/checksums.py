"""SHA-256 of files, noted beside them in the form that ``sha256sum -c`` takes."""

from __future__ import annotations

import hashlib
from pathlib import Path

__all__ = ["matches_checksum", "note_checksum", "sha256_of"]


def note_checksum(path: Path, checksum: str) -> None:
    """Write a file's SHA-256 beside it, for :func:`matches_checksum`."""
    _noted_at(path).write_text(f"{checksum}  {path.name}\n", encoding="utf-8")


def matches_checksum(path: Path) -> bool:
    """Whether a file still has the checksum noted beside it; True where none was noted."""
    try:
        noted = _noted_at(path).read_text(encoding="utf-8").split()[0]
    except (OSError, IndexError):
        return True
    return noted == sha256_of(path)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _noted_at(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")
