"""Refusal of symbolic links out of a collection, pipes and devices."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

__all__ = ["links_out"]


def links_out(path: Path) -> Iterator[tuple[Path, str]]:
    """What stands below a folder and is none of its files, each with words for it.

    Links to what is not below it; links to folders are not gone into. And pipes, sockets and
    devices, of which whoever opens them may wait for ever.
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
