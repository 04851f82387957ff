"""Tab “Selected”: what is selected as a list, in sum, and what can be done with it."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import pandas as pd
import panel as pn

from ....data.selections.selection import Selection
from ...figures.svg_spectra import Frame, band, ends, picture, polyline
from ...session.selection_summary import SelectionSummary, Spread
from ...session.visitor import Visitor
from ..widgets.html_sections import SectionsPart, button
from .lists import table_part

__all__ = ["show"]

_FILES = {"csv": "CSV", "ecsv": "ECSV", "fits": "FITS", "ids": "ids"}
_HINT = (
    "<h3>Nothing is selected</h3><p>Draw a box or a lasso on the plane (Shift adds, Alt takes "
    "away), press ◎ beside a type of the legend, or choose a cell or a cluster and “Select”. "
    "Esc clears a selection.</p>"
)


def show(session: Visitor) -> pn.Row:
    """The list on the left; count, types, mean and what is kept on the right."""
    return _SelectionTab(session).whole


class _SelectionTab:
    def __init__(self, session: Visitor) -> None:
        self._session = session
        self._summary = SelectionSummary(session)
        self.part = SectionsPart("selected", self._take)
        self.whole = pn.Row(
            table_part(session, ".selection"), self.part, sizing_mode="stretch_both", margin=0
        )
        session.view.param.watch(self._draw, "tab")
        session.selected.param.watch(self._draw, "current")
        self._summary.param.watch(self._draw, "spread")
        self._draw()

    def _take(self, message: dict[str, Any]) -> None:
        session = self._session
        if message.get("do") == "undo":
            session.selected.undo()
        elif message.get("do") == "clear":
            session.selected.clear()
        elif message.get("set") == "name" and str(message["value"]).strip():
            self._keep(str(message["value"]))
        elif "take" in message:
            self._select_kept(str(message["take"]))
        elif "forget" in message:
            self._change_kept(lambda: session.workspace.kept_selections.forget(message["forget"]))

    def _keep(self, name: str) -> None:
        session = self._session
        now: Selection | None = session.selected.current
        if now is None:
            session.complain("Select spectra first: there is nothing to keep.")
            return
        ids = session.workspace.catalog["id"].iloc[now.rows].astype(str).tolist()
        kept = session.workspace.kept_selections
        self._change_kept(lambda: kept.keep(name, now.origin, ids))

    def _change_kept(self, change: Any) -> None:
        """Change what is kept, if this person may."""
        person = self._session.person
        if not person.may("tag"):
            self._session.complain(person.refusal("keep selections"))
            return
        try:
            change()
        except (ValueError, OSError) as error:
            self._session.complain(f"The selection was not kept: {error}")
        self._draw()

    def _select_kept(self, name: str) -> None:
        space = self._session.workspace
        try:
            ids = space.kept_selections.ids(name)
        except (KeyError, OSError) as error:
            self._session.complain(str(error.args[0] if error.args else error))
            return
        rows = np.flatnonzero(space.catalog["id"].astype(str).isin(ids).to_numpy())
        if len(rows) < len(set(ids)):
            self._session.complain(
                f"{len(set(ids)) - len(rows):,} of “{name}” are not in this collection any more."
            )
        self._session.selected.take(Selection(name, f"kept as “{name}”", rows))

    def _draw(self, *_: object) -> None:
        if self._session.view.tab != "selected":
            return
        now = self._session.selected.current
        self.part.write(
            what=self._hint() if now is None else self._about(now),
            mean="" if now is None else _mean(self._summary.spread),
            kept=self._kept(now),
        )

    def _hint(self) -> str:
        back = button("Undo", {"do": "undo"}, css="plain", title="What was selected before")
        return _HINT + (
            f'<div class="line">{back}</div>' if self._session.selected.can_undo else ""
        )

    def _about(self, now: Selection) -> str:
        space, undo = self._session.workspace, self._session.selected.can_undo
        n = len(now.rows)
        counted = "1 spectrum" if n == 1 else f"{n:,} spectra"
        saves = "".join(
            f'<button type="button" class="plain" data-do="selection-{kind}">{title}</button> '
            for kind, title in _FILES.items()
        )
        back = button(
            "Undo", {"do": "undo"}, css="plain", title="What was selected before", idle=not undo
        )
        clear = button("Clear", {"do": "clear"}, css="plain", title="Select nothing (Esc)")
        return (
            f"<h3>{counted}</h3><p>{escape(now.origin)}</p>"
            f"{_types(space.catalog['label'].iloc[now.rows])}"
            f'<div class="line">{back} {clear}</div><div class="line">Export {saves}</div>'
        )

    def _kept(self, now: Selection | None) -> str:
        field = (
            '<label><span class="name">Keep as</span><input type="text" name="name" maxlength="60" '
            'placeholder="a name, then Enter" aria-label="Keep the selection as"></label>'
        )
        try:
            kept = self._session.workspace.kept_selections.all()
        except OSError as error:
            return f"<p>{escape(str(error))}</p>"
        lines = "".join(
            f"<tr><td>{button(escape(one.name), {'take': one.name}, css='link', title=one.origin)}"
            f"</td><td>{one.n:,}</td><td>"
            f"{button('×', {'forget': one.name}, css='link', title='Forget it')}</td></tr>"
            for one in kept
        )
        told = (
            "<p>A click takes one as the switch on the plane says: new, added (or), taken away "
            "(not), within (and).</p>"
        )
        table = f'<table class="plain"><tbody>{lines}</tbody></table>{told}' if kept else ""
        return (field if now is not None else "") + (
            table or "<p>No selection has been kept here yet.</p>"
        )


def _types(labels: pd.Series) -> str:
    counts = labels.replace("", "unlabelled").value_counts()
    told = " · ".join(f"{escape(str(kind))} {n:,}" for kind, n in counts.items())
    return f"<p>{told}</p>" if told else ""


def _mean(found: Spread | None) -> str:
    if found is None:
        return '<p class="waiting">Mean and median follow, of what the lens can take.</p>'
    wave = found.wave_rest_aa
    frame = Frame(wave, np.concatenate([found.low, found.high]))
    drawn = [
        band(frame, wave, found.low, found.high),
        polyline(frame, wave, found.mean),
        polyline(frame, wave, found.median, "again"),
    ]
    of = f"{found.n:,}" if found.n == found.of else f"{found.n:,} drawn evenly of {found.of:,}"
    return (
        f'<div class="mean">{picture(drawn, label="mean, median and spread of the selection")}'
        f'{ends(wave)}<div class="caption"><span><i class="key-line"></i>mean</span>'
        '<span><i class="key-line red"></i>median</span>'
        f'<span><i class="key-line box"></i>16–84 %</span><span>of {of} spectra</span></div></div>'
    )
