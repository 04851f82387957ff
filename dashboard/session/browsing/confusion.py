"""The confusion matrix, and the spectra of the chosen cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import param

from ....core.explain.explanation import Explanation
from ....core.settings import ExplainSettings
from ....data.collection import probability_column
from ...workspace import Column, Listing, classified, ordered_types
from ..session import Session

__all__ = ["ConfusionCell", "Maps", "Marked"]

_NUMBERED = 6


@dataclass(frozen=True, slots=True)
class Marked:
    """A numbered spectrum: on the plane, in the list and above its saliency map."""

    number: int
    row: int
    correct: bool


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """Saliency maps of numbered spectra, by row."""

    by_row: dict[int, tuple[np.ndarray, np.ndarray, Explanation]]
    complete: bool


class ConfusionCell(param.Parameterized):
    """The chosen cell, and the spectra in it.

    Parameters
    ----------
    session
        The session whose plane and lists follow.
    """

    part = param.Selector(default="test", objects=["test", "all"], doc="Which spectra are counted.")
    shares = param.Boolean(default=False, doc="Shares of the true type instead of counts.")
    cell = param.Parameter(default=None, doc="(true type, predicted type), or None for all wrong.")
    maps = param.Parameter(default=None, doc="Saliency maps of the numbered spectra, or None.")

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._kept: tuple[object, pd.DataFrame] | None = None
        self._work = session.background(
            partial(setattr, self, "maps"), "The saliency maps cannot be drawn"
        )

    @property
    def table(self) -> pd.DataFrame:
        """For every judged spectrum: row, true, predicted, correct, log-odds, probabilities."""
        lens = self._session.workspace.lenses.get("agn")
        if self._kept is None or self._kept[0] != (lens, self.part):
            table = classified(self._session.workspace.catalog, lens, self.part)
            self._kept = ((lens, self.part), table)
        return self._kept[1]

    @property
    def kinds(self) -> list[str]:
        """The types, in the order of rows and columns."""
        return ordered_types({*self.table["true"], *self.table["predicted"]})

    @property
    def chosen(self) -> pd.DataFrame:
        """The spectra of the chosen cell, most confident first; without a cell all errors."""
        table = self.table
        if self.cell is None:
            inside = ~table["correct"].to_numpy(bool)
        else:
            true, predicted = self.cell
            inside = ((table["true"] == true) & (table["predicted"] == predicted)).to_numpy()
        rows: Any = table[inside]
        return rows.sort_values(by=["log_odds", "row"], ascending=[False, True], kind="stable")

    @property
    def marked(self) -> list[Marked]:
        """The first few chosen spectra, numbered from 1; none before a cell is chosen."""
        if self.cell is None:
            return []
        few = self.chosen.head(_NUMBERED)
        pairs = zip(few["row"], few["correct"], strict=True)
        return [Marked(n + 1, int(row), bool(ok)) for n, (row, ok) in enumerate(pairs)]

    @property
    def listing(self) -> Listing:
        """The chosen spectra as a list to step through."""
        kinds = self.kinds
        types = (Column("true", "True", "type"), Column("predicted", "Predicted", "type"))
        columns = (
            Column("id", "Spectrum", "text"),
            *(() if self.cell else types),  # of a cell, its caption says so
            *(Column(probability_column(kind), f"p({kind})", "share") for kind in kinds),
            Column("z", "z", "redshift"),
            Column("sn_median", "S/N", "ratio"),
        )
        table = self.chosen
        about = self._session.workspace.catalog[["id", "z", "sn_median"]]
        known = about.iloc[table["row"].to_numpy(np.intp)]
        table = table.assign(**{name: known[name].to_numpy() for name in about})
        return Listing(table.reset_index(drop=True), columns, "No spectrum is in this cell.")

    def choose(self, true: str, predicted: str) -> None:
        """Choose a cell, or none if it already was; plane, list and maps follow."""
        cell = (true, predicted)
        self.param.update(cell=None if self.cell == cell else cell, maps=None)
        self._follow()

    def count(self, part: str) -> None:
        """Count only test spectra, or all labelled ones."""
        self.param.update(part=part, maps=None)
        self._follow()

    def _follow(self) -> None:
        self._session.relist()
        lens = self._session.workspace.lenses.get("agn")
        rows = [marked.row for marked in self.marked]
        if lens is None or not rows:
            self._work.cancel()
        else:
            self._work.request(partial(_maps, lens, rows))


def _maps(lens: Any, rows: list[int], cancelled: Callable[[], bool]) -> Iterator[Maps]:
    """One after the other: the page shows each as it comes."""
    from ....core.explain.entry import explain  # loads torch

    of_row: dict[int, tuple[np.ndarray, np.ndarray, Explanation]] = {}
    for row in rows:
        if cancelled():
            return
        flux = lens.prepared(row)
        settings = ExplainSettings(method="saliency")
        of_row[row] = (
            lens.wave_rest_aa,
            flux,
            explain(flux, lens.target("predicted", row), settings),
        )
        yield Maps(dict(of_row), complete=len(of_row) == len(rows))
