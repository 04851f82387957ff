"""Marks on the plane: cells, numbers, outside spectra."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from bokeh.core.properties import value as constant
from bokeh.events import RangesUpdate
from bokeh.models import ColumnDataSource, Scatter, Segment, Text
from bokeh.plotting import figure

from ...figures.bokeh_style import FONT, span
from ...figures.planes.number_labels import label_places
from ...figures.theme import THEMES, ring_opacity
from ...session.visitor import Visitor
from ..widgets.components import added_at_once, in_one_patch

__all__ = ["Marks", "attach_marks", "labels_beside", "marks_on"]

_MOST_RINGED = 3000
_WRONG, _RIGHT = "#d62728", "#2ca02c"
_NOTHING: dict[str, list[Any]] = {"x": [], "y": []}
_NO_NUMBERS: dict[str, list[Any]] = {
    name: [] for name in ("x", "y", "text", "colour", "label_x", "label_y")
}
_BOX_PX = (20.0, 22.0)
# Of the plane before its size is known.
_FRAME_PX = 540


def attach_marks(session: Visitor, plane: figure) -> None:
    """Draw what the tabs of AGN types choose on the plane.

    Parameters
    ----------
    session
        Whose chosen cell, edited spectrum and visiting spectrum are marked.
    plane
        The figure.
    """
    _Marks(session, plane)


class Marks(NamedTuple):
    """Marks of the open tab on a plane, in its units.

    Attributes
    ----------
    ringed : (n, 2)
        Spectra of the chosen cell.
    numbered : (m, 2)
        The few of them that the tab shows with a number.
    numbers, colours
        m texts, and of what colour each is.
    placed : (1, 2) or (0, 2)
        The edited spectrum, or the one of a file.
    """

    ringed: np.ndarray
    numbered: np.ndarray
    numbers: list[str]
    colours: list[str]
    placed: np.ndarray


def marks_on(session: Visitor) -> Marks:
    """Marks of the open tab on the chosen plane."""
    view, space, matrix = session.view, session.workspace, session.confusion
    ringed, on_plane = np.empty((0, 2)), []
    if view.tab == "confusion" and matrix.cell is not None and view.plane is not None:
        plane = space.planes[view.plane]
        rows = matrix.chosen["row"].to_numpy(np.int64)[:_MOST_RINGED]
        ringed = plane.xy[np.isin(plane.rows, rows)]
        places = [
            (marked, space.on_plane(view.plane).place(marked.row)) for marked in matrix.marked
        ]
        on_plane = [(marked, place) for marked, place in places if place is not None]
    placed, considered = session.dropped.place, session.edits.considered
    if view.tab == "whatif" and considered is not None:
        placed = considered.place or placed
    return Marks(
        ringed,
        np.array([place for _, place in on_plane], np.float64).reshape(-1, 2),
        [str(marked.number) for marked, _ in on_plane],
        [_RIGHT if marked.correct else _WRONG for marked, _ in on_plane],
        np.array([] if placed is None else placed, np.float64).reshape(-1, 2),
    )


def labels_beside(
    places: np.ndarray,
    x: tuple[float, float],
    y: tuple[float, float],
    frame_px: tuple[float, float],
) -> np.ndarray:
    """Where numbers stand beside points (n, 2) of a plane seen from x to y, in its units (n, 2)."""
    low, high = np.array([x, y]).T
    scale = (high - low) / np.array(frame_px)
    return low + label_places((places - low) / scale, box_px=_BOX_PX, frame_px=frame_px) * scale


class _Drawn(NamedTuple):
    """Renderers, each with a source of its own."""

    rings: Any
    labels: Any
    diamond: Any


class _Marks:
    def __init__(self, session: Visitor, plane: figure) -> None:
        self._session, self._plane = session, plane
        view = session.view
        session.confusion.param.watch(self._mark_cell, ["cell", "part"])
        view.param.watch(self._mark_cell, ["plane", "tab"])
        session.edits.param.watch(self._mark_placed, "considered")
        session.dropped.param.watch(self._mark_placed, "place")
        view.param.watch(self._mark_placed, "tab")
        view.param.watch(self._dress, "theme")

    @cached_property
    def _drawn(self) -> _Drawn:
        """Made when first drawn: a page that never shows it need not carry it."""
        with added_at_once(self._plane):
            return self._made()

    def _made(self) -> _Drawn:
        ringed = ColumnDataSource(dict(_NOTHING), name="plane-chosen")
        numbers = ColumnDataSource(dict(_NO_NUMBERS), name="plane-numbers")
        placed = ColumnDataSource(dict(_NOTHING), name="plane-placed")
        add = self._plane.add_glyph
        rings = add(ringed, Scatter(size=6, fill_color=None, line_width=1))
        leader: Any = {"x1": "label_x", "y1": "label_y", "line_color": "colour"}
        add(numbers, Segment(x0="x", y0="y", line_width=1, **leader))
        add(numbers, Scatter(size=9, fill_color=None, line_color="colour", line_width=2))
        box: Any = {"background_fill_alpha": 0.9, "border_line_width": 1.6, "padding": 3}
        label = Text(
            x="label_x", y="label_y", text="text", text_align="center", text_baseline="middle",
            text_font=constant(FONT), text_font_size="12px", border_line_color="colour", **box,
        )  # fmt: skip
        self._plane.on_event(RangesUpdate, in_one_patch(lambda _: self._arrange()))
        for axis in (self._plane.x_range, self._plane.y_range):
            axis.on_change("end", in_one_patch(lambda _attr, _old, _new: self._arrange()))
        diamond = Scatter(size=15, marker="diamond", line_width=2)
        return _Drawn(rings, add(numbers, label), add(placed, diamond))

    def _mark_cell(self, *_: object) -> None:
        marks = marks_on(self._session)
        if not len(marks.ringed) and "_drawn" not in vars(self):
            return
        self._drawn.rings.data_source.data = _columns(marks.ringed)
        self._drawn.rings.glyph.line_alpha = ring_opacity(len(marks.ringed))
        self._drawn.labels.data_source.data = {
            **_columns(marks.numbered), "text": marks.numbers, "colour": marks.colours,
        } | self._beside(marks.numbered)  # fmt: skip
        self._dress()

    def _arrange(self) -> None:
        """Place the numbers anew: what lies free depends on how far one has zoomed in."""
        source = self._drawn.labels.data_source
        known: Any = source.data
        places = np.column_stack([known["x"], known["y"]])
        if len(places):
            source.data = dict(known) | self._beside(places)

    def _beside(self, places: np.ndarray) -> dict[str, np.ndarray]:
        """Where the numbers of points of the plane (n, 2) stand, in the plane's units."""
        plane: Any = self._plane
        frame_px = (plane.inner_width or _FRAME_PX, plane.inner_height or _FRAME_PX)
        beside = labels_beside(places, span(plane.x_range), span(plane.y_range), frame_px)
        return {"label_x": beside[:, 0], "label_y": beside[:, 1]}

    def _mark_placed(self, *_: object) -> None:
        placed = marks_on(self._session).placed
        if len(placed) or "_drawn" in vars(self):
            self._drawn.diamond.data_source.data = _columns(placed)
            self._dress()

    def _dress(self, *_: object) -> None:
        if "_drawn" not in vars(self):
            return
        theme, drawn = THEMES[self._session.view.theme], self._drawn
        drawn.rings.glyph.line_color = theme.text
        drawn.labels.glyph.update(text_color=theme.text, background_fill_color=theme.surface)
        drawn.diamond.glyph.update(fill_color=theme.text, line_color=theme.surface)


def _columns(places: np.ndarray) -> dict[str, np.ndarray]:
    return {"x": places[:, 0], "y": places[:, 1]}
