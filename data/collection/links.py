"""Refusal of symbolic links out of a collection, pipes and devices."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

__all__ = ["links_out"]


def links_out(path: Path) -> Iterator[tuple[Path, str]]:
    """Entries below a folder that are not its own files, each with a description.

    Links that lead out of the folder (links to folders are not followed), and pipes, sockets and
    devices, which may block for ever when opened.
    """
    inside = path.resolve()
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            entry = Path(folder, name)
            try:
                kind = stat.S_IFMT(entry.lstat().st_mode)
            except FileNotFoundError:  # a build's, which has finished it meanwhile
                continue
            if kind == stat.S_IFLNK:
                if not entry.resolve().is_relative_to(inside):
                    to = f"a link out of the collection, to {os.readlink(entry)}, and not followed"
                    yield entry, f"{to}; put the file itself there"
            elif kind not in (stat.S_IFREG, stat.S_IFDIR):
                yield entry, "neither a file nor a folder, and not opened; remove it"
