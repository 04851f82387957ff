"""A user's tags of spectra: beside the collection, never touched by a build."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ..files.sqlite_file import reading, transaction

__all__ = ["Annotations"]

_FILE = "annotations.sqlite"
_TAGS = range(10)
_TABLE = "CREATE TABLE IF NOT EXISTS tags (id TEXT PRIMARY KEY, tag INTEGER NOT NULL, at TEXT)"


class Annotations:
    """Tags 0 to 9 of the spectra of one collection, at most one each.

    Several processes may read and write at once: SQLite keeps a write-ahead log (WAL), and every
    change is one transaction. The file is made with the first tag.

    Parameters
    ----------
    collection_path
        Folder of the collection; the tags are ``annotations.sqlite`` in it.
    """

    def __init__(self, collection_path: Path) -> None:
        self._path = collection_path / _FILE

    def tags(self) -> dict[str, int]:
        """Every tagged spectrum's id and its tag.

        Raises
        ------
        OSError
            If the file is there but cannot be read.
        """
        if not self._path.exists():
            return {}
        with reading(self._path, _TABLE) as base:
            return dict(base.execute("SELECT id, tag FROM tags ORDER BY id"))

    def tag(self, id: str, tag: int | None) -> int | None:
        """Tag one spectrum, in place of any tag it had; None takes its tag away.

        Returns
        -------
        before
            The tag it had, or None: tagging with that undoes this.

        Raises
        ------
        ValueError
            If the tag is not 0 to 9.
        OSError
            If it cannot be written.
        """
        if tag is not None and tag not in _TAGS:
            raise ValueError(f"a tag is 0 to 9, got {tag}")
        with transaction(self._path, _TABLE) as base:
            base.execute("BEGIN IMMEDIATE")  # the tag it had is read and replaced as one change
            found = base.execute("SELECT tag FROM tags WHERE id = ?", (id,)).fetchone()
            if tag is None:
                base.execute("DELETE FROM tags WHERE id = ?", (id,))
            else:
                now = datetime.now(UTC).isoformat(timespec="seconds")
                base.execute("INSERT OR REPLACE INTO tags VALUES (?, ?, ?)", (id, tag, now))
        return None if found is None else int(found[0])
