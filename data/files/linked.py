"""Files shared between folders by hard links, or copied."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .atomic import written_whole

__all__ = ["take_over"]


def take_over(source: Path, place: Path) -> None:
    """Have a file at a second place, whole or not at all; a folder with all that is in it.

    Files that are there stay. What is taken over is never written again, at either place: where
    the file system can, both are one file.

    Parameters
    ----------
    source
        The file or folder.
    place
        Where it is to be too; folders above it are made.

    Raises
    ------
    OSError
        It is not there, or cannot be written.
    """
    if source.is_dir():
        place.mkdir(parents=True, exist_ok=True)
        for part in sorted(source.iterdir()):
            take_over(part, place / part.name)
        return
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, place)
    except OSError:  # a file system without, or another one
        with written_whole(place) as beside:
            shutil.copyfile(source, beside)
