"""A source is sent to the browser only when its columns differ."""

from __future__ import annotations

import numpy as np
import pytest
from bokeh.models import ColumnDataSource
from spexplain.dashboard.figures.filled_source import clear, empty_source, fill

HELD = {"x": [1.0, 2.0], "name": ["a", "b"]}


@pytest.fixture
def sent() -> tuple[ColumnDataSource, list[object]]:
    source, sent = ColumnDataSource(dict(HELD)), []
    source.on_change("data", lambda attr, old, new: sent.append(new))
    return source, sent


@pytest.mark.parametrize("x", [[1.0, 2.0], np.array([1.0, 2.0])])
def test_the_same_columns_are_not_sent_again(sent, x) -> None:
    source, told = sent
    fill(source, {"x": x, "name": ["a", "b"]})
    assert not told


@pytest.mark.parametrize(
    "columns",
    [
        {"x": [1.0, 3.0], "name": ["a", "b"]},
        {"x": [1.0, 2.0], "name": ["a", "c"]},
        {"x": [1.0], "name": ["a"]},
        {"x": [], "name": []},
        {"x": [1.0, np.nan], "name": ["a", "b"]},
        {"x": [1.0, 2.0]},
    ],
)
def test_others_are(sent, columns) -> None:
    source, told = sent
    fill(source, columns)
    assert len(told) == 1
    assert list(source.data) == list(columns)
    for name, column in columns.items():
        np.testing.assert_array_equal(source.data[name], column)


def test_no_value_is_the_same_as_no_value(sent) -> None:
    source, told = sent
    fill(source, {"x": np.array([np.nan, 2.0]), "name": ["a", "b"]})
    fill(source, {"x": np.array([np.nan, 2.0]), "name": ["a", "b"]})
    assert len(told) == 1


def test_what_is_empty_already_is_not_emptied_again(sent) -> None:
    source, told = sent
    clear(source)
    assert source.data == {"x": [], "name": []}
    clear(source, empty_source("other", "x"))
    assert len(told) == 1
