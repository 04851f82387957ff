"""Box and lasso on the plane, evaluated on the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from bokeh.events import SelectionGeometry
from bokeh.models import (
    BoxSelectTool,
    ColumnDataSource,
    CustomJS,
    LassoSelectTool,
    PanTool,
    Scatter,
)
from bokeh.plotting import figure

from ....core.planes.inside_outline import inside_outline
from ....data.selections.selection import Selection
from ...figures.theme import THEMES
from ...session.session import Session
from ...workspace.colouring import Categories
from ..widgets.components import FormPart, in_one_patch
from ..widgets.form_fields import Field, form
from .picture import ringed_places

__all__ = ["attach_select", "outline_of", "plane_tools"]

_DRAGS = {"pan": "Move", "box": "Box", "lasso": "Lasso"}
_WAYS = {"new": "New", "add": "Add", "subtract": "Subtract", "intersect": "Within"}
_FEW = 60  # of more, rings lie over one another and are drawn fainter
# The tools know themselves whether they are active; the page's own buttons say which one is to be.
_TURN = """
const [wanted] = cb_obj.tags
for (const [name, tool] of Object.entries({ pan, box, lasso })) tool.active = name === wanted
"""


def attach_select(session: Session, plane: figure) -> Callable[[], None]:
    """Let a drag over the plane select, by box or lasso, and ring what is selected.

    Returns what adds the tools and the rings; until then nothing can be drawn.

    Parameters
    ----------
    session
        Whose selection follows.
    plane
        The figure; its tool for moving is found among its own.
    """
    return _Select(session, plane).furnish


def plane_tools(session: Session) -> FormPart:
    """Tool for a drag over the plane, and how it combines with the present selection."""
    fields = [
        Field(session.view, "drag", "segmented", _DRAGS, label=""),
        Field(session.selected, "how", "segmented", _WAYS, label=""),
    ]
    part = form(fields, session.complain, css_class="in-drawing")

    def heed(*_: object) -> None:
        off = session.view.drag == "pan" and session.selected.current is None
        part.inert = ["how"] if off else []

    session.view.param.watch(heed, "drag")
    session.selected.param.watch(heed, "current")
    heed()
    return part


def outline_of(geometry: dict[str, Any]) -> np.ndarray:
    """The corners (V, 2), in plane units, of what Bokeh's box or lasso has drawn.

    Raises
    ------
    ValueError
        It is neither, or no area.
    """
    if geometry.get("type") == "rect":
        x0, x1, y0, y1 = (float(geometry[name]) for name in ("x0", "x1", "y0", "y1"))
        return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    if geometry.get("type") == "poly":
        corners = np.column_stack([_numbers(geometry["x"]), _numbers(geometry["y"])])
        if len(corners) < 3:
            raise ValueError("Draw around the points: this was a click and no outline.")
        return corners
    raise ValueError(f"an outline is a rect or a poly, got {geometry.get('type')!r}")


def _numbers(values: Any) -> np.ndarray:
    """Bokeh sends an array, or numbers by their place."""
    numbers = list(values.values()) if isinstance(values, dict) else values
    return np.asarray(numbers, np.float64)


class _Select:
    def __init__(self, session: Session, plane: figure) -> None:
        self._session, self._plane = session, plane
        self._ringed = ColumnDataSource({"x": [], "y": []}, name="plane-selected")
        self._rings = Scatter(size=9, fill_color=None, line_width=1)
        # Bokeh listens only to what is asked for before a figure is on the page.
        plane.on_event(SelectionGeometry, in_one_patch(self._drawn))
        session.view.param.watch(self._turn, "drag")
        session.view.param.watch(self._ring, ["plane", "theme"])
        session.selected.param.watch(self._ring, "current")
        self._ring()

    def furnish(self) -> None:
        """Add the tools, and the rings below the colours."""
        plane = self._plane
        plane.add_glyph(self._ringed, self._rings, level="underlay")
        box, lasso = BoxSelectTool(renderers=[]), LassoSelectTool(renderers=[], continuous=False)
        plane.add_tools(box, lasso)
        (pan,) = (tool for tool in plane.tools if isinstance(tool, PanTool))
        plane.toolbar.active_drag = pan
        plane.js_on_change(
            "tags", CustomJS(args={"pan": pan, "box": box, "lasso": lasso}, code=_TURN)
        )
        if self._session.view.drag != "pan":
            self._turn()

    def _turn(self, *_: object) -> None:
        self._plane.tags = [self._session.view.drag]

    def _drawn(self, event: Any) -> None:
        view, space = self._session.view, self._session.workspace
        if not event.final or view.plane is None:
            return
        geometry = dict(event.geometry)
        try:
            outline = outline_of(geometry)
        except ValueError as error:
            self._session.complain(str(error))
            return
        plane = space.planes[view.plane]
        inside = inside_outline(plane.xy[:, 0], plane.xy[:, 1], outline)
        rows = plane.rows[inside]
        colouring = space.colouring(view.colour)
        if view.hidden and isinstance(colouring, Categories):  # what is hidden is not meant
            seen = np.array([name not in view.hidden for name in colouring.names])
            rows = rows[seen[colouring.codes[rows]]]
        name = "box" if geometry.get("type") == "rect" else "lasso"
        self._session.selected.take(Selection(name, f"{name} on “{plane.title}”", rows))

    def _ring(self, *_: object) -> None:
        view, rows = self._session.view, self._session.selected.rows
        xy = ringed_places(self._session.workspace, view.plane, rows)
        if len(xy) or len(self._ringed.data["x"]):
            self._ringed.data = {"x": xy[:, 0], "y": xy[:, 1]}
        alpha = 1.0 if len(xy) <= _FEW else 0.4
        self._rings.update(line_color=THEMES[view.theme].text, line_alpha=alpha)
