"""Bokeh data sources that send only changed columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource

__all__ = ["clear", "empty_source", "fill"]


def empty_source(name: str, *columns: str) -> ColumnDataSource:
    """A source of this name with these columns, all empty."""
    return ColumnDataSource({column: [] for column in columns}, name=name)


def fill(source: ColumnDataSource, columns: Mapping[str, Sequence[Any] | np.ndarray]) -> None:
    """Give a source these columns, unless it holds the same.

    For each source that a message names, the browser lays out all of its glyphs anew: of those
    that a click merely empties again, that is more work than the spectrum itself.

    Parameters
    ----------
    source
        Whose columns are written here alone, and not in the browser.
    columns
        All of its columns, by name. An array may not be changed in place afterwards.
    """
    held: Any = source.data
    if held.keys() != columns.keys() or not all(_same(held[key], columns[key]) for key in columns):
        source.data = dict(columns)


def clear(*sources: ColumnDataSource) -> None:
    """Empty all columns of each source, unless they are."""
    for source in sources:
        fill(source, {str(column): [] for column in source.data})


def _same(held: Any, wanted: Any) -> bool:
    if len(held) != len(wanted):
        return False
    if not len(held):
        return True
    held, wanted = np.asarray(held), np.asarray(wanted)
    numbers = held.dtype.kind == "f" and wanted.dtype.kind == "f"
    return bool(np.array_equal(held, wanted, equal_nan=numbers))
