"""Exceptions that damaged files raise, in one list, and messages that name the file."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from .json_file import check_regular

__all__ = ["DAMAGE", "damage_as_error"]

DAMAGE: tuple[type[Exception], ...] = (
    *(OSError, EOFError, zlib.error, zipfile.BadZipFile, SafetensorError),
    # What numbers that are wrong become: sizes, offsets, names, types; zarr's and pyarrow's own
    # errors and those of their codecs are among these.
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError),
    *(ArithmeticError, MemoryError, RecursionError, UnicodeError),
)
"""Random damage to whole files brings these out."""


@contextmanager
def damage_as_error(path: Path, error_type: type[Exception], way_out: str) -> Iterator[None]:
    """Raise what a damaged file makes of this as one error that names the file and the way out.

    Parameters
    ----------
    path
        Of the file.
    error_type
        The error that is raised instead; such errors pass as they are.
    way_out
        What can be done, as a sentence's end.
    """
    try:
        check_regular(path)
        yield
    except error_type:
        raise
    except FileNotFoundError as error:
        raise error_type(f"{path} is not there; {way_out}") from error
    except DAMAGE as error:
        words = " ".join((str(error) or type(error).__name__).split())[:300]
        raise error_type(f"{path} cannot be read ({words}); {way_out}") from error
