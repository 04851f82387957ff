"""Files of one name in several folders: spectra of their own, unless they are copies."""

from __future__ import annotations

import filecmp
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from .readers.vocabulary.file_names import name_of

__all__ = ["apart_by_folder", "is_of_other_file"]


def is_of_other_file(id: str, file: str, first: str) -> bool:
    """Whether an id is a file's name, and another file of this name holds something else.

    Parameters
    ----------
    id
        Of a spectrum, that another of the same id is there of.
    file, first
        Where the two come from. One that is not there any more is taken as a copy.
    """
    one, other = Path(file), Path(first)
    if one.parent == other.parent or one.name != other.name or not id.startswith(name_of(one)):
        return False
    try:
        return not filecmp.cmp(file, first, shallow=False)
    except OSError:
        return False


def apart_by_folder(id: str, file: str) -> Iterator[str]:
    """Ids with ever more of the folders that a file is in, then with numbers.

    Parameters
    ----------
    id
        That of another spectrum too.
    file
        Its path.
    """
    longer = id
    for folder in Path(file).parent.parts[:0:-1]:
        longer = f"{folder}-{longer}"
        yield longer
    for number in count(2):
        yield f"{longer}-{number}"
