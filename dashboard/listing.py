"""The lists one steps through: the misclassified, the most anomalous."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ..core.scores import SCORE_TITLES
from ..data.lens import Lens
from ..data.trained import probability_column
from .colouring import as_numbers

__all__ = ["Column", "Listing", "misclassified", "most_anomalous"]

Kind = Literal["text", "type", "share", "number", "count", "redshift", "ratio"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: the table's column, its heading, and how it is shown."""

    key: str
    title: str
    kind: Kind


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """Spectra in an order to step through.

    Attributes
    ----------
    table
        One row a spectrum: ``row`` (of the collection), ``id`` and the shown columns.
    columns
        What is shown.
    empty
        What to say when there is nothing in it.
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
        table = self.table.sort_values(by=key, ascending=not by.startswith("-"), kind="stable")
        return Listing(table.reset_index(drop=True), self.columns, self.empty)

    def tagged(self, tags: Mapping[str, int], only: str = "") -> Listing:
        """The same list with the tag of each spectrum, if there are any.

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


def misclassified(catalog: pd.DataFrame, lens: Lens | None) -> Listing:
    """Spectra whose predicted type is not their label, most confidently wrong first."""
    columns = (
        Column("id", "Spectrum", "text"),
        Column("true", "True", "type"),
        Column("predicted", "Predicted", "type"),
        Column("confidence", "p(predicted)", "share"),
        Column("p_true", "p(true)", "share"),
        *_ABOUT,
    )
    if lens is None or "predicted" not in lens.columns:
        return Listing(_none(columns), columns, "No classifier has been built for this collection.")
    said = lens.columns
    rows = said.index.to_numpy()
    truth = catalog["label"].to_numpy(object)[rows]
    called = said["predicted"].to_numpy(object)
    # A label the classifier was not taught cannot be got right or wrong.
    known = np.isin(truth.astype(str), _classes(said))
    wrong = known & (truth != called)
    found = said.iloc[np.flatnonzero(wrong)]
    table = pd.DataFrame({"row": rows[wrong], "true": truth[wrong], "predicted": called[wrong]})
    table["confidence"] = _probability(found, called[wrong])
    table["p_true"] = _probability(found, truth[wrong])
    if "split" in found and (parts := found["split"].fillna("").to_numpy(str)).any():
        table["split"] = parts
        columns = (*columns, Column("split", "Part", "text"))
    table = _described(table, catalog).sort_values(by="confidence", ascending=False, kind="stable")
    text = (
        "Every labelled spectrum is classified as its label says." if known.any() else _UNLABELLED
    )
    return Listing(table.reset_index(drop=True), columns, text)


def most_anomalous(
    catalog: pd.DataFrame, lens: Lens | None, *, score: str = "score", limit: int = 1000
) -> Listing:
    """The spectra that a column of the lens puts highest, highest first."""
    columns = (
        Column("rank", "Rank", "count"),
        Column("id", "Spectrum", "text"),
        Column("score", SCORE_TITLES.get("mse" if score == "score" else score, "Score"), "number"),
        Column("cluster", "Cluster", "count"),
        Column("label", "Type", "type"),
        *_ABOUT,
    )
    if lens is None or score not in lens.columns:
        return Listing(_none(columns), columns, "No anomaly score has been built here.")
    scores = as_numbers(lens.columns[score])
    order = np.argsort(-scores, kind="stable")  # NaN last
    top = order[: min(limit, int(np.isfinite(scores).sum()))]
    rows = lens.columns.index.to_numpy()[top]
    table = pd.DataFrame({"row": rows, "rank": np.arange(1, len(top) + 1), "score": scores[top]})
    if "cluster" in lens.columns:
        table["cluster"] = as_numbers(lens.columns["cluster"])[top]
    columns = tuple(c for c in columns if c.key != "cluster" or "cluster" in table)
    return Listing(_described(table, catalog), columns, "No spectrum here can be scored.")


_UNLABELLED = (
    "No spectrum here has a type to compare with. Types come in with a file of labels: "
    "spexplain ingest … --labels FILE"
)
_ABOUT = (Column("z", "z", "redshift"), Column("sn_median", "S/N", "ratio"))


def _described(table: pd.DataFrame, catalog: pd.DataFrame) -> pd.DataFrame:
    """The table with what the catalog says of its rows."""
    about = catalog[["id", "label", "z", "sn_median"]].iloc[table["row"].to_numpy()]
    return table.assign(**{name: about[name].to_numpy() for name in about})


def _none(columns: tuple[Column, ...]) -> pd.DataFrame:
    return pd.DataFrame({"row": [], **{column.key: [] for column in columns}})


def _classes(said: pd.DataFrame) -> list[str]:
    """The classes the classifier knows."""
    named = [name[2:].replace("_", " ") for name in said.columns if name.startswith("p_")]
    return sorted({*said["predicted"].dropna(), *named})


def _probability(found: pd.DataFrame, kinds: np.ndarray) -> np.ndarray:
    """The probability each row has for its own kind."""
    out = np.full(len(found), np.nan)
    for kind in np.unique(kinds.astype(str)):
        name = probability_column(kind)
        if name in found:
            here = kinds == kind
            out[here] = as_numbers(found[name])[here]
    return out
