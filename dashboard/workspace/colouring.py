"""Colourings of the plane: categories with counts, or a number with a range."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ...core.models.anomaly import SCORE_TITLES
from ...core.words import number_text
from ...data.collection.trained.type_names import TYPES
from ...data.lenses import Lens
from ...data.selections import browsed_columns

__all__ = [
    "Categories",
    "Colouring",
    "Values",
    "as_numbers",
    "colour_groups",
    "colour_titles",
    "colouring",
    "is_number",
    "spreads_over_decades",
    "unit_of",
]

MISSING = {
    "type": "unlabelled",
    "predicted": "not classified",
    "correct": "unlabelled",
    "cluster": "not clustered",
    "domain": "not seen by the lens",
    "domain_o25": "not seen by the lens",
}
# Display names of values, where they differ from the values.
_LABELS: dict[str, Callable[[Any], str]] = {
    "correct": lambda value: "correct" if value else "wrong",
    "cluster": lambda value: f"cluster {int(value)}" if value >= 0 else "",
}
_NUMBERS = ("score", "z", "sn_median", "of_kind", "distance")
# A column of numbers with at most so many different values is one of categories.
_FEWEST_NUMBERS = 10
# Categories in the legend; datashader compiles anew for each eight of them. The rest are "other".
_MOST_KINDS = 14
OTHER = "other"
# Every spectrum has its own, or they are the colouring by type.
_NO_COLOURS = frozenset({"id", "file", "label"})
# Categories of few spectra that must be visible even as one among thousands.
_LOUD = {"correct": "wrong", "domain": "outside", "domain_o25": "outside"}
# Units of the columns that a collection may have.
_UNITS = {"ra": "°", "dec": "°", "ebv": "mag", "ebv_stars": "mag"}
_UNIT_ENDS = {"_kms": "km/s", "_aa": "Å", "_deg": "°", "_mag": "mag", "_arcsec": "″", "_nm": "nm"}
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
        Index of the category drawn in the background, or None.
    loud
        Index of the category of few that is drawn above the others, or None.
    own
        Category → ``#rrggbb`` chosen by a visitor; the others have default colours.
    """

    name: str
    title: str
    names: tuple[str, ...]
    codes: np.ndarray
    quiet: int | None
    loud: int | None = None
    own: Mapping[str, str] = field(default_factory=dict)

    def counts(self, rows: np.ndarray) -> np.ndarray:
        """Number of these rows in each category, (C,)."""
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
        (N,) for every row of the collection; NaN if unknown. Scores, and other values that spread
        over decades, are drawn as log10: a few anomalies are thousands of times the median.
    low, high
        Values at the two ends of the colours if all rows are in view.
    logarithmic
        Whether the values are log10 of the quantity in the title.
    unit
        Unit of that quantity; empty if it has none.
    """

    name: str
    title: str
    values: np.ndarray
    low: float
    high: float
    logarithmic: bool
    unit: str = ""

    def span(self, rows: np.ndarray) -> tuple[float, float]:
        """Values at the two ends of the colours for some rows: their 1st and 99.5th percentile.

        Those for all rows if these have fewer than two values.
        """
        seen = self.values[rows]
        low, high = _ends(seen)
        there = low < high and np.isfinite(seen).any()
        return (low, high) if there else (self.low, self.high)

    def label(self, row: int) -> str:
        """The number of one row, as text."""
        value = self.values[row]
        if not np.isfinite(value):
            return "none"
        number = number_text(10**value if self.logarithmic else value, ".3g")
        return f"{number} {self.unit}".rstrip()


Colouring = Categories | Values


def colour_titles(catalog: pd.DataFrame, lenses: Mapping[str, Lens]) -> dict[str, str]:
    """The colourings of a collection: name → title, in the order of the menu, the default first.

    Colourings with a title are followed by all other columns of the catalogue and the results,
    under their names. Without labels all points would be grey by type, so the predicted type comes
    first.
    """
    columns = {name for lens in lenses.values() for name in lens.columns.columns}
    known = {"type", *columns, *(name for name in ("z", "sn_median") if name in catalog)}
    titles = {name: title for name, title in _TITLES.items() if name in known}
    if "predicted" in titles and not np.any(catalog["label"] != ""):
        titles = {"predicted": titles["predicted"]} | titles
    rest = (name for name in browsed_columns(catalog, lenses) if name not in _NO_COLOURS)
    return titles | {name: name for name in rest if name not in titles}


def colour_groups(catalog: pd.DataFrame, titles: Mapping[str, str]) -> dict[str, str]:
    """The menu heading of each colouring: "" for those with a title."""
    groups = dict.fromkeys(titles, "All results")
    groups |= {name: "All of the catalogue" for name in titles if name in catalog}
    return groups | {name: "" for name in titles if name in _TITLES}


def colouring(name: str, catalog: pd.DataFrame, lenses: Mapping[str, Lens]) -> Colouring:
    """One colouring for all N rows of a collection.

    Raises
    ------
    KeyError
        Neither the catalogue nor a lens has this column.
    """
    column = _column("label" if name == "type" else name, catalog, lenses)
    if name in _NUMBERS or name in SCORE_TITLES or (name not in _TITLES and is_number(column)):
        return _values(name, as_numbers(column))
    return _categories(name, column)


def as_numbers(column: Any) -> np.ndarray:
    """A table's column as float64 (n,), NaN where it holds no number."""
    return np.asarray(pd.to_numeric(column, errors="coerce"), dtype=np.float64)


def _column(name: str, catalog: pd.DataFrame, lenses: Mapping[str, Lens]) -> Any:
    if name in _TITLES:
        for lens in lenses.values():
            if name in lens.columns:
                return lens.columns[name].reindex(catalog.index)
    return browsed_columns(catalog, lenses)[name]()


def is_number(column: pd.Series) -> bool:
    """Whether a column holds numbers, rather than a few numbered categories."""
    kind = column.dtype
    if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind):
        return False
    return not pd.api.types.is_integer_dtype(kind) or column.nunique() > _FEWEST_NUMBERS


def _categories(name: str, column: Any) -> Categories:
    code_of_row, kinds = pd.factorize(column)  # a missing value is -1
    labels = [*(_LABELS.get(name, str)(kind) for kind in kinds), ""]
    if name not in _TITLES:
        labels = _most_frequent(labels, code_of_row)
    present = sorted({*labels} - {"", OTHER}, key=_natural)
    names = [kind for kind in TYPES if kind in present]
    names += [kind for kind in present if kind not in names]
    names += [OTHER] if OTHER in labels else []
    codes = np.array([names.index(label) if label else len(names) for label in labels])[code_of_row]
    quiet = len(names) if (codes == len(names)).any() else None
    loud = names.index(_LOUD[name]) if _LOUD.get(name) in names else None
    if quiet is not None:
        names.append(MISSING.get(name, "none"))
    title = _TITLES.get(name, name)
    return Categories(name, title, tuple(names), codes.astype(np.int16), quiet, loud)


def _most_frequent(labels: list[str], codes: np.ndarray) -> list[str]:
    """The labels with all but the most frequent replaced by "other"; unchanged if there are few."""
    if len(labels) <= _MOST_KINDS + 1:
        return labels
    counts = np.bincount(codes[codes >= 0], minlength=len(labels) - 1)
    kept = {*np.argsort(-counts, kind="stable")[:_MOST_KINDS].tolist()}
    known = [label if at in kept or not label else OTHER for at, label in enumerate(labels[:-1])]
    return [*known, ""]


def _values(name: str, values: np.ndarray) -> Values:
    logarithmic = name in ("score", "distance") or name in SCORE_TITLES
    if logarithmic or (name not in _NUMBERS and spreads_over_decades(values)):
        logarithmic = True
        values = np.log10(np.where(values > 0, values, np.nan))
    low, high = _ends(values)
    title = _TITLES.get(name, name)
    return Values(name, title, values, low, high, logarithmic, unit_of(name))


def unit_of(name: str) -> str:
    """The unit of a column by its name; empty if it has none."""
    return _UNITS.get(name) or next((u for e, u in _UNIT_ENDS.items() if name.endswith(e)), "")


def spreads_over_decades(values: np.ndarray) -> bool:
    """Whether to use a logarithm: all values positive, and the median far nearer the low end."""
    known = values[np.isfinite(values)]
    if known.size < 3 or known.min() <= 0:
        return False
    low, middle, high = np.percentile(known, [1.0, 50.0, 99.5])
    return high > 30 * low and middle - low < 0.15 * (high - low)


def _ends(values: np.ndarray) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, [1.0, 99.5]) if known.size else (0.0, 1.0)
    return float(low), float(high)


def _natural(name: str) -> tuple[str, int]:
    """'cluster 10' after 'cluster 9'."""
    head = name.rstrip("0123456789")
    return head, int(name[len(head) :] or 0)
