"""Every row is in one bar, and what a bar says a clause says too."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from spexplain.dashboard.workspace.column_summary import Histogram, KindCounts, summary

numbers = st.floats(-1e9, 1e9) | st.just(np.nan) | st.just(np.inf)


@given(st.lists(numbers, min_size=1, max_size=80))
def test_every_known_number_is_in_one_bar(values: list[float]) -> None:
    found = summary("x", pd.Series(values, dtype=np.float64))
    assert isinstance(found, Histogram)
    assert np.all(np.diff(found.edges) > 0)
    assert found.counts().sum() == np.isfinite(values).sum()
    assert found.counts(np.arange(0)).sum() == 0


@given(st.lists(st.floats(0.01, 99), min_size=30, max_size=80), st.integers(0, 29))
def test_a_bar_holds_the_numbers_between_its_edges(values: list[float], row: int) -> None:
    found = summary("x", pd.Series(values))
    assert isinstance(found, Histogram)
    bar, last = found.bars[row], len(found.edges) - 2
    assert bar == 0 or found.edges[bar] <= values[row]
    assert bar == last or values[row] < found.edges[bar + 1]


def test_numbers_over_decades_have_bars_of_equal_ratio() -> None:
    found = summary("width_kms", pd.Series(10.0 ** np.linspace(0, 6, 200)))
    assert isinstance(found, Histogram)
    assert (found.logarithmic, found.unit) == (True, "km/s")
    ratios = found.edges[1:] / found.edges[:-1]
    np.testing.assert_allclose(ratios, ratios[0])
    assert found.rounded(1234.5) == 1230


def test_a_hand_means_few_digits_but_enough() -> None:
    dates = summary("mjd", pd.Series(np.linspace(52141.25, 52200.0, 99)))
    assert isinstance(dates, Histogram)
    assert dates.rounded(52170.123456) == 52170.1


def test_kinds_are_counted_the_most_frequent_first_and_written_as_a_clause_has_them() -> None:
    found = summary("label", pd.Series(["b", "a", "", "b", "it's", "a", "b", ""]))
    assert isinstance(found, KindCounts)
    assert found.names == ("b", "a", "it's")
    assert found.values == ("'b'", "'a'", "'it''s'")
    assert found.counts().tolist() == [3, 2, 1]
    assert found.counts(np.array([0, 1, 2])).tolist() == [1, 1, 0]
    assert (found.bars == -1).sum() == 2


def test_of_many_kinds_the_rest_is_counted() -> None:
    often = np.repeat([f"k{k}" for k in range(20)], np.arange(1, 21))
    found = summary("kind", pd.Series(often))
    assert isinstance(found, KindCounts)
    assert (found.names[0], len(found.names), found.n_more) == ("k19", 12, 8)
    assert (found.bars == -2).sum() == sum(range(1, 9))


def test_truths_and_few_numbers_are_kinds() -> None:
    truths = summary("good", pd.Series([True, None, False, True], dtype="boolean"))
    assert isinstance(truths, KindCounts)
    assert truths.values == ("TRUE", "FALSE")
    flags = summary("flag", pd.Series([-1, 2, 2]))
    assert isinstance(flags, KindCounts)
    assert flags.values == ("2", "-1")
    empty = summary("label", pd.Series(["", ""]))
    assert isinstance(empty, KindCounts)
    assert (empty.names, empty.counts().tolist()) == ((), [])
