"""Named selections are kept by id, replaced, listed and forgotten, beside the tags."""

from dataclasses import astuple
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.collection.annotations.tags import Annotations
from spexplain.data.selections.kept_selections import (
    FormerSelection,
    KeptSelection,
    KeptSelections,
)


def test_what_is_kept_is_listed_read_replaced_and_forgotten(tmp_path: Path):
    kept = KeptSelections(tmp_path)
    assert kept.all() == []
    assert not list(tmp_path.iterdir())  # asking makes no file
    kept.keep("left  half", "box on the plane", ["b", "a"])
    kept.keep("blue", "Type: type 1", ["c"])
    assert kept.all() == [
        KeptSelection("blue", "Type: type 1", 1),
        KeptSelection("left half", "box on the plane", 2),
    ]
    assert kept.ids("left half") == ["b", "a"]
    kept.keep("blue", "z < 0.1", [])
    assert kept.all()[0] == KeptSelection("blue", "z < 0.1", 0)
    kept.forget("blue")
    assert [one.name for one in KeptSelections(tmp_path).all()] == ["left half"]
    with pytest.raises(KeyError, match="blue"):
        kept.ids("blue")


def test_what_a_name_loses_is_given_back_to_whoever_took_it(tmp_path: Path):
    mine, theirs = KeptSelections(tmp_path), KeptSelections(tmp_path)
    assert mine.keep("twos", "lasso", ["a", "b"]) is None
    assert mine.keep("twos", "again", ["a", "b"]) is None  # nothing is lost
    former = theirs.keep("twos", "box", ["c"])
    assert former == FormerSelection("twos", "again", ["a", "b"])
    assert theirs.keep(*astuple(former)) == FormerSelection("twos", "box", ["c"])
    assert mine.ids("twos") == ["a", "b"]
    assert mine.forget("twos") == former
    assert mine.forget("twos") is None


def test_they_share_the_file_of_the_tags(tmp_path: Path):
    tags, kept = Annotations(tmp_path), KeptSelections(tmp_path)
    tags.tag("a", 3)
    kept.keep("one", "lasso", ["a"])
    assert tags.tags() == {"a": 3}
    assert kept.ids("one") == ["a"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_is_short_and_not_empty(tmp_path: Path, name: str):
    with pytest.raises(ValueError, match="1 to 60"):
        KeptSelections(tmp_path).keep(name, "lasso", [])


def test_a_file_that_is_no_base_is_named(tmp_path: Path):
    (tmp_path / "annotations.sqlite").write_text("no base " * 200)
    with pytest.raises(OSError, match=r"annotations\.sqlite"):
        KeptSelections(tmp_path).all()


@given(ids=st.lists(st.text(max_size=20), max_size=6))
def test_ids_of_any_letters_come_back(tmp_path_factory, ids: list[str]):
    ids = [id.encode("utf-8", "ignore").decode() for id in ids]
    kept = KeptSelections(tmp_path_factory.mktemp("kept"))
    kept.keep("any", "lasso", ids)
    assert kept.ids("any") == ids


def test_a_colour_stays_with_its_name_and_only_a_colour_is_one(tmp_path: Path) -> None:
    kept = KeptSelections(tmp_path)
    kept.keep("few", "lasso", ["a"])
    assert kept.all()[0].colour == ""
    kept.recolour("few", "#a0b1c2")
    kept.keep("few", "box", ["a", "b"])  # kept anew, in the colour it had
    assert kept.all() == [KeptSelection("few", "box", 2, "#a0b1c2")]
    with pytest.raises(ValueError, match="red"):
        kept.recolour("few", "red")
    with pytest.raises(KeyError, match="many"):
        kept.recolour("many", "#000000")
