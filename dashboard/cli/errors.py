"""Errors that a user can fix, and how a command ends with one."""

from __future__ import annotations

import errno
import re
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from rich.markup import escape

from .output.printing import error_console

__all__ = [
    "USERS_ERRORS",
    "cancellations",
    "fail",
    "in_options",
    "told",
    "unforeseen",
    "users_errors",
]

# Where each is defined: an error message should not wait for what builds to load.
USERS_ERRORS = {
    "build.scheduler": "BuildError",
    "collection.format": "CollectionError",
    "build.dust": "DustError",
    "ingest.to_collection": "IngestError",
    "lenses.built_lens": "LensError",
    "collection.runs": "RunError",
    "files.arrays": "ModelFileError",
    "fetch.run": "FetchStopped",
    "fetch.polite_client": "NotCome",
}

_UNWRITABLE = {errno.EROFS, errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


def cancellations() -> tuple[type[Exception], ...]:
    """Exceptions of a command that was cancelled."""
    return _loaded(
        {
            "ingest.to_collection": "IngestCancelled",
            "build.stage": "BuildCancelled",
            "fetch.run": "FetchCancelled",
            "fetch.polite_client": "Stopped",
        }
    )


def users_errors() -> tuple[type[Exception], ...]:
    """Errors that a user can fix. Any other is a bug, and its traceback is kept."""
    return (*_loaded(USERS_ERRORS), OSError, ValueError)


def _loaded(errors: dict[str, str]) -> tuple[type[Exception], ...]:
    """The classes of these modules; a module that is not loaded cannot have raised anything."""
    data = f"{(__package__ or '').removesuffix('.dashboard.cli')}.data"
    modules = ((sys.modules.get(f"{data}.{module}"), name) for module, name in errors.items())
    return tuple(getattr(module, name) for module, name in modules if module is not None)


def told(error: Exception) -> str:
    """The message of an error that a user can fix.

    For a full or read-only disk it names the folder, not a lock or part file in it.
    """
    if isinstance(error, OSError) and error.errno in _UNWRITABLE and error.filename:
        return f"cannot write into {Path(error.filename).parent}: {error.strerror}"
    return str(error)


def in_options(text: str, options: Mapping[str, str]) -> str:
    """Replace a setting's name at the start of an error, as in 'n_segments must be', by its option.

    Parameters
    ----------
    text
        The library's message.
    options
        Name in Python → option of the command, such as ``--segments``.
    """
    begins = re.match(r"(\w+)(?:=| must )", text)
    option = begins and options.get(begins[1])
    if begins is None or not option:
        return text
    rest = text[len(begins[1]) :].replace(" or None", ", or left out")
    return f"{option} {rest.lstrip('= ')}"


def unforeseen(error: Exception) -> str:
    """The message of an unexpected error; its traceback is kept in a file for a bug report."""
    from ...data.files.folders import home

    kept = home() / "last-error.txt"
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        where = f"its details are in {kept}"
    except OSError as unwritten:
        where = f"its details cannot be written ({unwritten})"
    text = " ".join(str(error).split())[:300]
    return (
        f"{type(error).__name__}: {text}. spexplain check DIR tells whether a collection is "
        f"damaged; if it is not, this is a bug: {where}"
    )


def fail(kind: str, text: str, *, code: int) -> NoReturn:
    """End with one line on standard error and an exit code."""
    words = re.sub(r"\[Errno -?\d+\] ", "", text)  # a number that tells a user nothing
    # escape: a path or a list may hold brackets, which are no markup
    error_console.print(f"[red]{kind}[/red] {escape(words)}")
    sys.exit(code)
