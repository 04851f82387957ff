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
_ENDS_PERCENT = (0.2, 99.8)  # beyond them a few would squeeze the rest into one bar


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Numbers, counted.

    Attributes
    ----------
    edges : (B + 1,)
        Of the bars; the first and the last bar hold what lies beyond too.
    bars : (N,)
        The bar of each row; -1 where nothing is known.
    logarithmic
        Bars are of equal width in the logarithm.
    unit
        Empty where there is none.
    """

    edges: np.ndarray
    bars: np.ndarray
    logarithmic: bool
    unit: str

    def counts(self, rows: np.ndarray | None = None) -> np.ndarray:
        """How many of some rows (of all by default) are in each bar, (B,)."""
        return _counted(self.bars, len(self.edges) - 1, rows)

    def rounded(self, value: float) -> float:
        """A place on the axis with as many digits as a hand can mean."""
        if self.logarithmic:
            return float(f"{value:.3g}")
        step = (self.edges[-1] - self.edges[0]) / 500
        return round(value, int(np.ceil(-np.log10(step)))) if step > 0 else value


@dataclass(frozen=True, slots=True, eq=False)
class KindCounts:
    """Kinds, counted.

    Attributes
    ----------
    names : (K,)
        For the reader, the most frequent first.
    values : (K,)
        As a where-clause writes them.
    bars : (N,)
        The kind of each row; -1 where nothing is known, -2 for those that are not named.
    n_more
        How many kinds are not named.
    """

    names: tuple[str, ...]
    values: tuple[str, ...]
    bars: np.ndarray
    n_more: int

    def counts(self, rows: np.ndarray | None = None) -> np.ndarray:
        """How many of some rows (of all by default) are of each kind, (K,)."""
        return _counted(self.bars, len(self.names), rows)


def summary(name: str, column: pd.Series) -> Histogram | KindCounts:
    """What a column holds.

    Parameters
    ----------
    name
        Its name, which may tell the unit.
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
    places = np.full(len(kinds) + 1, -2, np.int16)  # the last is of what is missing
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
