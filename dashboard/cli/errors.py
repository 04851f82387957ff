"""Which errors are a user's to mend, and how a command ends with one."""

from __future__ import annotations

import re
import sys
from typing import NoReturn

from rich.markup import escape

from .output import error_console

__all__ = ["USERS_ERRORS", "cancellations", "fail", "users_errors"]

# Where each is defined: an error message should not wait for what builds to load.
USERS_ERRORS = {
    "build.scheduler": "BuildError",
    "collection.format": "CollectionError",
    "build.dust": "DustError",
    "ingest.to_collection": "IngestError",
    "lenses.built_lens": "LensError",
}


def cancellations() -> tuple[type[Exception], ...]:
    """What a command raises that was told to stop."""
    return _loaded({"ingest.to_collection": "IngestCancelled", "build.stage": "BuildCancelled"})


def users_errors() -> tuple[type[Exception], ...]:
    """What a user can mend. Anything else is ours to mend, and shows its traceback."""
    return (*_loaded(USERS_ERRORS), OSError, ValueError)


def _loaded(errors: dict[str, str]) -> tuple[type[Exception], ...]:
    """The classes of these modules of the data; one that was never loaded has raised nothing."""
    data = f"{(__package__ or '').removesuffix('.dashboard.cli')}.data"
    modules = ((sys.modules.get(f"{data}.{module}"), name) for module, name in errors.items())
    return tuple(getattr(module, name) for module, name in modules if module is not None)


def fail(kind: str, text: str, *, code: int) -> NoReturn:
    """End with one line on standard error and an exit code."""
    words = re.sub(r"\[Errno -?\d+\] ", "", text)  # a number that tells a user nothing
    # escape: a path or a list may hold brackets, which are no markup
    error_console.print(f"[red]{kind}[/red] {escape(words)}")
    sys.exit(code)
