"""What can colour the plane: categories with their counts, or a number with its range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

__all__ = ["Categories", "Colouring", "Values", "colour_titles", "colouring"]

MISSING = {
    "type": "unlabelled",
    "predicted": "not classified",
    "correct": "no truth",
    "cluster": "not clustered",
}
_TYPE_ORDER = ("type 1", "type 2", "intermediate")
_TITLES = {
    "type": "Type",
    "predicted": "Predicted type",
    "correct": "Correct or not",
    "score": "Anomaly score",
    "cluster": "Cluster of reasons",
    "z": "Redshift",
    "sn_median": "Median S/N",
}


class _Lens(Protocol):
    @property
    def columns(self) -> pd.DataFrame: ...


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """A colouring by category.

    Attributes:
        name, title: of the colouring.
        names: (C,) categories, the one for "nothing known" last if it occurs.
        codes: (N,) index into names for every row of the collection.
        quiet: index of the category that stands back, or None.
    """

    name: str
    title: str
    names: tuple[str, ...]
    codes: np.ndarray
    quiet: int | None

    def counts(self, rows: np.ndarray) -> np.ndarray:
        """How many of these rows are in each category, (C,)."""
        return np.bincount(self.codes[rows], minlength=len(self.names))

    def label(self, row: int) -> str:
        """The category of one row."""
        return self.names[self.codes[row]]


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """A colouring by number.

    Attributes:
        name, title: of the colouring.
        values: (N,) for every row of the collection; NaN where there is none. Scores are drawn
            as log10, since a few anomalies are thousands of times the median.
        low, high: what the two ends of the colours stand for, in the values' terms.
        logarithmic: the values are log10 of what the title says.
    """

    name: str
    title: str
    values: np.ndarray
    low: float
    high: float
    logarithmic: bool

    def label(self, row: int) -> str:
        """The number of one row, as text."""
        value = self.values[row]
        if not np.isfinite(value):
            return "none"
        return f"{10**value if self.logarithmic else value:.3g}"


Colouring = Categories | Values


def colour_titles(catalog: pd.DataFrame, lenses: dict[str, _Lens]) -> dict[str, str]:
    """The colourings a collection has: name → title, in the order of the menu."""
    columns = {name for lens in lenses.values() for name in lens.columns.columns}
    known = {"type", *columns, *(name for name in ("z", "sn_median") if name in catalog)}
    return {name: title for name, title in _TITLES.items() if name in known}


def colouring(name: str, catalog: pd.DataFrame, lenses: dict[str, _Lens]) -> Colouring:
    """One colouring for all N rows of a collection.

    Raises:
        KeyError: neither the catalog nor a lens has this column.
    """
    column = _column("label" if name == "type" else name, catalog, lenses)
    if name in ("score", "z", "sn_median"):
        return _values(name, column.to_numpy(np.float64, na_value=np.nan))
    if name == "correct":
        column = column.map({True: "correct", False: "wrong"})
    if name == "cluster":
        found = pd.to_numeric(column, errors="coerce")
        column = found.map(lambda k: f"cluster {int(k)}" if k >= 0 else "")
    return _categories(name, column.fillna("").astype(str))


def _column(name: str, catalog: pd.DataFrame, lenses: dict[str, _Lens]) -> pd.Series:
    for lens in lenses.values():
        if name in lens.columns:
            return lens.columns[name].reindex(catalog.index)
    return catalog[name]


def _categories(name: str, column: pd.Series) -> Categories:
    missing = MISSING.get(name, "none")
    text = column.where(column != "", missing)
    present = [kind for kind in sorted(set(text), key=_natural) if kind != missing]
    names = [kind for kind in _TYPE_ORDER if kind in present]
    names += [kind for kind in present if kind not in names]
    if (text == missing).any():
        names.append(missing)
    codes = pd.Categorical(text, categories=names).codes.astype(np.int16)
    quiet = names.index(missing) if missing in names else None
    return Categories(name, _TITLES.get(name, name), tuple(names), codes, quiet)


def _values(name: str, values: np.ndarray) -> Values:
    logarithmic = name == "score"
    if logarithmic:
        values = np.log10(np.where(values > 0, values, np.nan))
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, [1.0, 99.5]) if known.size else (0.0, 1.0)
    return Values(name, _TITLES[name], values, float(low), float(high), logarithmic)


def _natural(name: str) -> tuple[str, int]:
    """'cluster 10' after 'cluster 9'."""
    head = name.rstrip("0123456789")
    return head, int(name[len(head) :] or 0)
