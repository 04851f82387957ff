"""Errors that a user can fix, and how a command ends with one."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from rich.markup import escape

from .output.printing import error_console

__all__ = [
    "USERS_ERRORS",
    "cancellations",
    "fail",
    "in_options",
    "unforeseen",
    "user_message",
    "users_errors",
]

# Where each is defined: an error message should not wait for what builds to load.
USERS_ERRORS = {
    "build.scheduler": "BuildError",
    "collection.format": "CollectionError",
    "build.dust.dust_maps": "DustError",
    "ingest.to_collection": "IngestError",
    "lenses.built_lens": "LensError",
    "collection.runs": "RunError",
    "files.arrays.named_arrays": "ModelFileError",
    "fetch.run": "FetchStopped",
    "fetch.polite_client": "NotCome",
}

_FULL = {errno.ENOSPC, errno.EDQUOT}
_UNWRITABLE = {errno.EROFS, errno.EFBIG, *_FULL}


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


def user_message(error: Exception, words: Sequence[str] = ()) -> str:
    """The message of an error that a user can fix.

    For a full or read-only disk it names the folder, not a lock or part file in it, and for a full
    one how much is free where the command writes.

    Parameters
    ----------
    error
        What ended the command.
    words
        Of the command: folders and files among them are where it may write.
    """
    causes = (one for one in _causes(error) if isinstance(one, OSError))
    code = next((one.errno for one in causes if one.errno in _UNWRITABLE), None)
    text = str(error)
    if isinstance(error, OSError) and code is not None and error.filename:
        text = f"cannot write into {Path(error.filename).parent}: {error.strerror}"
    return f"{text}; {_room(words)}" if code in _FULL else text


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _room(words: Sequence[str]) -> str:
    """Free space of each disk that a command may write to, the fullest first."""
    from ...data.files.folders import home

    named = [Path(word) for word in words if Path(word).exists() or os.sep in word]
    free: dict[int, tuple[int, Path]] = {}
    for path in (*named, home(), Path(tempfile.gettempdir()), Path.cwd()):
        folder = next((one for one in (path, path.parent) if one.is_dir()), None)
        if folder is not None:
            free.setdefault(folder.stat().st_dev, (shutil.disk_usage(folder).free, folder))
    disks = ", ".join(f"{n / 1e6:,.1f} MB in {folder}" for n, folder in sorted(free.values()))
    return f"free: {disks}. Make room, and run the same command again"


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
