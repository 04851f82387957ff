"""One SQLite file that several processes write: every change is one transaction."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["only_tables", "reading", "transaction"]

_PATIENCE_S = 5.0
_MOST_BYTES_A_VALUE = 100_000_000  # the ids of a million kept spectra have twenty million
_NOT_STORED = """
    SELECT type, name FROM sqlite_master
    WHERE type != 'table' AND (type != 'index' OR sql IS NOT NULL)
    UNION ALL SELECT 'computed column', x.name
    FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS x
    WHERE m.type = 'table' AND x.hidden > 1
"""
# What SQLite says of a full disk, and of a file or folder that may not be written.
_UNWRITABLE = {
    sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY
}  # fmt: skip


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
        with closing(_opened(path, table)) as base, base:
            yield base
    except sqlite3.Error as error:
        raise _refused(path, error) from error


@contextmanager
def reading(path: Path, table: str) -> Iterator[sqlite3.Connection]:
    """A connection to read by, also where nothing can be written.

    SQLite writes beside a file to read it. Where it cannot (a full disk, a folder of somebody
    else's, a read-only one) a copy in the system's folder for temporary files is read.

    Parameters
    ----------
    path
        Of the file.
    table
        SQL that makes the table if there is none.

    Raises
    ------
    OSError
        It cannot be read.
    """
    try:
        with ExitStack() as ends:
            try:
                base = ends.enter_context(closing(_opened(path, table)))
            except sqlite3.OperationalError as error:
                if not _cannot_write(error):
                    raise
                aside = Path(ends.enter_context(TemporaryDirectory())) / path.name
                for end in ("", "-wal"):
                    if path.with_name(path.name + end).exists():
                        shutil.copyfile(f"{path}{end}", f"{aside}{end}")
                base = ends.enter_context(closing(_opened(aside, table)))
            yield base
    except sqlite3.Error as error:
        raise _refused(path, error) from error


def only_tables(base: sqlite3.Connection) -> None:
    """Raise DatabaseError if a file has more than tables of what it stores.

    A view may have rows without an end, and a computed column or index values of any size.
    """
    base.execute("PRAGMA trusted_schema=OFF")
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_BYTES_A_VALUE)
    for kind, name in base.execute(_NOT_STORED):
        raise sqlite3.DatabaseError(f"it has the {kind} {name!r}, and only tables are read")


def _opened(path: Path, table: str) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=_PATIENCE_S)
    try:
        _write_ahead(base)
        only_tables(base)
        base.execute("PRAGMA synchronous=FULL")
        base.execute(table)
    except BaseException:  # raised on; nothing else would close it
        base.close()
        raise
    return base


def _cannot_write(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _UNWRITABLE


def _refused(path: Path, error: sqlite3.Error) -> OSError:
    if _cannot_write(error):
        return OSError(
            f"{path} cannot be written: {error}; what it held is kept. Is the disk full, or the "
            "folder somebody else's?"
        )
    return OSError(
        f"{path} cannot be used: {error}; if it is damaged, keep a copy and move it away"
    )


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
