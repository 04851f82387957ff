"""Tab Selected: the selection as a list, its summary and its actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from html import escape
from typing import Any

import numpy as np
import panel as pn

from ....core.words import counted
from ....data.selections.kept_selections import FormerSelection
from ....data.selections.selection import Selection
from ...figures.planes.bpt_diagram import bpt_figure, bpt_points
from ...session.browsing.selection_reasons import SelectionReasons
from ...session.browsing.selection_summary import SelectionSummary
from ...session.visitor import Visitor
from ...workspace.selections_colouring import SELECTIONS_COLOUR
from ..widgets.components import TablePart
from ..widgets.controls import TARGET_TITLES
from ..widgets.html_sections import SectionsPart, button
from .lists import table_part
from .sections.selection_sections import (
    TAGS,
    former_line,
    kept_table,
    laid_section,
    lines_section,
    mean_section,
    reasons_section,
    tags_line,
    types_line,
)

__all__ = ["show"]

# On a small screen the list needs the room; how many lie where is said in words too.
_WIDE_ALONE = "@media (max-width: 1180px) { :host { display: none !important } }"
_WIDER = "@media (min-width: 1300px) { :host { min-width: 600px !important } }"
_FILES = {"csv": "CSV", "ecsv": "ECSV", "fits": "FITS", "ids": "ids"}
_KEEP = (
    '<label><span class="name">Keep as</span><input type="text" name="name" maxlength="60" '
    'placeholder="a name, then Enter" aria-label="Keep the selection as"></label>'
)
_HINT = (
    "<h3>Nothing is selected</h3><p>Draw a box or a lasso on the plane (Shift adds, Alt takes "
    "away), press ◎ beside a type of the legend, or choose a cell or a cluster and “Select”. "
    "Esc clears a selection.</p>"
)


def show(session: Visitor) -> pn.Row:
    """The list on the left; count, types, mean and what is kept on the right."""
    return _SelectionTab(session).whole


def _with_room(table: TablePart) -> TablePart:
    """Room for its seven columns, where what stands beside it needs less."""
    table.min_width = 540  # px
    table.stylesheets = [*table.stylesheets, _WIDER]
    return table


class _SelectionTab:
    def __init__(self, session: Visitor) -> None:
        self._session = session
        self._summary = SelectionSummary(session)
        self.part = SectionsPart("selected", self._take)
        self._reasons = SelectionReasons(session)
        self._counted: tuple[Selection, str] | None = None
        self._kept_as: tuple[Selection | None, str] = None, ""
        self._former: FormerSelection | None = None
        self._bpt = pn.pane.HoloViews(
            None, backend="bokeh", linked_axes=False, width=280, sizing_mode="stretch_height",
            margin=(4, 10, 8, 0), visible=False, stylesheets=[_WIDE_ALONE],
        )  # fmt: skip
        self.whole = pn.Row(
            _with_room(table_part(session, ".selection")), self.part, self._bpt,
            sizing_mode="stretch_both", margin=0,
        )  # fmt: skip
        session.view.param.watch(self._draw, "tab")
        session.selected.param.watch(self._draw, "current")
        session.outcome.param.watch(self._draw, ["mean", "relisted"])
        self._summary.param.watch(self._draw, ["spread", "lines"])
        self._reasons.param.watch(self._draw, ["result", "busy"])
        self._summary.param.watch(self._draw_bpt, "lines")
        session.selected.param.watch(self._draw_bpt, "current")
        session.view.param.watch(self._draw_bpt, "theme")
        self._draw()

    def _take(self, message: dict[str, Any]) -> None:
        session, kept = self._session, self._session.workspace.kept_selections
        match message:
            case {"do": "undo"}:
                session.selected.undo()
            case {"do": "clear"}:
                session.selected.clear()
            case {"do": "explain"}:
                self._reasons.explain()
            case {"do": "stop"}:
                self._reasons.stop()
            case {"set": "name", "value": name} if str(name).strip():
                self._keep(str(name))
            case {"take": name}:
                self._select_kept(str(name))
            case {"do": "lay"} if session.selected.current is not None:
                session.laid.lay(session.selected.current)
            case {"do": "lift"}:
                session.laid.remove()
                self._draw()
            case {"mean": name}:
                self._lay_kept(str(name))
            case {"set": "tag", "value": tag} if tag in TAGS:
                self._tag_all(TAGS[tag])
            case {"do": "untag"}:
                session.tagging.undo()
            case {"do": "colour"}:
                self._colour_plane()
            case {"set": "colour", "value": colour}:
                self._change_kept(lambda: kept.recolour(str(message.get("of")), str(colour)))
            case {"forget": name}:
                self._change_kept(lambda: kept.forget(name))
            case {"do": "put-back"} if (former := self._former) is not None:
                self._change_kept(lambda: kept.keep(*astuple(former)))

    def _keep(self, name: str) -> None:
        session = self._session
        now: Selection | None = session.selected.current
        if now is None:
            session.complain("Select spectra first: there is nothing to keep.")
            return
        ids = session.workspace.catalog["id"].iloc[now.rows].astype(str).tolist()

        def change() -> FormerSelection | None:
            former = session.workspace.kept_selections.keep(name, now.origin, ids)
            self._kept_as = now, name
            return former

        self._change_kept(change)

    def _change_kept(self, change: Callable[[], FormerSelection | None]) -> None:
        """Change what is kept, if this person may; what it replaces can be put back."""
        if not self._session.may_tag("keep selections"):
            return
        try:
            self._former = change()
        except (ValueError, OSError) as error:
            self._session.complain(f"The selection was not kept: {error}")
        self._session.tagging.reread()  # this change is no news
        if self._session.view.colour == SELECTIONS_COLOUR:
            self._colour_plane()
        self._draw()

    def _colour_plane(self) -> None:
        """Colour the plane by the kept selections as they are now."""
        try:
            name = self._session.workspace.offer_selections()
        except OSError as error:
            self._session.complain(str(error))
            return
        self._session.colour_by(name)
        self._draw()

    def _tag_all(self, tag: int | None) -> None:
        now: Selection | None = self._session.selected.current
        if now is not None:
            self._session.tagging.tag_rows(now.rows, tag)
            self._draw()

    def _lay_kept(self, name: str) -> None:
        kept = self._kept_selection(name)
        if kept is not None:
            self._session.laid.lay(kept)

    def _select_kept(self, name: str) -> None:
        kept = self._kept_selection(name)
        if kept is not None:
            self._session.selected.take(kept)

    def _kept_selection(self, name: str) -> Selection | None:
        """The saved selection of a name; None, with a message, if it cannot be read."""
        space = self._session.workspace
        try:
            ids = space.kept_selections.ids(name)
        except (KeyError, OSError) as error:
            self._session.complain(str(error.args[0] if error.args else error))
            self._draw()  # another visitor may have forgotten it
            return None
        rows = np.flatnonzero(space.catalog["id"].astype(str).isin(ids).to_numpy())
        if len(rows) < len(set(ids)):
            self._session.complain(
                f"{len(set(ids)) - len(rows):,} of “{name}” are not in this collection any more."
            )
        return Selection(name, f"kept as “{name}”", rows)

    def _draw(self, *_: object) -> None:
        if self._session.view.tab != "selected":
            return
        now = self._session.selected.current
        self.part.write(
            what=self._hint() if now is None else self._about(now),
            laid=laid_section(self._session.laid.selection, self._session.outcome.mean),
            **self._in_sum(now),
            kept=self._kept(),
        )

    def _in_sum(self, now: Selection | None) -> dict[str, str]:
        """Mean, mean explanation and lines, of what the lens can take; empty without any."""
        lens, spread = self._session.lens, self._summary.spread
        if now is None or lens is None or not len(now.rows):
            return {"mean": "", "reasons": "", "ratios": ""}
        n_usable = int(np.isin(now.rows, lens.rows).sum())
        if not n_usable:
            text = "<p>The lens can take none of these: open one to see why.</p>"
            return {"mean": text, "reasons": "", "ratios": ""}
        if spread is None:
            return {"mean": mean_section(None), "reasons": "", "ratios": ""}
        mean_reasons = self._reasons.result
        if mean_reasons is not None and len(mean_reasons.labels) != len(spread.mean):
            mean_reasons = None  # of the lens just turned to, whose mean is on its way
        target = self._session.view.target or ""
        reasons = reasons_section(
            mean_reasons,
            spread,
            busy=self._reasons.busy,
            target=TARGET_TITLES.get(target, target),
            n_usable=n_usable,
        )
        ratios = lines_section(self._summary.lines)
        return {"mean": mean_section(spread, lay=True), "reasons": reasons, "ratios": ratios}

    def _draw_bpt(self, *_: object) -> None:
        """The BPT diagram by type, where there is a point to draw."""
        now, lens, lines = self._session.selected.current, self._session.lens, self._summary.lines
        if now is not None and lens is not None and lines is None:
            # Its place is kept from the first, so that what is read beside it does not move.
            self._bpt.param.update(object=None, visible=bool(np.isin(now.rows, lens.rows).any()))
            return
        if now is None or lines is None or not {"nii_ha", "oiii_hb"} <= set(lines.table):
            self._bpt.visible = False
            return
        labels = self._session.workspace.catalog["label"].to_numpy(str)
        kinds, numbers = np.unique(labels[lines.table["row"].to_numpy()], return_inverse=True)
        points = bpt_points(lines.table, numbers)
        names = [kind or "unlabelled" for kind in kinds]
        self._bpt.object = bpt_figure(points, names, theme=self._session.view.theme)
        self._bpt.visible = len(points) > 0

    def _hint(self) -> str:
        back = button("Undo", {"do": "undo"}, css="plain", title="What was selected before")
        return _HINT + (
            f'<div class="line">{back}</div>' if self._session.selected.can_undo else ""
        )

    def _about(self, now: Selection) -> str:
        undo = self._session.selected.can_undo
        n = len(now.rows)
        text = counted(n, "spectrum", "spectra")
        saves = "".join(
            f'<button type="button" class="plain" data-do="selection-{kind}">{title}</button> '
            for kind, title in _FILES.items()
        )
        back = button(
            "Undo", {"do": "undo"}, css="plain", title="What was selected before", idle=not undo
        )
        of, name = self._kept_as
        kept = f"<p>Kept as “{escape(name)}”.</p>" if of is now else ""
        clear = button("Clear", {"do": "clear"}, css="plain", title="Select nothing (Esc)")
        return (
            f"<h3>{text}</h3><p>{escape(now.origin)}</p>"
            f"{self._types(now)}"
            f'<div class="line">{back} {clear}</div><div class="line">Export {saves}</div>'
            f'<div class="line">{_KEEP}</div>{kept}{self._tags(now.rows)}'
        )

    def _types(self, now: Selection) -> str:
        """How many of each type; counted once, since what is below it comes piece by piece."""
        if self._counted is None or self._counted[0] is not now:
            labels = self._session.workspace.catalog["label"]
            self._counted = (now, types_line(labels.iloc[now.rows]))
        return self._counted[1]

    def _tags(self, rows: np.ndarray) -> str:
        """Control that tags the whole selection; empty without permission."""
        session = self._session
        if not len(rows) or not session.person.may("tag"):
            return ""
        known, ids = session.tagging.tags, session.workspace.catalog["id"]
        tagged = ids.iloc[rows].map(known).dropna().astype(int).tolist() if known else []
        return tags_line(len(rows), tagged, can_undo=session.tagging.can_undo)

    def _kept(self) -> str:
        try:
            kept = self._session.workspace.kept_selections.all()
        except OSError as error:
            return f"<p>{escape(str(error))}</p>"
        former = former_line(self._former)
        if not kept:
            return f"{former}<p>No selection is kept here.</p>"
        return former + kept_table(kept, self._session.view.theme)
