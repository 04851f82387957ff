"""What is kept in SQLite is read where nothing can be written, and a refusal says what to do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from spexplain.data.files.sqlite_file import reading, transaction

_TABLE = "CREATE TABLE IF NOT EXISTS kept (word TEXT)"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A file where SQLite cannot make what it writes beside: as on a full disk, for root too."""
    path = tmp_path / "kept.sqlite"
    with transaction(path, _TABLE) as base:
        base.execute("INSERT INTO kept VALUES ('one')")
    (tmp_path / "kept.sqlite-shm").mkdir()
    return path


def words(path: Path) -> list[str]:
    with reading(path, _TABLE) as base:
        return [word for (word,) in base.execute("SELECT word FROM kept ORDER BY word")]


def test_what_cannot_be_written_is_read_and_left_as_it_is(kept: Path):
    before = kept.read_bytes()
    assert words(kept) == ["one"]
    assert kept.read_bytes() == before


def test_what_only_the_log_holds_is_read_too(tmp_path: Path):
    path, there = tmp_path / "kept.sqlite", tmp_path / "elsewhere"
    there.mkdir()
    with transaction(path, _TABLE) as base:
        base.execute("INSERT INTO kept VALUES ('one')")
    with closing(sqlite3.connect(path)) as other:  # as one that was killed leaves it
        other.execute("INSERT INTO kept VALUES ('two')")
        other.commit()
        for name in ("kept.sqlite", "kept.sqlite-wal"):
            (there / name).write_bytes((tmp_path / name).read_bytes())
    (there / "kept.sqlite-shm").mkdir()
    assert words(there / "kept.sqlite") == ["one", "two"]


def test_writing_where_nothing_can_be_written_says_so_and_loses_nothing(kept: Path):
    with (
        pytest.raises(OSError, match=r"cannot be written: .* what it held is kept\. Is the disk"),
        transaction(kept, _TABLE) as base,
    ):
        base.execute("INSERT INTO kept VALUES ('two')")
    (kept.parent / "kept.sqlite-shm").rmdir()
    assert words(kept) == ["one"]


def test_a_damaged_file_is_told_from_one_that_cannot_be_written(tmp_path: Path):
    path = tmp_path / "kept.sqlite"
    path.write_bytes(b"no database" * 100)
    for use in (reading, transaction):
        with pytest.raises(OSError, match="if it is damaged"), use(path, _TABLE):
            pass


@pytest.mark.parametrize(
    "made",
    [
        "CREATE VIEW kept AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) "
        "SELECT x AS word FROM r",
        "CREATE TRIGGER gone AFTER INSERT ON kept BEGIN DELETE FROM kept; END",
    ],
    ids=["view", "trigger"],
)
def test_a_strangers_view_or_trigger_is_told_and_not_run(tmp_path: Path, made: str):
    path = tmp_path / "kept.sqlite"
    with closing(sqlite3.connect(path)) as base:
        if "TRIGGER" in made:
            base.execute(_TABLE)
        base.execute(made)
    with pytest.raises(OSError, match=r"it has the (view|trigger) '\w+', and only tables are read"):
        words(path)
    with pytest.raises(OSError, match="only tables are read"), transaction(path, _TABLE):
        pass


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ("CREATE TABLE kept (at TEXT, word TEXT AS (hex(zeroblob(9e8))))", "column 'word'"),
        ("CREATE TABLE kept (at TEXT, word TEXT AS (hex(at)) STORED)", "column 'word'"),
        ("CREATE TABLE kept (word TEXT); CREATE INDEX i ON kept (hex(word))", "index 'i'"),
    ],
)
def test_what_a_stranger_has_computed_is_told_and_not_run(tmp_path: Path, made: str, words: str):
    path = tmp_path / "kept.sqlite"
    with closing(sqlite3.connect(path)) as base:
        base.executescript(made)
    with pytest.raises(OSError, match=f"{words}, and only tables are read"), reading(path, _TABLE):
        pass


def test_a_value_larger_than_any_of_ours_is_refused(tmp_path: Path):
    path = tmp_path / "kept.sqlite"
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(_TABLE)
        base.execute("INSERT INTO kept VALUES (zeroblob(100000001))")
    with pytest.raises(OSError, match="too big"), reading(path, _TABLE) as base:
        base.execute("SELECT word FROM kept").fetchall()
