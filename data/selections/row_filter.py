"""Rows by a where-clause on any column of the catalog or the results."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pyarrow.types as kinds

from ...core.words import shortened
from ..lenses import Lens
from .conditions import as_written
from .where_clause import ColumnKind, read_where
from .where_vocabulary import FUNCTIONS
from .where_words import KEYWORDS

__all__ = ["RowFilter", "browsed_columns"]

_FEW, _MANY = 8, 20_000  # distinct texts
_ROW = "row number"  # no word of a clause is this


def browsed_columns(
    catalog: pd.DataFrame, lenses: Mapping[str, Lens]
) -> dict[str, Callable[[], Any]]:
    """Name → makes the (N,) column, of the catalogue first, then of each lens's results.

    A result whose name is taken has the lens's behind it: ``why_anomaly``.
    """
    columns: dict[str, Callable[[], Any]] = {
        str(name): partial(catalog.__getitem__, name) for name in catalog.columns
    }
    for lens in lenses.values():
        for name in lens.columns.columns:
            called = str(name) if name not in columns else f"{name}_{lens.name}"
            columns[called] = partial(_of_lens, lens, str(name), catalog.index)
    return columns


def _of_lens(lens: Lens, name: str, index: pd.Index) -> Any:
    return lens.columns[name].reindex(index)


class RowFilter:
    """Finds rows; columns are made ready for Arrow when first asked about, and kept.

    Parameters
    ----------
    columns
        Name → makes the column, (N,); see :func:`browsed_columns`.
    live
        Names of columns that change, such as the user's tags: made anew at every question.
    """

    def __init__(
        self, columns: Mapping[str, Callable[[], Any]], *, live: Collection[str] = ()
    ) -> None:
        self._make, self._live = dict(columns), frozenset(live)
        self._made: dict[str, pa.Array] = {}
        self._known_kinds: dict[str, ColumnKind] = {}

    @classmethod
    def of(
        cls, catalog: pd.DataFrame, lenses: Mapping[str, Lens], tags: Callable[[Any], pd.Series]
    ) -> RowFilter:
        """By what the page names: columns of the catalogue, results, and tags, read at each use.

        Parameters
        ----------
        catalog, lenses
            Of the collection.
        tags
            Ids (N,) → the tag of each.
        """
        own = {"tag": lambda: tags(catalog["id"])}
        return cls(own | browsed_columns(catalog, lenses), live=("tag",))

    @property
    def names(self) -> tuple[str, ...]:
        """All columns that may be asked about."""
        return tuple(self._make)

    @property
    def kinds(self) -> Mapping[str, ColumnKind]:
        """Name → ``number``, ``text`` or ``truth``; a column is looked at when asked about."""
        return _Kinds(self, self._known_kinds)

    def column(self, name: str) -> pd.Series:
        """A column as the tables have it, (N,); raises KeyError where there is none."""
        made = self._make[name]()
        return made if isinstance(made, pd.Series) else pd.Series(made)

    def rows(self, text: str) -> np.ndarray:
        """Ascending rows for which a clause holds, (n,) int64.

        Raises
        ------
        WhereError
            The clause cannot be understood.
        """
        where = read_where(text, self.kinds)
        columns = {name: self._column(name) for name in where.columns}
        if not columns:  # a clause of constants alone: it holds for all rows or for none
            columns = {self.names[0]: self._column(self.names[0])}
        n = len(next(iter(columns.values())))
        table = pa.table({**columns, _ROW: pa.array(np.arange(n))})
        return table.filter(where.expression)[_ROW].to_numpy()

    def absent(self, text: str) -> str:
        """Which text a clause asks for that no row has, and what rows have there; '' if none.

        Raises
        ------
        WhereError
            The clause cannot be understood.
        """
        for name, wanted in read_where(text, self.kinds).texts:
            known = sorted(self._column(name).unique().drop_null().to_pylist())
            if wanted not in known:
                shown = known if len(known) <= _FEW else _alike(wanted, known)
                there = f": there {'is' if len(shown) == 1 else 'are'} " * bool(shown)
                return f"no {name} is “{shortened(wanted, 40)}”{there}{', '.join(shown)}"
        return ""

    def complete(self, text: str, at: int) -> tuple[int, list[str]]:
        """Where the word at a place begins, and what it may become: columns first.

        Parameters
        ----------
        text
            As typed so far.
        at
            Place of the cursor.
        """
        before = text[:at]
        inside_quotes = before.count("'") % 2
        match = re.search(r"\"?[^\W\d][\w-]*$", before)
        if inside_quotes or match is None:
            return at, []
        begun = match[0].lstrip('"').lower().replace("-", "_")
        names = [name for name in self.names if _folded(name).startswith(begun)]
        names += [name for name in self.names if begun in _folded(name) and name not in names]
        more = [word for word in (*KEYWORDS, *FUNCTIONS) if word.lower().startswith(begun)]
        return match.start(), [*map(as_written, names), *more]

    def _column(self, name: str) -> pa.Array:
        if name in self._live:
            return _arrow(self.column(name))
        if name not in self._made:
            self._made[name] = _arrow(self.column(name))
        return self._made[name]


class _Kinds(Mapping[str, ColumnKind]):
    """Kinds of columns, found one by one: to look at all of a survey's takes a second."""

    def __init__(self, columns: RowFilter, known: dict[str, ColumnKind]) -> None:
        self._columns, self._known = columns, known

    def __getitem__(self, name: str) -> ColumnKind:
        if name not in self._known:
            self._known[name] = _kind(self._columns.column(name))
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns.names)

    def __len__(self) -> int:
        return len(self._columns.names)


def _alike(wanted: str, known: list[str]) -> list[str]:
    """The few of these texts that may have been meant; of very many none is looked for."""
    if len(known) > _MANY:
        return []
    folded = {one.lower(): one for one in known}
    return [folded[one] for one in get_close_matches(wanted.lower(), folded, 3)]


def _folded(name: str) -> str:
    return name.lower().replace("-", "_")


def _kind(values: pd.Series) -> ColumnKind:
    if pd.api.types.is_bool_dtype(values.dtype):
        return "truth"
    return "number" if pd.api.types.is_numeric_dtype(values.dtype) else "text"


def _arrow(values: pd.Series) -> pa.Array:
    """A column with what is missing as NULL: NaN, None and the empty text."""
    kind = _kind(values)
    if kind == "text":
        text = pa.array(values.astype("string"), pa.string(), from_pandas=True)
        compute: Any = pyarrow.compute
        return compute.if_else(compute.equal(text, ""), pa.scalar(None, pa.string()), text)
    made = pa.array(values, from_pandas=True)
    made = made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made
    wanted = pa.bool_() if kind == "truth" else None
    if kind == "number":  # whole numbers stay whole: survey ids have more digits than a float
        wanted = pa.int64() if kinds.is_integer(made.type) else pa.float64()
    return made.cast(wanted)
