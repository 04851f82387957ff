"""Printing: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, RenderableType
from rich.segment import Segment

from ....core.words import printable

__all__ = [
    "PlainConsole",
    "console",
    "error_console",
    "print_answer",
    "print_json",
    "print_lines",
]


class PlainConsole(Console):
    """A terminal on which control characters in names and texts of files have no effect."""

    def render(self, renderable: Any, options: Any = None) -> Iterable[Segment]:
        """Like rich, with unprintable characters escaped."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else printable(text, kept="\n\t"), style, control)


console = PlainConsole(soft_wrap=True, highlight=False)
error_console = PlainConsole(stderr=True, soft_wrap=True, highlight=False)


def print_json(document: object) -> None:
    """One JSON document, in a line."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")


def print_answer(
    document: object, lines: Iterable[RenderableType], *, as_json: bool = False
) -> None:
    """Print a command's result: a document for programs, or lines to read."""
    if as_json:
        print_json(document)
    else:
        print_lines(lines)


def print_lines(lines: Iterable[RenderableType]) -> None:
    """Print lines, which may contain rich's markup, and tables."""
    for line in lines:
        console.print(line)
