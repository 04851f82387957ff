"""Summary of a column: histogram of numbers, or counts of categories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...data.selections.conditions import quoted
from .colouring import as_numbers, is_number, spreads_over_decades, unit_of

__all__ = ["Histogram", "KindCounts", "summary"]

_BINS = 36
_MOST_KINDS = 12
_ENDS_PERCENT = (0.2, 99.8)  # a few outliers would squeeze the rest into one bar


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """A histogram of numbers.

    Attributes
    ----------
    edges : (B + 1,)
        Edges of the bars; the first and the last bar include all values beyond.
    bars : (N,)
        The bar of each row; -1 if unknown.
    logarithmic
        Whether bars have equal width in the logarithm.
    unit
        Empty if there is none.
    """

    edges: np.ndarray
    bars: np.ndarray
    logarithmic: bool
    unit: str

    def counts(self, rows: np.ndarray | None = None) -> np.ndarray:
        """Number of some rows (all by default) in each bar, (B,)."""
        return _counted(self.bars, len(self.edges) - 1, rows)

    def rounded(self, value: float) -> float:
        """A value on the axis, rounded to the precision of a drag."""
        if self.logarithmic:
            return float(f"{value:.3g}")
        step = (self.edges[-1] - self.edges[0]) / 500
        return round(value, int(np.ceil(-np.log10(step)))) if step > 0 else value


@dataclass(frozen=True, slots=True, eq=False)
class KindCounts:
    """Counts of the categories of a column.

    Attributes
    ----------
    names : (K,)
        For display, the most frequent first.
    values : (K,)
        As written in a where-clause.
    bars : (N,)
        The category of each row; -1 if unknown, -2 if it is not named.
    n_more
        Number of categories that are not named.
    """

    names: tuple[str, ...]
    values: tuple[str, ...]
    bars: np.ndarray
    n_more: int

    def counts(self, rows: np.ndarray | None = None) -> np.ndarray:
        """Number of some rows (all by default) in each category, (K,)."""
        return _counted(self.bars, len(self.names), rows)


def summary(name: str, column: pd.Series) -> Histogram | KindCounts:
    """Summarise a column.

    Parameters
    ----------
    name
        Its name, which may give the unit.
    column : (N,)
        Numbers, texts or truths.
    """
    return _histogram(name, as_numbers(column)) if is_number(column) else _kinds(column)


def _histogram(name: str, values: np.ndarray) -> Histogram:
    known = np.isfinite(values)
    logarithmic = spreads_over_decades(values)
    low, high = np.percentile(values[known], _ENDS_PERCENT) if known.any() else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges = (np.geomspace if logarithmic else np.linspace)(low, high, _BINS + 1)
    bars = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, _BINS - 1)
    bars = np.where(known, bars, -1).astype(np.int16)
    return Histogram(edges, bars, logarithmic, unit_of(name))


def _kinds(column: pd.Series) -> KindCounts:
    codes, kinds = pd.factorize(column)
    written = _writer(column)
    empty = np.array([kind == "" for kind in kinds], bool)
    counts = np.bincount(codes[codes >= 0], minlength=len(kinds))
    order = np.argsort(np.where(empty, 1, -counts), kind="stable")[: int((~empty).sum())]
    named = order[:_MOST_KINDS]
    places = np.full(len(kinds) + 1, -2, np.int16)  # the last counts missing values
    places[-1] = -1
    places[:-1][empty] = -1
    places[named] = np.arange(len(named))
    names = tuple(str(kinds[at]) for at in named)
    values = tuple(written(kinds[at]) for at in named)
    return KindCounts(names, values, places[codes], len(order) - len(named))


def _writer(column: pd.Series) -> Callable[[object], str]:
    if pd.api.types.is_bool_dtype(column.dtype):
        return lambda value: "TRUE" if value else "FALSE"
    if pd.api.types.is_numeric_dtype(column.dtype):
        return str
    return lambda value: quoted(str(value))


def _counted(bars: np.ndarray, n: int, rows: np.ndarray | None) -> np.ndarray:
    bar_of_row = bars if rows is None else bars[rows]
    return np.bincount(bar_of_row[bar_of_row >= 0], minlength=n)
