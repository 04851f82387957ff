"""The drawer: lists to step through, and the tables of the model."""

from __future__ import annotations

from typing import Any

import numpy as np
import panel as pn

from ..listing import Listing
from ..session import Session
from .cards import cards_part
from .parts import TablePart, sheet
from .tables import model_html, no_clusters_html

__all__ = ["TAB_TITLES", "Drawer"]

TAB_TITLES = {
    "misclassified": "Misclassified",
    "anomalous": "Most anomalous",
    "clusters": "Clusters",
    "model": "Model",
}
LISTS = ("misclassified", "anomalous")
_FORMATS = {"share": "{:.3f}", "count": "{:,.0f}", "redshift": "{:.4f}", "ratio": "{:.1f}",
            "number": "{:.4g}"}  # fmt: skip
_PAGE = 200  # rows in the browser at a time


class Drawer:
    """A table for the lists and a sheet for the rest; one of them is seen at a time."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._start = 0
        self.table = TablePart(
            css_classes=["in-list"], sizing_mode="stretch_both", on_message=self._take
        )
        self.sheet = pn.pane.HTML("", stylesheets=sheet(), margin=0, sizing_mode="stretch_both")
        self.cards = cards_part(session)
        session.view.param.watch(self._fill, ["tab", "sort"])
        session.outcome.param.watch(self._follow, "shown")
        self._fill()

    def _fill(self, *_: object) -> None:
        tab = self._session.view.tab
        cards = tab == "clusters" and bool(self._session.workspace.clusters)
        self.cards.visible, self.table.visible = cards, tab in LISTS
        self.sheet.visible = not cards and tab not in LISTS
        if tab in LISTS:
            self._start = 0
            self._follow(force=True)
        elif tab == "model":
            self.sheet.object = model_html(self._session.workspace)
        elif not cards:
            self.sheet.object = no_clusters_html()

    def _follow(self, *_: object, force: bool = False) -> None:
        """Show the page of the list that holds the open spectrum."""
        if self._session.view.tab not in LISTS:
            return
        listing, shown = self._session.listing, self._session.outcome.shown
        at = None if shown is None else listing.position(shown.row)
        start = self._start if at is None else at - at % _PAGE
        row = -1 if shown is None else shown.row
        if start == self._start and not force:
            self.table.selected = row
            return
        self._start = start
        self.table.param.update(
            columns=[{"key": c.key, "title": c.title, "kind": c.kind} for c in listing.columns],
            note=_note(listing, start),
            sort=self._session.view.sort,
            rows=cells(listing, start, start + _PAGE),
            selected=row,
        )

    def _take(self, message: dict[str, Any]) -> None:
        if "open" in message:
            self._session.open(int(message["open"]))
        elif "sort" in message:
            key, now = str(message["sort"]), str(self._session.view.sort)
            self._session.view.sort = {key: f"-{key}", f"-{key}": ""}.get(now, key)
        elif "export" in message:
            view = self._session.view
            name = f"{self._session.workspace.collection.path.name}-{view.tab}.csv"
            self.table._send_msg({"name": name, "text": self._session.listing.csv()})


def cells(listing: Listing, start: int, stop: int) -> list[list[Any]]:
    """A stretch of a list as text, each line led by its row of the collection."""
    part = listing.table.iloc[start:stop]
    shown = ([_text(value, c.kind) for value in part[c.key]] for c in listing.columns)
    return [list(line) for line in zip(map(int, part["row"]), *shown, strict=True)]


def _text(value: Any, kind: str) -> str:
    if kind in ("text", "type"):
        return str(value) or "–"
    if value is None or not np.isfinite(value):
        return "–"
    return _FORMATS[kind].format(value)


def _note(listing: Listing, start: int) -> str:
    n = len(listing.table)
    if not n:
        return listing.empty
    if n <= _PAGE:
        return f"{n:,} spectra"
    return f"{start + 1:,}–{min(start + _PAGE, n):,} of {n:,} spectra; the arrow keys go on"
