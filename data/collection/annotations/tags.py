"""User tags of spectra, stored beside the collection."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...files.sqlite_file import reading, transaction

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

    def stamp(self) -> tuple[int, ...]:
        """Differs once anybody has changed tags or kept selections, which lie in the same file."""
        found: list[int] = []
        for path in (self._path, self._path.with_name(f"{_FILE}-wal")):
            with suppress(OSError):
                facts = path.stat()
                # A log of nothing comes and goes with each reading.
                found += [facts.st_mtime_ns, facts.st_size] if facts.st_size else []
        return tuple(found)

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
            found = dict(base.execute("SELECT id, tag FROM tags ORDER BY id"))
        for id, tag in found.items():
            if not (isinstance(id, str) and tag in _TAGS):
                raise OSError(f"{self._path} cannot be used: it gives {id!r} the tag {tag!r}")
        return found

    def column(self, ids: Any) -> pd.Series:
        """The tag of each id, (N,) Int64, NA where it has none, of a Series; raises as ``tags``."""
        tags = self.tags()
        tagged = ids.isin([*tags]).to_numpy(bool)
        column = np.full(len(ids), np.nan)
        column[tagged] = [tags[str(id)] for id in ids[tagged]]
        return pd.Series(column, index=ids.index).astype("Int64")

    def tag(self, id: str, tag: int | None) -> int | None:
        """Tag one spectrum, replacing any tag it had; None removes the tag.

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
        return self.tag_all({id: tag})[id]

    def tag_all(self, tags: Mapping[str, int | None]) -> dict[str, int | None]:
        """Tag many spectra as one change, as :meth:`tag` does one.

        Parameters
        ----------
        tags
            id → tag, or None to remove it.

        Returns
        -------
        before
            id → the tag it had, or None: tagging with these undoes this.

        Raises
        ------
        ValueError
            If a tag is not 0 to 9; nothing is changed then.
        OSError
            If it cannot be written.
        """
        for tag in set(tags.values()) - {None}:
            if tag not in _TAGS:
                raise ValueError(f"a tag is 0 to 9, got {tag}")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with transaction(self._path, _TABLE) as base:
            base.execute("BEGIN IMMEDIATE")  # read and replace in one transaction
            had = dict(base.execute("SELECT id, tag FROM tags"))
            base.executemany(
                "INSERT OR REPLACE INTO tags VALUES (?, ?, ?)",
                [(id, tag, now) for id, tag in tags.items() if tag is not None],
            )
            base.executemany(
                "DELETE FROM tags WHERE id = ?", [(id,) for id, tag in tags.items() if tag is None]
            )
        return {id: had.get(id) for id in tags}
