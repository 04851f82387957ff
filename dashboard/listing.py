"""The lists one steps through: the misclassified, the most anomalous."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import pandas as pd

__all__ = ["Column", "Listing", "misclassified", "most_anomalous"]

Kind = Literal["text", "type", "share", "number", "count", "redshift", "ratio"]


class _Lens(Protocol):
    @property
    def columns(self) -> pd.DataFrame: ...


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: the table's column, its heading, and how it is shown."""

    key: str
    title: str
    kind: Kind


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """Spectra in an order to step through.

    Attributes:
        table: one row a spectrum: ``row`` (of the collection), ``id`` and the shown columns.
        columns: what is shown.
        empty: what to say when there is nothing in it.
    """

    table: pd.DataFrame
    columns: tuple[Column, ...]
    empty: str

    def sorted(self, by: str) -> Listing:
        """The same list in another order: a column's key, '-' in front for falling.

        An unknown key leaves the order as it is: a link may come from another collection.
        """
        key = by.removeprefix("-")
        if key not in {column.key for column in self.columns}:
            return self
        table = self.table.sort_values(key, ascending=not by.startswith("-"), kind="stable")
        return Listing(table.reset_index(drop=True), self.columns, self.empty)

    def position(self, row: int) -> int | None:
        """Where a row of the collection stands in the list, or None."""
        found = np.flatnonzero(self.table["row"].to_numpy() == row)
        return int(found[0]) if found.size else None

    def step(self, row: int | None, by: int) -> int | None:
        """The row ``by`` places on, held at both ends; the first if the given one is not here."""
        if self.table.empty:
            return None
        at = None if row is None else self.position(row)
        to = 0 if at is None else min(max(at + by, 0), len(self.table) - 1)
        return int(self.table["row"].iat[to])

    def csv(self) -> str:
        """The whole list as CSV, header first."""
        return self.table.to_csv(index=False)


def misclassified(catalog: pd.DataFrame, lens: _Lens | None) -> Listing:
    """Spectra whose predicted type is not their label, most confidently wrong first."""
    columns = (
        Column("id", "Spectrum", "text"),
        Column("true", "True", "type"),
        Column("predicted", "Predicted", "type"),
        Column("confidence", "p(predicted)", "share"),
        Column("p_true", "p(true)", "share"),
        Column("z", "z", "redshift"),
        Column("sn_median", "S/N", "ratio"),
    )
    if lens is None or "predicted" not in lens.columns:
        return Listing(_none(columns), columns, "No classifier has been built for this collection.")
    found = lens.columns
    truth = catalog["label"].reindex(found.index)
    wrong = found[(truth != "") & truth.isin(_classes(found)) & (truth != found["predicted"])]
    table = pd.DataFrame({"row": wrong.index, "id": catalog["id"].reindex(wrong.index).to_numpy()})
    table["true"] = truth.reindex(wrong.index).to_numpy()
    table["predicted"] = wrong["predicted"].to_numpy()
    table["confidence"] = _probability(wrong, wrong["predicted"])
    table["p_true"] = _probability(wrong, truth.reindex(wrong.index))
    for name in ("z", "sn_median"):
        table[name] = catalog[name].reindex(wrong.index).to_numpy()
    table = table.sort_values("confidence", ascending=False, kind="stable").reset_index(drop=True)
    return Listing(table, columns, "Every labelled spectrum is classified as its label says.")


def most_anomalous(catalog: pd.DataFrame, lens: _Lens | None, *, limit: int = 1000) -> Listing:
    """The spectra of the highest anomaly scores, highest first."""
    columns = (
        Column("rank", "Rank", "count"),
        Column("id", "Spectrum", "text"),
        Column("score", "Score", "number"),
        Column("cluster", "Cluster", "text"),
        Column("type", "Type", "type"),
        Column("z", "z", "redshift"),
        Column("sn_median", "S/N", "ratio"),
    )
    if lens is None or "score" not in lens.columns:
        return Listing(_none(columns), columns, "No anomaly score has been built here.")
    top = lens.columns["score"].dropna().sort_values(ascending=False, kind="stable").head(limit)
    table = pd.DataFrame({"row": top.index, "rank": np.arange(1, len(top) + 1)})
    table["id"] = catalog["id"].reindex(top.index).to_numpy()
    table["score"] = top.to_numpy()
    if "cluster" in lens.columns:
        cluster = pd.to_numeric(lens.columns["cluster"].reindex(top.index), errors="coerce")
        table["cluster"] = [f"{int(k)}" if k >= 0 else "" for k in cluster]
    else:
        columns = tuple(column for column in columns if column.key != "cluster")
    table["type"] = catalog["label"].reindex(top.index).to_numpy()
    for name in ("z", "sn_median"):
        table[name] = catalog[name].reindex(top.index).to_numpy()
    return Listing(table, columns, "No spectrum here can be scored.")


def _none(columns: tuple[Column, ...]) -> pd.DataFrame:
    return pd.DataFrame({"row": [], **{column.key: [] for column in columns}})


def probability_column(kind: str) -> str:
    """Where a classifier's table keeps the probability of a class: 'type 1' in 'p_type_1'."""
    return "p_" + kind.replace(" ", "_")


def _classes(found: pd.DataFrame) -> set[str]:
    """The classes the classifier knows; a label beyond them cannot be got right or wrong."""
    known = set(found["predicted"].dropna().unique())
    names = {name[2:].replace("_", " ") for name in found.columns if name.startswith("p_")}
    return known | names


def _probability(found: pd.DataFrame, kinds: pd.Series) -> np.ndarray:
    out = np.full(len(found), np.nan)
    for kind in kinds.dropna().unique():
        name = probability_column(kind)
        if name in found:
            here = (kinds == kind).to_numpy()
            out[here] = found[name].to_numpy(np.float64)[here]
    return out
