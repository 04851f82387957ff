"""What can colour the plane: categories with their counts, or a number with its range."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...core.models.anomaly.scores import SCORE_TITLES
from ...data.lenses.lenses import Lens

__all__ = ["Categories", "Colouring", "Values", "as_numbers", "colour_titles", "colouring"]

MISSING = {
    "type": "unlabelled",
    "predicted": "not classified",
    "correct": "no truth",
    "cluster": "not clustered",
    "domain": "not seen by the lens",
    "domain_o25": "not seen by the lens",
}
# How a column's values are called, where not by themselves.
_LABELS: dict[str, Callable[[Any], str]] = {
    "correct": lambda value: "correct" if value else "wrong",
    "cluster": lambda value: f"cluster {int(value)}" if value >= 0 else "",
}
_NUMBERS = ("score", "z", "sn_median", "of_kind", "distance")
_TYPE_ORDER = ("type 1", "type 2", "intermediate")
_TITLES = {
    "type": "Type",
    "predicted": "Predicted type",
    "correct": "Correct or not",
    "score": f"Score: {SCORE_TITLES['mse']}",
    **{name: f"Score: {title}" for name, title in SCORE_TITLES.items() if name != "mse"},
    "cluster": "Cluster of reasons",
    "domain": "AGN lens: inside its domain or not",
    "of_kind": "AGN lens: like the AGN it learned on",
    "distance": "AGN lens: distance from what it learned on",
    "domain_o25": "Anomaly lens: inside its domain or not",
    "z": "Redshift",
    "sn_median": "Median S/N",
}


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """A colouring by category.

    Attributes
    ----------
    name, title
        Of the colouring.
    names
        (C,) categories, the one for "nothing known" last if it occurs.
    codes
        (N,) index into names for every row of the collection.
    quiet
        Index of the category that stands back, or None.
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

    Attributes
    ----------
    name, title
        Of the colouring.
    values
        (N,) for every row of the collection; NaN where there is none. Scores are drawn
        as log10, since a few anomalies are thousands of times the median.
    low, high
        What the two ends of the colours stand for, in the values' terms.
    logarithmic
        The values are log10 of what the title says.
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


def colour_titles(catalog: pd.DataFrame, lenses: Mapping[str, Lens]) -> dict[str, str]:
    """The colourings a collection has: name → title, in the order of the menu, the usual one first.

    Without a single label, every point would be grey by type: the predicted type comes first.
    """
    columns = {name for lens in lenses.values() for name in lens.columns.columns}
    known = {"type", *columns, *(name for name in ("z", "sn_median") if name in catalog)}
    titles = {name: title for name, title in _TITLES.items() if name in known}
    if "predicted" in titles and (catalog["label"].to_numpy() == "").all():
        return {"predicted": titles["predicted"]} | titles
    return titles


def colouring(name: str, catalog: pd.DataFrame, lenses: Mapping[str, Lens]) -> Colouring:
    """One colouring for all N rows of a collection.

    Raises
    ------
    KeyError
        Neither the catalog nor a lens has this column.
    """
    column = _column("label" if name == "type" else name, catalog, lenses)
    if name in _NUMBERS or name in SCORE_TITLES:
        return _values(name, as_numbers(column))
    return _categories(name, column)


def as_numbers(column: Any) -> np.ndarray:
    """A table's column as float64 (n,), NaN where it holds no number."""
    return np.asarray(pd.to_numeric(column, errors="coerce"), dtype=np.float64)


def _column(name: str, catalog: pd.DataFrame, lenses: Mapping[str, Lens]) -> Any:
    for lens in lenses.values():
        if name in lens.columns:
            return lens.columns[name].reindex(catalog.index)
    return catalog[name]


def _categories(name: str, column: Any) -> Categories:
    found, kinds = pd.factorize(column)  # a missing value is -1
    labels = [*(_LABELS.get(name, str)(kind) for kind in kinds), ""]
    present = sorted({*labels} - {""}, key=_natural)
    names = [kind for kind in _TYPE_ORDER if kind in present]
    names += [kind for kind in present if kind not in names]
    codes = np.array([names.index(label) if label else len(names) for label in labels])[found]
    quiet = len(names) if (codes == len(names)).any() else None
    if quiet is not None:
        names.append(MISSING.get(name, "none"))
    return Categories(name, _TITLES.get(name, name), tuple(names), codes.astype(np.int16), quiet)


def _values(name: str, values: np.ndarray) -> Values:
    logarithmic = name in ("score", "distance") or name in SCORE_TITLES
    if logarithmic:
        values = np.log10(np.where(values > 0, values, np.nan))
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, [1.0, 99.5]) if known.size else (0.0, 1.0)
    return Values(name, _TITLES[name], values, float(low), float(high), logarithmic)


def _natural(name: str) -> tuple[str, int]:
    """'cluster 10' after 'cluster 9'."""
    head = name.rstrip("0123456789")
    return head, int(name[len(head) :] or 0)
