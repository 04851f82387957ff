"""Marks of single spectra on the plane: a ring round the open one, a name under the pointer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from bokeh.core.properties import value as constant
from bokeh.events import Tap
from bokeh.models import ColumnDataSource, CustomJS, GlyphRenderer, Range1d, Scatter, Text
from bokeh.plotting import figure

from ...figures.bokeh_style import FONT, span
from ...figures.filled_source import fill
from ...figures.theme import Theme
from ...session.session import Session
from ...workspace.colouring import Categories
from ..widgets.components import asset, in_one_patch

__all__ = ["SpectrumMarks"]

_REACH_PX = 14.0  # how far from a point a click may be
_PROBE_MS = 60
_NO_GHOST: dict[str, list[Any]] = {name: [] for name in ("x", "y", "text", "side", "shift")}


class SpectrumMarks:
    """The ring and the name, and what a click or a resting pointer points to.

    Parameters
    ----------
    session
        Whose plane and open spectrum are marked.
    plane
        The figure of the plane.
    x_range
        What is in view of it.
    size
        Width and height of its frame in CSS pixels.
    """

    def __init__(
        self,
        session: Session,
        plane: figure,
        x_range: Range1d,
        size: Callable[[], tuple[int, int]],
    ) -> None:
        self._session, self._figure, self._x, self._size = session, plane, x_range, size
        self._ring = ColumnDataSource({"x": [], "y": []}, name="plane-ring")
        self._probe = ColumnDataSource({"x": [], "y": []}, name="plane-probe")
        self._ghost = ColumnDataSource(dict(_NO_GHOST), name="plane-ghost")
        self._rings: list[GlyphRenderer] = []
        self._ghosts: list[GlyphRenderer] = []
        plane.on_event(Tap, in_one_patch(self.tap))

    def furnish(self) -> None:
        """Add what the first plot does without: the rings, and the name under the pointer."""
        fig = self._figure
        # A ring in two tones stands out on any colour of point.
        self._rings = [
            fig.add_glyph(self._ring, Scatter(size=size, fill_color=None, line_width=width))
            for size, width in ((15, 4.5), (15, 2.0))
        ]
        box: Any = {
            "background_fill_alpha": 0.9,
            "border_line_width": 0,
            "border_radius": 4,
            "padding": 4,
        }
        label = Text(
            text="text", x_offset="shift", y_offset=-9, text_align="side",
            text_baseline="bottom", text_font=constant(FONT), text_font_size="11px", **box,
        )  # fmt: skip
        under_pointer = Scatter(size=13, fill_color=None, line_width=1.2)
        self._ghosts = [
            fig.add_glyph(self._ghost, under_pointer),
            fig.add_glyph(self._ghost, label),
        ]
        for ghost in self._ghosts:  # over the rings of what is selected
            ghost.level = "annotation"
        # Only where the pointer rests is asked about: a hundred questions a second help nobody.
        rest = CustomJS(args={"probe": self._probe, "wait": _PROBE_MS}, code=asset("probe.js"))
        fig.js_on_event("mousemove", rest)
        fig.js_on_event("mouseleave", rest)
        self._probe.on_change("data", in_one_patch(self.look))

    def _nearest(self, x: float, y: float) -> int | None:
        view, space = self._session.view, self._session.workspace
        if view.plane is None:
            return None
        (low, high), (width, _) = span(self._x), self._size()
        reach = _REACH_PX * (high - low) / width
        among, colouring = None, space.colouring(view.colour)
        if view.hidden and isinstance(colouring, Categories):
            seen = np.array([name not in view.hidden for name in colouring.names])
            among = seen[colouring.codes]
        return space.on_plane(view.plane).nearest(x, y, reach=reach, among=among)

    def tap(self, event: Any) -> None:
        """Open the spectrum that was clicked."""
        if event.x is None or event.y is None:
            return
        row = self._nearest(event.x, event.y)
        if row is not None:
            self._session.open(row)

    def look(self, attr: str, old: object, new: dict[str, list[float]]) -> None:
        """Name the spectrum on which the pointer rests."""
        row = self._nearest(new["x"][0], new["y"][0]) if len(new["x"]) else None
        if row is None:
            fill(self._ghost, _NO_GHOST)
            return
        space, view = self._session.workspace, self._session.view
        x, y = space.on_plane(view.plane).place(row) or (np.nan, np.nan)
        label = space.colouring(view.colour).label(row)
        text = f"{space.catalog['id'].iat[row]}  ·  {label}"
        if view.plane is not None and space.planes[view.plane].came_later(row):
            text += "  ·  placed later"
        if view.plane is not None and row in space.planes[view.plane].far:
            text += "  ·  far from all here"
        left = x < sum(span(self._x)) / 2  # the label goes where there is room for it
        side, shift = ("left", 11) if left else ("right", -11)
        ghost = {"x": x, "y": y, "text": text, "side": side, "shift": shift}
        fill(self._ghost, {name: [value] for name, value in ghost.items()})

    def ring(self) -> None:
        """Ring the open spectrum, where it lies on this plane."""
        spectrum, name = self._session.outcome.open_spectrum, self._session.view.plane
        place = None
        if spectrum is not None and name is not None:
            place = self._session.workspace.on_plane(name).place(spectrum.row)
        x, y = ([], []) if place is None else ([place[0]], [place[1]])
        fill(self._ring, {"x": x, "y": y})

    def dress(self, theme: Theme) -> None:
        """Take the colours of the theme."""
        if not self._rings:  # it is before the first plot
            return
        for ring, colour in zip(self._rings, (theme.surface, theme.text), strict=True):
            ring.glyph.line_color = colour
        ghost, label = self._ghosts
        ghost.glyph.line_color = theme.text
        label.glyph.update(
            text_color=theme.text,
            background_fill_color=theme.raised,
            border_line_color=theme.edge,
        )
