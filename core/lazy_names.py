"""Lazy re-exports: a package loads a module when one of its names is first used.

What a room hands on stands in its ``__init__.py`` as imports for type checkers; here they are read.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["public_names"]


def public_names(room: str) -> Callable[[str], Any]:
    """The ``__getattr__`` of a room: its names are imported when they are first asked for.

    Parameters
    ----------
    room
        The package, as its ``__name__``.

    Raises
    ------
    AttributeError
        By the function returned, of a name that the room does not hand on.
    """

    def attribute(name: str) -> Any:
        package = sys.modules[room]
        if name not in getattr(package, "__all__", ()):
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        module = _homes(str(package.__file__))[name]
        value = getattr(import_module(module, room), name)
        setattr(package, name, value)
        return value

    return attribute


def _homes(file: str) -> dict[str, str]:
    """Name → its module, relative to the room, as the imports for type checkers have it."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level)
    return {
        alias.name: "." * node.level + (node.module or "")
        for node in imports
        for alias in node.names
    }
