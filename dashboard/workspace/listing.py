"""An ordered list of spectra to step through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from ...core.words import spreadsheet_cell

__all__ = ["Column", "Listing"]

Kind = Literal["text", "words", "type", "share", "number", "count", "redshift", "ratio"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: the table's column, its heading, and how it is shown.

    ``saved`` is its name in a file, by default that in the table; ``about`` describes it if the
    heading is too short.
    """

    key: str
    title: str
    kind: Kind
    saved: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """Spectra in an order to step through.

    Attributes
    ----------
    table
        One row for each spectrum: ``row`` (of the collection), ``id`` and the shown columns.
    columns
        The columns shown.
    empty
        What to say when there is nothing in it.
    of
        How many there are, where only the first of them are listed.
    """

    table: pd.DataFrame
    columns: tuple[Column, ...]
    empty: str
    of: int = 0

    def sorted(self, by: str) -> Listing:
        """The same list sorted by a column's key, descending with '-' in front.

        An unknown key leaves the order unchanged: a link may come from another collection.
        """
        key = by.removeprefix("-")
        if key not in {column.key for column in self.columns}:
            return self
        table = self.table.sort_values(by=key, ascending=not by.startswith("-"), kind="stable")
        return replace(self, table=table.reset_index(drop=True))

    def restricted_to(self, rows: np.ndarray, empty: str) -> Listing:
        """The same list restricted to some rows of the collection.

        Parameters
        ----------
        rows
            The rows to keep.
        empty
            Text to show if none of them is in the list.
        """
        inside = np.isin(self.table["row"].to_numpy(), rows)
        table = self.table.iloc[np.flatnonzero(inside)].reset_index(drop=True)
        return Listing(table, self.columns, empty)

    def tagged(self, tags: Mapping[str, int], only: str = "") -> Listing:
        """The same list with a column of tags, if there are any.

        Parameters
        ----------
        tags
            Id → tag.
        only
            "" for all, "any" for all that have a tag, or one tag, as text.
        """
        if not tags:
            return self
        text = np.array([str(tags.get(str(id), "")) for id in self.table["id"]], dtype=object)
        table = self.table.assign(tag=text)
        if only:
            table = table.iloc[np.flatnonzero(text != "" if only == "any" else text == only)]
        columns = (*self.columns, Column("tag", "Tag", "text"))
        empty = f"No spectrum of this list has the tag {only}." if only else self.empty
        return Listing(table.reset_index(drop=True), columns, empty)

    def position(self, row: int) -> int | None:
        """Position of a row of the collection in the list, or None."""
        positions = np.flatnonzero(self.table["row"].to_numpy() == row)
        return int(positions[0]) if positions.size else None

    def step(self, row: int | None, by: int) -> int | None:
        """The row ``by`` positions on, limited to the ends; the first if the row is not listed."""
        if self.table.empty:
            return None
        at = None if row is None else self.position(row)
        to = 0 if at is None else min(max(at + by, 0), len(self.table) - 1)
        return int(self.table["row"].iat[to])

    def csv(self) -> str:
        """The whole list as CSV, header first; counts are whole numbers, no text is a formula."""
        whole = {c.key: "Int64" for c in self.columns if c.kind == "count" and c.key in self.table}
        names = {column.key: column.saved for column in self.columns if column.saved}
        table = self.table.astype(whole).rename(columns=names)
        texts = table.select_dtypes(exclude="number").columns  # numbers would lose their kind
        table[texts] = table[texts].map(lambda v: spreadsheet_cell(v) if isinstance(v, str) else v)
        return table.to_csv(index=False)
