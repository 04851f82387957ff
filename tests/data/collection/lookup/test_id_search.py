"""Ids are found by any part of them, and by the numbers they are made of."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.collection.lookup.id_search import IdSearch

IDS = [
    "0651-52141-0072",
    "0651-52141-0073",
    "1651-52141-0072",
    "demo-000002",
    "demo-00000",
    "QSO b",
]


@pytest.fixture
def search() -> IdSearch:
    return IdSearch(IDS)


def test_the_id_itself_comes_first_then_those_that_begin_with_it(search: IdSearch) -> None:
    assert search.containing("demo-00000") == ([4, 3], 2)
    assert search.containing("651-52141") == ([0, 1, 2], 3)
    assert search.containing("1651") == ([2], 1)
    assert search.containing("qso B ") == ([5], 1)


def test_no_more_rows_than_asked_for_but_all_are_counted(search: IdSearch) -> None:
    assert search.containing("52141", limit=2) == ([0, 1], 3)
    assert IdSearch(["a"] * 3000).containing("a", limit=1) == ([0], 1000)


@pytest.mark.parametrize(
    "text",
    [
        "spec-0651-52141-0072.fits",
        "651 52141 72",
        "651_52141_0072",
        "plate 651, 52141, 72",
        "spSpec-52141-0651-072.fit",
        "MJD=52141 plate=651 fiber=72",
        "651/72/52141",
        "plate 651 fiber 72",
        "72 52141 651",
        str((651 << 50) | (72 << 38) | (2141 << 24) | (26 << 10)),
    ],
)
def test_plate_mjd_and_fiber_are_found_however_they_are_written(
    search: IdSearch, text: str
) -> None:
    assert search.containing(text) == ([0], 1)


@pytest.mark.parametrize("text", ["", "  ", "nothing", "651 52141 7", "99", "a\nb"])
def test_what_no_id_holds_is_found_nowhere(search: IdSearch, text: str) -> None:
    assert search.containing(text) == ([], 0)


def test_near_ids_share_a_beginning_or_an_end(search: IdSearch) -> None:
    assert search.near("0651-52141-0079")[:2] == [0, 1]
    assert search.near("0561-52141-0073") == [1]  # a slip in the plate
    assert search.near("zz") == []
    assert IdSearch([]).near("0651") == []


@given(st.lists(st.text("ab-", min_size=1, max_size=5)), st.text("ab-", min_size=1, max_size=4))
def test_all_rows_that_contain_a_text_are_found(ids: list[str], text: str) -> None:
    rows, n = IdSearch(ids).containing(text, limit=100)
    expected = [row for row, id in enumerate(ids) if text in id]
    assert sorted(rows) == expected
    assert n == len(expected)
    places = [(ids[row] != text, not ids[row].startswith(text), row) for row in rows]
    equals = [place for place in places if not place[0]]
    assert [place[1:] for place in places[1:]] == sorted(place[1:] for place in places[1:])
    assert not equals or not places[0][0]


def test_a_whole_survey_is_searched_while_one_types() -> None:
    search = IdSearch(f"{n % 9999:04d}-{50000 + n % 8000}-{n % 1000:04d}" for n in range(400_000))
    took = []
    for text in ("5", "4321-5", "no such", "57999-0999"):
        began = time.perf_counter()
        search.containing(text)
        took.append(time.perf_counter() - began)
    assert sorted(took)[1] < 0.2, took
