"""Links that lead out of a collection's folder are not followed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["links_out"]


def links_out(path: Path) -> Iterator[Path]:
    """Links below a folder to what is not below it; links to folders are not gone into."""
    inside = path.resolve()
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            entry = Path(folder, name)
            if entry.is_symlink() and not entry.resolve().is_relative_to(inside):
                yield entry
