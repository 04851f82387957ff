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
    """What a command raises that was told to stop."""
    return _loaded(
        {
            "ingest.to_collection": "IngestCancelled",
            "build.stage": "BuildCancelled",
            "fetch.run": "FetchCancelled",
            "fetch.polite_client": "Stopped",
        }
    )


def users_errors() -> tuple[type[Exception], ...]:
    """What a user can mend. Anything else is ours to mend, and its traceback is kept."""
    return (*_loaded(USERS_ERRORS), OSError, ValueError)


def _loaded(errors: dict[str, str]) -> tuple[type[Exception], ...]:
    """The classes of these modules of the data; one that was never loaded has raised nothing."""
    data = f"{(__package__ or '').removesuffix('.dashboard.cli')}.data"
    modules = ((sys.modules.get(f"{data}.{module}"), name) for module, name in errors.items())
    return tuple(getattr(module, name) for module, name in modules if module is not None)


def told(error: Exception) -> str:
    """What a user is told of an error of theirs.

    Of a full disk, or of one that may not be written, the folder, and not a lock or a part in it.
    """
    if isinstance(error, OSError) and error.errno in _UNWRITABLE and error.filename:
        return f"cannot write into {Path(error.filename).parent}: {error.strerror}"
    return str(error)


def in_options(text: str, options: Mapping[str, str]) -> str:
    """An error that begins with a setting's name, as 'n_segments must be', by its option's.

    Parameters
    ----------
    text
        As the library says it.
    options
        Name in Python → the command's option, such as ``--segments``.
    """
    begins = re.match(r"(\w+)(?:=| must )", text)
    option = begins and options.get(begins[1])
    if begins is None or not option:
        return text
    rest = text[len(begins[1]) :].replace(" or None", ", or left out")
    return f"{option} {rest.lstrip('= ')}"


def unforeseen(error: Exception) -> str:
    """Words for an error that nobody has thought of; its traceback is kept in a file for us."""
    from ...data.files.folders import home

    kept = home() / "last-error.txt"
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        where = f"its particulars are in {kept}"
    except OSError as unwritten:
        where = f"its particulars cannot be written ({unwritten})"
    text = " ".join(str(error).split())[:300]
    return (
        f"{type(error).__name__}: {text}. spexplain check DIR tells whether a collection is "
        f"damaged; if it is not, this is our mistake: {where}"
    )


def fail(kind: str, text: str, *, code: int) -> NoReturn:
    """End with one line on standard error and an exit code."""
    words = re.sub(r"\[Errno -?\d+\] ", "", text)  # a number that tells a user nothing
    # escape: a path or a list may hold brackets, which are no markup
    error_console.print(f"[red]{kind}[/red] {escape(words)}")
    sys.exit(code)
