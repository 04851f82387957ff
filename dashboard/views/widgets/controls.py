"""The controls of the page."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....core.models.anomaly.scores import SCORE_TITLES
from ....data.selections.selection import Selection
from ...figures.theme import ThemeName, category_colours, sequential
from ...session.choices.search import find
from ...session.choices.tabs import all_tabs
from ...session.session import Session
from ...workspace.colouring import Categories
from .components import FormPart, LegendPart
from .form_fields import Field, form

__all__ = [
    "TARGET_TITLES",
    "bar_form",
    "drawing_form",
    "end_text",
    "find_form",
    "legend_of",
    "legend_part",
    "tabs_form",
    "toggled",
]

TARGET_TITLES = {
    **SCORE_TITLES,
    "predicted": "log-odds (predicted)",
    "log p": "log p (predicted)",
    "probability": "p (predicted)",
    "decision": "decision (predicted, nearest rival)",
    "margin": "margin (predicted)",
    "of_kind": "like what it learned on",
    **{kind: f"log-odds ({kind})" for kind in ("type 1", "type 2", "intermediate")},
}
"""What the menu of a lens's targets calls them; others by their names."""
SPANS = {"model": "Window", "whole": "Whole"}


def find_form(session: Session) -> FormPart:
    """The search."""
    space = session.workspace
    suggest = lambda text: find(space, text).offer(space)  # noqa: E731
    field = Field(session.view, "find", "search", placeholder="Find id or ra dec", suggest=suggest)
    return form([field], session.complain, css_class="in-find")


def bar_form(session: Session) -> FormPart:
    """Lens, target, plane and colours."""
    view, space = session.view, session.workspace
    lenses = {name: lens.title for name, lens in space.lenses.items()}
    planes = {name: _menu_name(plane.title) for name, plane in space.planes.items()}
    return form(
        [
            Field(view, "lens", "select", lenses),
            Field(view, "target", "select", TARGET_TITLES),
            Field(view, "plane", "select", planes),
            Field(view, "colour", "select", space.colours, groups=space.colour_groups),
        ],
        session.complain,
    )


def drawing_form(session: Session) -> FormPart:
    """How the spectrum is drawn."""
    view = session.view
    return form(
        [
            Field(view, "paint", "segmented", {"line": "Line", "band": "Bands"}, label=""),
            Field(view, "unit", "segmented", label=""),
            Field(view, "frame", "segmented", {"rest": "Rest", "observed": "Observed"}, label=""),
            Field(view, "span", "segmented", SPANS, label=""),
            Field(view, "beside", "toggle"),
        ],
        session.complain,
        css_class="in-drawing",
    )


def tabs_form(session: Session) -> FormPart:
    """Which list or table is open."""
    field = Field(
        session.view, "tab", "segmented", {tab.name: tab.title for tab in all_tabs()}, label=""
    )
    return form([field], session.complain, css_class="in-tabs")


def legend_part(session: Session) -> LegendPart:
    """Legend of the plane's colours; categories can be switched off and singled out."""
    view, space = session.view, session.workspace

    def take(message: dict[str, Any]) -> None:
        colouring = space.colouring(view.colour)
        if not isinstance(colouring, Categories):
            return
        if message.get("toggle") in colouring.names:
            view.hidden = toggled(message["toggle"], view.hidden, colouring.names)
        elif "alone" in message:  # "" for all again
            alone = message["alone"]
            known = alone in colouring.names
            view.hidden = [name for name in colouring.names if known and name != alone]
        elif message.get("select") in colouring.names and view.plane is not None:
            rows, name = space.planes[view.plane].rows, str(message["select"])
            inside = colouring.codes[rows] == colouring.names.index(name)
            origin = f"{colouring.title}: {name}"
            session.selected.take(Selection(name, origin, rows[inside]))

    part = LegendPart(on_message=take, css_classes=["in-legend"])

    def show(*_: object) -> None:
        part.param.update(**legend_of(session, view.theme))

    view.param.watch(lambda *_: view.param.update(hidden=[]), "colour")
    view.param.watch(show, ["colour", "plane", "hidden", "theme"])
    session.outcome.param.watch(show, "stretch")
    show()
    return part


def toggled(name: str, hidden: list[str], names: tuple[str, ...]) -> list[str]:
    """Which categories are hidden after a click on one: it is shown if it was hidden, or hidden."""
    return [other for other in names if (other in hidden) != (other == name)]


def _menu_name(title: str) -> str:
    """A plane's title under “Plane”: all are t-SNE's, and the head of the plane says so."""
    name = title.removeprefix("t-SNE of ")
    return name[:1].upper() + name[1:]


def legend_of(session: Session, theme: ThemeName) -> dict[str, list[Any]]:
    """Legend of the plane: entries of categories, or a colour bar with texts at its ends."""
    view, space = session.view, session.workspace
    if view.colour is None or view.plane is None:
        return {"entries": [], "bar": [], "ends": []}
    colouring = space.colouring(view.colour)
    if isinstance(colouring, Categories):
        counts = colouring.counts(space.planes[view.plane].rows)
        colours = category_colours(colouring.names, theme, colouring.own)
        entries = [
            {"name": name, "count": f"{n:,}", "colour": colour, "on": name not in view.hidden}
            for name, n, colour in zip(colouring.names, counts, colours, strict=True)
            if n
        ]
        return {"entries": entries, "bar": [], "ends": []}
    stretch = session.outcome.stretch
    low, high = colouring.low, colouring.high
    if stretch is not None and stretch[0] == colouring.name:
        low, high = stretch[1:]
    known = colouring.values[np.isfinite(colouring.values)]
    # What lies beyond has the colour of the end.
    below, above = ("≤ " if (known < low).any() else ""), ("≥ " if (known > high).any() else "")
    if colouring.logarithmic:
        low, high = 10**low, 10**high
    middle = " · ".join(word for word in (colouring.unit, "log" * colouring.logarithmic) if word)
    ends = [f"{below}{end_text(low, high)}", middle, f"{above}{end_text(high, low)}"]
    return {"entries": [], "bar": sequential(theme)[::16], "ends": ends}


def end_text(value: float, other: float) -> str:
    """An end of a range, with as many digits as tell it from the other end."""
    apart = abs(value - other) or abs(value) or 1.0
    digits = np.clip(np.ceil(np.log10(max(abs(value), abs(other), apart) / apart)) + 1, 2, 8)
    text = f"{value:.{int(digits)}g}"
    text = f"{value:,.0f}" if "e+" in text and abs(value) < 1e7 else text
    return text.replace("-", "−")
