"""One view as a page of its own, sized for a notebook cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import panel as pn
import param
from bokeh.document import Document
from panel.io.resources import LOCAL_DIST

from ...figures import THEMES, ThemeName
from ...server.page import theme_css
from ...session import Visitor, apply_query
from ...views.plane.plane import PlaneView
from ...views.plane.select_tools import plane_tools
from ...views.spectrum.overlays.whole_overlay import WholeOverlay
from ...views.spectrum.spectrum import SpectrumView
from ...views.spectrum.texts.explanation_state import state_pane
from ...views.spectrum.texts.veil import veil_pane
from ...views.spectrum.texts.verdict import verdict_pane
from ...views.widgets.components import Part, asset, script
from ...views.widgets.controls import legend_part
from ...views.widgets.knob_controls import controls_form

__all__ = ["VIEWS", "CellPart", "ViewName", "begin", "cell_page"]

ViewName = Literal["plane", "spectrum", "explain"]
VIEWS: tuple[ViewName, ...] = get_args(ViewName)
"""The views there are."""

# There are no tabs to be led to in a cell.
_NOWHERE = '[data-do="believe"] { display: none }'


class CellPart(Part):
    """The keys and buttons of a cell; sends {do: button}, {held: way} or {ratio: pixels}."""

    problem = param.String(default="", doc="What went wrong, shown at the corner of the cell.")

    _bundle = None  # no cell needs it but this, so it is not in the script that all pages load
    _esm = script("cell")


def begin(session: Visitor, query: Mapping[str, str]) -> None:
    """Set what the address of a cell asks for; what it cannot is told in the cell.

    Parameters
    ----------
    session
        Of the cell.
    query
        As in the address of the page, and ``dress``: light or dark (``theme`` is Panel's own word).
    """
    if query.get("dress") in THEMES:
        session.view.theme = query["dress"]
    problems = apply_query(session.view, session.knobs, query)
    if problems:
        session.complain(" ".join(problems))


def cell_page(session: Visitor, name: ViewName, doc: Document | None) -> None:
    """Make the page of one view in a document."""
    parts = _plane(session) if name == "plane" else _spectrum(session, knobs=name == "explain")
    if doc is not None:
        doc.template_variables.setdefault("dist_url", LOCAL_DIST)  # as the whole page (page.py)
    page = pn.Template(pn.io.resources.parse_template(asset("cell.html")))
    for key, part in parts.items():
        page.add_panel(key, part)
    theme: ThemeName = session.view.theme
    words = {"view": name, "theme_css": theme_css(theme, ":root"), "page_css": asset("page.css"),
             "cell_css": asset("cell.css"), "scheme": theme}  # fmt: skip
    for key, text in words.items():
        page.add_variable(key, text)
    page.server_doc(doc, title="spexplain", location=False)


def _plane(session: Visitor) -> dict[str, Any]:
    plane = PlaneView(session)
    parts = {
        "plane": plane,
        "note": plane.note,
        "tools": plane_tools(session),
        "legend": legend_part(session),
    }
    return parts | {"cell": _cell(session, {"reset": plane.reset}, plane.sharpen)}


def _spectrum(session: Visitor, *, knobs: bool) -> dict[str, Any]:
    session.follow_up()
    spectrum = SpectrumView(session)
    WholeOverlay(session, spectrum)
    state = state_pane(session)
    state.stylesheets = [*state.stylesheets, _NOWHERE]
    parts = {
        "flux": spectrum.flux,
        "weight": spectrum.weight,
        "verdict": verdict_pane(session),
        "state": state,
        "veil": veil_pane(session),
        "cell": _cell(session, {"reset": spectrum.reset}),
    }
    return parts | ({"controls": controls_form(session)} if knobs else {})


def _cell(session: Visitor, buttons: dict[str, Any], sharpen: Any = None) -> CellPart:
    does = buttons | {
        "heard": lambda: session.complain(""),
        "level": session.next_level,
        "unselect": session.selected.clear,
    }

    def take(message: dict[str, Any]) -> None:
        if message.get("held") in session.selected.param["held"].objects:
            session.selected.held = message["held"]
        elif "ratio" in message and sharpen is not None:
            sharpen(float(message["ratio"]))
        elif message.get("do") in does:
            does[message["do"]]()

    part = CellPart(on_message=take, problem=session.outcome.problem)
    session.outcome.param.watch(lambda event: part.param.update(problem=event.new), "problem")
    return part
