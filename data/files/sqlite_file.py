"""One SQLite file that several processes write: every change is one transaction."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

__all__ = ["transaction"]

_PATIENCE_S = 5.0


@contextmanager
def transaction(path: Path, table: str) -> Iterator[sqlite3.Connection]:
    """A connection for one transaction; one a use, since a connection is its thread's own.

    SQLite keeps a write-ahead log (WAL), and syncs it before a change counts.

    Parameters
    ----------
    path
        Of the file; made where there is none.
    table
        SQL that makes the table if there is none.

    Raises
    ------
    OSError
        It cannot be read or written.
    """
    try:
        with closing(sqlite3.connect(path, timeout=_PATIENCE_S)) as base:
            _write_ahead(base)
            base.execute("PRAGMA synchronous=FULL")
            base.execute(table)
            with base:
                yield base
    except sqlite3.Error as error:
        raise OSError(
            f"{path} cannot be used: {error}; if it is damaged, keep a copy and move it away"
        ) from error


def _write_ahead(base: sqlite3.Connection) -> None:
    """Keep a write-ahead log, waiting for others who are making the same file.

    Two who both read a new file and want it whole would wait for each other: SQLite turns one away
    at once, whatever its patience, and that one has only to come back.
    """
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            base.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return
