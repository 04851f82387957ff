"""Files of one name in several folders: separate spectra, unless they are copies."""

from __future__ import annotations

import filecmp
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from .readers.vocabulary.file_names import name_of

__all__ = ["apart_by_folder", "is_of_other_file"]


def is_of_other_file(id: str, file: str, first: str) -> bool:
    """Whether an id is a file name, and another file of this name differs.

    Parameters
    ----------
    id
        Id of a spectrum, which another has too.
    file, first
        Files of the two. One that does not exist any more counts as a copy.
    """
    one, other = Path(file), Path(first)
    if one.parent == other.parent or one.name != other.name or not id.startswith(name_of(one)):
        return False
    try:
        return not filecmp.cmp(file, first, shallow=False)
    except OSError:
        return False


def apart_by_folder(id: str, file: str) -> Iterator[str]:
    """Alternative ids: with more and more of the file's parent folders, then with numbers.

    Parameters
    ----------
    id
        The ambiguous id.
    file
        Its path.
    """
    longer = id
    for folder in Path(file).parent.parts[:0:-1]:
        longer = f"{folder}-{longer}"
        yield longer
    for number in count(2):
        yield f"{longer}-{number}"
