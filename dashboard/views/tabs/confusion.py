"""Tab “Confusion”: the confusion matrix; a cell selects on the plane and in the list."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import pandas as pd

from ....core.words import counted, percent, probability_text
from ....data.collection.trained.trained_models import probability_column
from ....data.selections.selection import Selection
from ....data.study.figure_intervals import share_interval
from ...figures.colour_limit import colour_limit
from ...figures.svg.svg_spectra import Frame, painted_pieces, picture, polyline
from ...session.visitor import Visitor
from ..widgets.html_sections import SectionsPart, button, choice
from .lists import value_text

__all__ = ["show"]

_LISTED = 60
_EMPTY = (
    "<p>No spectrum here has a type to check the classifier against. Types come in with a file of "
    "labels: <code>spexplain ingest … --labels FILE</code></p>"
)
_HINT = (
    "<p>Choose a cell: its spectra are ringed on the plane and listed, and the most confident "
    "are numbered, with their saliency maps.</p>"
)


def show(session: Visitor) -> SectionsPart:
    """The matrix, the numbered spectra and the list."""
    return _Confusion(session).part


class _Confusion:
    def __init__(self, session: Visitor) -> None:
        self._session, self._state = session, session.confusion
        self.part = SectionsPart("confusion", self._take, sheets=["agn.css"])
        self._state.param.watch(self._draw, ["part", "shares", "cell", "maps"])
        session.view.param.watch(self._draw, ["tab", "sort"])
        session.outcome.param.watch(self._draw, "open_spectrum")
        self._draw()

    def _take(self, message: dict[str, Any]) -> None:
        if "cell" in message:
            self._state.choose(*map(str, message["cell"]))
        elif "open" in message:
            self._session.open(int(message["open"]))
        elif message.get("do") == "select":
            rows = self._state.chosen["row"].to_numpy(np.int64)
            name = _cell_words(self._state.cell)
            self._session.selected.take(Selection(name, f"Confusion: {name}", rows))
            self._session.view.tab = "selected"
        elif "export" in message:
            name = f"{self._session.workspace.collection.path.name}-{_file(self._state.cell)}.csv"
            self.part.download(name, self._session.listing.csv())
        elif "sort" in message:
            self._session.steps.sort_by(str(message["sort"]))
        elif message.get("set") == "part" and message["value"] in ("test", "all"):
            self._state.count(str(message["value"]))
        elif message.get("set") == "shares":
            self._state.shares = message["value"] == "shares"

    def _draw(self, *_: object) -> None:
        if self._session.view.tab != "confusion":
            return
        if self._state.table.empty:
            self.part.write(counts=_EMPTY, numbered="", listed="")
            return
        self.part.write(counts=self._matrix(), numbered=self._numbered(), listed=self._list())

    def _matrix(self) -> str:
        state, kinds = self._state, self._state.kinds
        table = pd.crosstab(state.table["true"], state.table["predicted"])
        counts = table.reindex(index=kinds, columns=kinds, fill_value=0).to_numpy(np.int64)
        lines = []
        for i, true in enumerate(kinds):
            cells = "".join(
                self._cell(true, predicted, int(counts[i, j]), int(counts[i].sum()))
                for j, predicted in enumerate(kinds)
            )
            lines.append(f"<tr><th>{escape(true)}</th>{cells}</tr>")
        head = "".join(f"<th>{escape(kind)}</th>" for kind in kinds)
        parts = {"test": "test spectra", "all": "all labelled spectra"}
        how = {"counts": "counts", "shares": "share of the true type"}
        choices = choice("part", "Of", parts, state.part) + choice(
            "shares", "as", how, "shares" if state.shares else "counts"
        )
        return (
            f'<div class="choices">{choices}</div><table class="cells"><caption>True type (rows) '
            f"called (columns)</caption><thead><tr><th></th>{head}</tr></thead>"
            f"<tbody>{''.join(lines)}</tbody></table>"
        )

    def _cell(self, true: str, predicted: str, count: int, of: int) -> str:
        share, ends = count / max(of, 1), share_interval(count, of)
        text = f"{share:.3f}" if self._state.shares else f"{count:,}"
        tone = "accent" if true == predicted else "warn"
        chosen = self._state.cell == (true, predicted)
        words = f"{count:,} of true {true} called {predicted}, {percent(share, '.1f')}"
        words += f", 95 % interval {ends}" if ends else ""
        made = button(
            text, {"cell": [true, predicted]}, css="cell on" if chosen else "cell", title=words
        )
        style = f"background:color-mix(in srgb, var(--{tone}) {45 * share:.0f}%, transparent)"
        return f'<td style="{style}">{made}</td>'

    def _numbered(self) -> str:
        state = self._state
        marked = state.marked
        if not marked:
            return _HINT if state.cell is None else "<p>No spectrum is in this cell.</p>"
        rows = state.table.set_index("row")
        ids = self._session.workspace.catalog["id"]
        cards = []
        for mark in marked:
            drawn = None if state.maps is None else state.maps.by_row.get(mark.row)
            drawing = '<p class="waiting">…</p>' if drawn is None else _map(drawn)
            shares = " ".join(
                f"<span>p({escape(kind)}) {escape(probability_text(float(p)))}</span>"
                for kind in state.kinds
                for p in [rows[probability_column(kind)].at[mark.row]]
            )
            inner = (
                f'<span class="head"><b>{mark.number}</b> {escape(str(ids.iat[mark.row]))}</span>'
                f'{drawing}<span class="foot-line">{shares}</span>'
            )
            css = f"map {'right' if mark.correct else 'wrong'}"
            cards.append(button(inner, {"open": mark.row}, css=css, title="Open this spectrum"))
        return f'<div class="maps">{"".join(cards)}</div>'

    def _list(self) -> str:
        listing = self._session.listing
        spectrum = self._session.outcome.open_spectrum
        numbers = {one.row: str(one.number) for one in self._state.marked}
        head = "".join(
            f"<th class={c.kind}>"
            f"{button(escape(c.title), {'sort': c.key}, css='sort', title='Sort')}</th>"
            for c in listing.columns
        )
        lines = []
        few: Any = listing.table.head(_LISTED)
        for line in few.to_dict("records"):
            row = int(line["row"])
            cells = [f"<td>{numbers.get(row, '')}</td>"]
            for column in listing.columns:
                value = line[column.key]
                text = escape(value_text(value, column.kind))
                if column.key == "id":
                    text = button(text, {"open": row}, css="link")
                cells.append(f"<td class={column.kind}>{text}</td>")
            now = spectrum is not None and spectrum.row == row
            lines.append(f"<tr{' class=now' if now else ''}>{''.join(cells)}</tr>")
        n = len(listing.table)
        more = f"; the first {_LISTED} are listed" if n > _LISTED else ""
        words = counted(n, "spectrum", "spectra")
        cell = self._state.cell
        what = _cell_words(cell)
        select = button(
            "Select", {"do": "select"}, css="plain", title="Ring and list these spectra"
        )
        save = button("Export CSV", {"export": True}, css="plain", title="The whole list as CSV")
        return (
            f'<div class="over"><span>{words}, {escape(what)}{more}</span>'
            f"<span>{select} {save}</span></div>"
            f'<table class="plain"><thead>'
            f"<tr><th></th>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        )


def _map(drawn: Any) -> str:
    wave, flux, explanation = drawn
    frame = Frame(wave, flux)
    most = colour_limit(explanation.weights, by_pixel=True)
    # Runs of a few pixels: a small picture shows no more.
    n = 125
    labels = (np.arange(len(wave)) * n // len(wave)).astype(np.int32)
    means = np.bincount(labels, explanation.weights) / np.bincount(labels)
    shares = np.clip(means / most, -1, 1)
    ribbon = painted_pieces(frame, wave, flux, labels, shares)
    return picture([ribbon, polyline(frame, wave, flux)], label="saliency map")


def _cell_words(cell: tuple[str, str] | None) -> str:
    return f"true {cell[0]} called {cell[1]}" if cell else "misclassified"


def _file(cell: tuple[str, str] | None) -> str:
    """File name of the list."""
    words = "misclassified" if cell is None else f"{cell[0]}-called-{cell[1]}"
    return words.replace(" ", "")
