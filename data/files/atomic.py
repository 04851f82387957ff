"""Atomic files: complete or absent."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .durable import sync

__all__ = ["known_suffix", "written_whole"]


@contextmanager
def written_whole(path: str | Path, *, beside: Path | None = None) -> Iterator[Path]:
    """Write beside a file, then put it in place; leave nothing behind on an error.

    Yields a path in the same folder; when the block ends well, what was written there replaces
    ``path`` in one step.

    Parameters
    ----------
    path
        The file.
    beside
        Where to write, if there is one writer only: the next attempt overwrites what a killed one
        has left. By default a name of its own with the same suffix.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    IsADirectoryError
        If the path is a folder.
    OSError
        If it cannot be written, such as on a full disk; it names ``path``.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot write {path}: there is no folder {path.parent}")
    if path.is_dir():
        raise IsADirectoryError(f"cannot write {path}: it is a folder, give the name of a file")
    # Several sessions of one server may write the same file: each has a file of its own beside it.
    beside = beside or path.with_name(f".{path.stem}.{uuid.uuid4().hex}.part{path.suffix}")
    try:
        yield beside
        sync(beside)
        os.replace(beside, path)
        sync(path.parent)
    except OSError as error:
        # A full disk names no file, and the one beside is nothing the user knows of.
        if error.errno is None or error.filename not in (None, str(beside)):
            raise
        raise OSError(error.errno, f"cannot write {path}: {error.strerror}") from error
    finally:
        beside.unlink(missing_ok=True)


def known_suffix(path: str | Path, known: Iterable[str], what: str) -> str:
    """The suffix of a file in lower case, such as ``.png``.

    Raises
    ------
    ValueError
        If it is none of those known; ``what`` says of what the file is, such as "a figure".
    """
    suffix = Path(path).suffix.lower()
    if suffix not in (known := tuple(known)):
        raise ValueError(f"the name of {what} must end in one of {known}, got {str(path)!r}")
    return suffix
