"""Named selections, stored beside the collection."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..files.sqlite_file import reading, transaction

__all__ = ["FormerSelection", "KeptSelection", "KeptSelections"]

_FILE = "annotations.sqlite"
_LONGEST = 60
_COLOUR = re.compile(r"#[0-9a-f]{6}")
# A table of its own: earlier versions write whole lines into the other.
_COLOURS = (
    "CREATE TABLE IF NOT EXISTS selection_colours (name TEXT PRIMARY KEY, colour TEXT NOT NULL)"
)
_COLOURED = "SELECT 1 FROM sqlite_master WHERE name = 'selection_colours'"
_TABLE = (
    "CREATE TABLE IF NOT EXISTS selections "
    "(name TEXT PRIMARY KEY, origin TEXT NOT NULL, n INTEGER NOT NULL, ids TEXT NOT NULL, at TEXT)"
)


@dataclass(frozen=True, slots=True)
class KeptSelection:
    """Description of a saved selection, without its rows.

    Attributes
    ----------
    name, origin
        What it is called, and where it came from in words.
    n
        How many spectra.
    colour
        ``#rrggbb`` that a visitor gave it; "" for none.
    """

    name: str
    origin: str
    n: int
    colour: str = ""


@dataclass(frozen=True, slots=True)
class FormerSelection:
    """What was kept under a name before: ``keep(*former)`` puts it back.

    Attributes
    ----------
    name, origin
        As of :class:`KeptSelection`.
    ids
        Of its spectra.
    """

    name: str
    origin: str
    ids: list[str]


class KeptSelections:
    """Named selections of one collection, seen by all its visitors.

    They are kept as ids and not as rows: a collection may be ingested anew. Several processes may
    read and write at once, as with the tags, in whose file they are.

    Parameters
    ----------
    collection_path
        Folder of the collection.
    """

    def __init__(self, collection_path: Path) -> None:
        self._path = collection_path / _FILE

    def all(self) -> list[KeptSelection]:
        """Saved selections by name.

        Raises
        ------
        OSError
            The file is there but cannot be read.
        """
        if not self._path.exists():
            return []
        with reading(self._path, _TABLE) as base:
            rows = base.execute("SELECT name, origin, n FROM selections ORDER BY name").fetchall()
            known = base.execute(_COLOURED).fetchone()
            colours = dict(base.execute("SELECT * FROM selection_colours")) if known else {}
            return [
                KeptSelection(name, origin, n, colours.get(name, "")) for name, origin, n in rows
            ]

    def ids(self, name: str) -> list[str]:
        """The ids of one.

        Raises
        ------
        KeyError
            None is called so.
        OSError
            It cannot be read.
        """
        with reading(self._path, _TABLE) as base:
            row = base.execute("SELECT ids FROM selections WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise KeyError(f"no selection is called {name!r}")
        return [str(id) for id in json.loads(row[0])]

    def keep(self, name: str, origin: str, ids: list[str]) -> FormerSelection | None:
        """Keep a selection, in place of any of this name.

        Returns
        -------
        That one, perhaps another visitor's; None if there was none, or it had the same spectra.

        Raises
        ------
        ValueError
            The name is empty or too long.
        OSError
            It cannot be written.
        """
        name = " ".join(name.split())
        if not name or len(name) > _LONGEST:
            raise ValueError(
                f"a selection's name must have 1 to {_LONGEST} characters, got {len(name)}"
            )
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with transaction(self._path, _TABLE) as base:
            former = _former(base, name)
            line = (name, origin, len(ids), json.dumps(ids), now)
            base.execute("INSERT OR REPLACE INTO selections VALUES (?, ?, ?, ?, ?)", line)
        return former if former is not None and former.ids != ids else None

    def recolour(self, name: str, colour: str) -> None:
        """Give one a colour, ``#rrggbb``.

        Raises
        ------
        KeyError
            None is called so.
        ValueError
            It is no colour.
        OSError
            It cannot be written.
        """
        if not _COLOUR.fullmatch(colour):
            raise ValueError(f"a colour must be written as #rrggbb, got {colour!r}")
        with transaction(self._path, _TABLE) as base:
            if not base.execute("SELECT 1 FROM selections WHERE name = ?", (name,)).fetchone():
                raise KeyError(f"no selection is called {name!r}")
            base.execute(_COLOURS)
            base.execute("INSERT OR REPLACE INTO selection_colours VALUES (?, ?)", (name, colour))

    def forget(self, name: str) -> FormerSelection | None:
        """Keep it no longer.

        Returns
        -------
        What it was; None if none was called so.

        Raises
        ------
        OSError
            It cannot be written.
        """
        with transaction(self._path, _TABLE) as base:
            former = _former(base, name)
            base.execute("DELETE FROM selections WHERE name = ?", (name,))
        return former


def _former(base: sqlite3.Connection, name: str) -> FormerSelection | None:
    words = "SELECT origin, ids FROM selections WHERE name = ?"
    row = base.execute(words, (name,)).fetchone()
    return None if row is None else FormerSelection(name, row[0], json.loads(row[1]))
