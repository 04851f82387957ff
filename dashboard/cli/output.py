"""What commands print: results on standard output, anything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable

from rich.console import Console

__all__ = ["console", "error_console", "print_json", "print_lines"]

console = Console(soft_wrap=True, highlight=False)
error_console = Console(stderr=True, soft_wrap=True, highlight=False)


def print_json(document: object) -> None:
    """One JSON document, in a line."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")


def print_lines(lines: Iterable[str]) -> None:
    """Lines that may hold rich's markup."""
    for line in lines:
        console.print(line)
