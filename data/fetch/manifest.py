"""The manifest of a fetch: the state of every requested file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from ..files import written_whole

__all__ = ["DONE", "Entry", "read_manifest", "write_manifest"]

DONE = "fetched"


@dataclass(frozen=True, slots=True)
class Entry:
    """One requested spectrum or file.

    Attributes
    ----------
    id
        Its id, or the text of the list if that is not understood.
    state
        ``fetched``, ``missing`` (the archive has none), ``failed`` (tried again next time),
        ``refused`` (what came was not what was asked for), ``not understood``; ``wanted`` before.
    file
        Path below the folder ``spectra``; empty if there is none.
    address
        Where it was fetched from.
    bytes
        Of the file.
    sha256
        Of the file.
    reason
        Why there is no file.
    """

    id: str
    state: str
    file: str = ""
    address: str = ""
    bytes: int = 0
    sha256: str = ""
    reason: str = ""


def write_manifest(path: Path, entries: Iterable[Entry]) -> None:
    """Write the table (CSV), completely or not at all.

    Raises
    ------
    OSError
        It cannot be written.
    """
    names = [field.name for field in fields(Entry)]
    with written_whole(path) as beside, beside.open("w", newline="", encoding="utf-8") as out:
        rows = csv.DictWriter(out, names)
        rows.writeheader()
        rows.writerows(asdict(entry) for entry in entries)


def read_manifest(path: Path) -> list[Entry]:
    """Read the table; empty if there is none.

    Raises
    ------
    ValueError
        It is not a manifest.
    """
    if not path.exists():
        return []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [_entry(row) for row in csv.DictReader(file)]
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{path} is not a list of what was fetched ({error}); choose another folder, or put "
            "it aside: finished files are found again"
        ) from error


def _entry(row: Mapping[str, Any]) -> Entry:
    if row.keys() != {field.name for field in fields(Entry)}:
        raise ValueError("it has other columns")
    return Entry(**{**row, "bytes": int(row["bytes"])})
