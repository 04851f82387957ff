import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.collection.annotations.tags import Annotations


def test_tags_are_found_by_another_reader(tmp_path):
    assert Annotations(tmp_path).tags() == {}
    assert list(tmp_path.iterdir()) == []  # nothing is made before the first tag
    assert Annotations(tmp_path).tag("a-1", 3) is None
    assert Annotations(tmp_path).tag("b-2", 0) is None
    assert Annotations(tmp_path).tags() == {"a-1": 3, "b-2": 0}


def test_a_column_has_the_tag_of_each_id_and_no_number_without_one(tmp_path):
    ids = pd.Series(["a-1", "b-2", "c-3"])
    assert Annotations(tmp_path).column(ids).isna().all()
    Annotations(tmp_path).tag("b-2", 0)
    column = Annotations(tmp_path).column(ids)
    assert column.dtype == "Int64"
    assert column.isna().tolist() == [True, False, True]
    assert column[1] == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.one_of(st.none(), st.integers(0, 9)))))
def test_tagging_with_what_was_before_undoes(tmp_path_factory, steps):
    notes = Annotations(tmp_path_factory.mktemp("notes"))
    known, undo = {}, []
    for id, tag in steps:
        before = notes.tag(id, tag)
        assert before == known.get(id)
        undo.append((id, before))
        known = {k: v for k, v in (known | {id: tag}).items() if v is not None}
        assert notes.tags() == known
    for id, before in reversed(undo):
        notes.tag(id, before)
    assert notes.tags() == {}


def test_first_visitors_wait_for_each_other(tmp_path):
    """A file that another is making: SQLite turns the second away at once, and it comes back."""
    path = tmp_path / "annotations.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(1) as pool:
            tagged = pool.submit(Annotations(tmp_path).tag, "a-1", 3)
            assert not wait([tagged], timeout=0.1).done
            base.execute("COMMIT")
            assert tagged.result() is None
    assert Annotations(tmp_path).tags() == {"a-1": 3}


def test_visitors_tag_at_once(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: Annotations(tmp_path).tag(f"s-{n}", n % 10), range(60)))
    assert Annotations(tmp_path).tags() == {f"s-{n}": n % 10 for n in range(60)}
    with sqlite3.connect(tmp_path / "annotations.sqlite") as base:
        assert base.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_cannot_be_tagged_is_said(tmp_path):
    with pytest.raises(ValueError, match="0 to 9, got 10"):
        Annotations(tmp_path).tag("a", 10)
    with pytest.raises(OSError, match=r"annotations\.sqlite"):
        Annotations(tmp_path / "nowhere").tag("a", 1)
    (tmp_path / "annotations.sqlite").write_text("no database, and long enough to be none" * 9)
    with pytest.raises(OSError, match="not a database"):
        Annotations(tmp_path).tags()


@pytest.mark.parametrize(("id", "tag"), [("a", 12), ("a", "x"), (None, 1), (b"\xff", 1)])
def test_what_spexplain_never_wrote_is_told(tmp_path, id, tag):
    with closing(sqlite3.connect(tmp_path / "annotations.sqlite")) as base, base:
        base.execute("CREATE TABLE tags (id, tag, at)")
        base.execute("INSERT INTO tags VALUES (?, ?, '')", (id, tag))
    with pytest.raises(OSError, match=r"annotations\.sqlite cannot be used: it gives .* the tag"):
        Annotations(tmp_path).tags()
