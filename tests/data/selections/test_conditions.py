"""What a brush writes into a clause holds of the rows it means, and is read out again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.selections.conditions import (
    Kinds,
    NumberRange,
    as_written,
    kinds_in,
    kinds_of,
    quoted,
    range_in,
    range_of,
    with_condition,
)
from spexplain.data.selections.row_filter import RowFilter

TEXTS = ("type 1", "it's", 'a "b"', "AND", "x")
TABLE = pd.DataFrame(
    {
        "z": np.linspace(-1, 1, 21),
        "trimmed-mse": np.arange(21.0),
        "label": [*TEXTS, "", *TEXTS, "", *TEXTS, "", "x", "x", ""],
        "or": np.arange(21.0),
        "2mass": np.arange(21.0),
    }
)
numbers = st.none() | st.floats(-2, 2).map(lambda value: float(f"{value:.6g}"))


def rows(clause):
    return RowFilter({name: lambda name=name: TABLE[name] for name in TABLE}).rows(clause).tolist()


@pytest.mark.parametrize("name", ["z", "trimmed-mse", "or", "2mass"])
@given(low=numbers, high=numbers)
def test_a_range_holds_of_its_rows_and_is_read_again(name, low, high):
    wanted = NumberRange(low, high)
    clause = range_of(name, wanted)
    assert range_in(clause, name) == wanted
    if low is None and high is None:
        assert clause == ""
        return
    values = TABLE[name]
    inside = values.between(-9 if low is None else low, 99 if high is None else high)
    assert rows(clause) == np.flatnonzero(inside).tolist()


@given(st.lists(st.sampled_from(TEXTS), unique=True), st.booleans())
def test_kinds_hold_of_their_rows_and_are_read_again(names, missing):
    wanted = Kinds(tuple(map(quoted, names)), missing)
    clause = kinds_of("label", wanted)
    if not names and not missing:
        assert (clause, kinds_in(clause, "label")) == ("", None)
        return
    assert kinds_in(clause, "label") == wanted
    held = TABLE["label"].isin([*names, *([""] if missing else [])])
    assert rows(clause) == np.flatnonzero(held).tolist()


@pytest.mark.parametrize(
    ("name", "values", "held"),
    [("or", ("3", "20"), [3, 20]), ("z", ("-1",), [0]), ("z", ("-1", "1"), [0, 20])],
)
def test_kinds_may_be_numbers(name, values, held):
    wanted = Kinds(values)
    assert kinds_in(kinds_of(name, wanted), name) == wanted
    assert rows(kinds_of(name, wanted)) == held


def test_kinds_may_be_truths():
    column = pd.Series([True, None, False], dtype="boolean")
    clause = kinds_of("good", Kinds(("TRUE",), missing=True))
    assert kinds_in(clause, "good") == Kinds(("TRUE",), missing=True)
    assert RowFilter({"good": lambda: column}).rows(clause).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "z >= 0.5"),
        ("z <= 0.2", "z >= 0.5"),
        ("label = 'x' & Z BETWEEN -0.1 AND 0.2 and 2 > 1", "label = 'x' AND 2 > 1 AND z >= 0.5"),
        ("WHERE label = 'x'", "label = 'x' AND z >= 0.5"),
        ("z > 0.2", "z > 0.2 AND z >= 0.5"),  # typed by hand: it stays, and both hold
        ("z <= 0.2 or label = 'x'", "(z <= 0.2 or label = 'x') AND z >= 0.5"),
        ("(z <= 0.2 or label = 'x')", "(z <= 0.2 or label = 'x') AND z >= 0.5"),
        ("not z <= 0.2", "not z <= 0.2 AND z >= 0.5"),
    ],
)
def test_a_brush_replaces_its_own_condition_alone(before, after):
    assert with_condition(before, "z", "z >= 0.5") == after
    assert rows(after) == [k for k in rows("z >= 0.5") if before == "" or k in rows(after)]


def test_an_open_brush_takes_its_condition_away():
    assert with_condition("label = 'x' AND z >= 0.5", "z", "") == "label = 'x'"
    assert with_condition("z >= 0.5", "z", "") == ""
    assert with_condition("z <= 1 OR label = 'x'", "z", "") == "z <= 1 OR label = 'x'"


@given(st.lists(st.sampled_from(["z", "label", "or"]), min_size=1, max_size=6))
def test_brushes_of_columns_do_not_meet(order):
    written = {
        "z": "z BETWEEN 0.1 AND 0.2",
        "label": "(label IN ('x', 'AND') OR label IS NULL)",
        "or": '"or" <= 3',
    }
    clause = ""
    for name in order:
        clause = with_condition(clause, name, written[name])
    assert sorted(clause.split(" AND ")) == sorted(
        " AND ".join(written[name] for name in {*order}).split(" AND ")
    )
    for name in order:
        clause = with_condition(clause, name, "")
    assert clause == ""


def test_names_that_are_no_words_stand_in_quotes():
    assert [as_written(name) for name in ("z", "trimmed-mse", "or", "2mass", 'a"b')] == [
        "z", "trimmed_mse", '"or"', '"2mass"', '"a""b"',
    ]  # fmt: skip
