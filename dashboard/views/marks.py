"""Marks on the plane: a chosen cell's spectra, numbers, and where a newcomer lies."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from bokeh.core.properties import value as constant
from bokeh.models import ColumnDataSource, Scatter, Text
from bokeh.plotting import figure

from ..session import Session
from ..theme import THEMES
from .figures import FONT

__all__ = ["attach_marks"]

_MOST_RINGED = 3000
_WRONG, _RIGHT = "#d62728", "#2ca02c"
_NOTHING: dict[str, list[Any]] = {"x": [], "y": []}
_NO_NUMBERS: dict[str, list[Any]] = {
    name: [] for name in ("x", "y", "text", "colour", "right", "down")
}
# Where a number stands beside its point, px to the right and down: the next one elsewhere, so that
# neighbours can be told apart.
_BESIDE = ((9, -9), (-19, 23), (9, 23), (-19, -9), (-5, -15), (-5, 29))


def attach_marks(session: Session, plane: figure) -> None:
    """Draw what the tabs of AGN types choose on the plane.

    Parameters
    ----------
    session
        Whose chosen cell, edited spectrum and visiting spectrum are marked.
    plane
        The figure.
    """
    _Marks(session, plane)


class _Drawn(NamedTuple):
    """Renderers, each with a source of its own."""

    rings: Any
    labels: Any
    diamond: Any


class _Marks:
    def __init__(self, session: Session, plane: figure) -> None:
        self._session, self._plane = session, plane
        view = session.view
        session.matrix.param.watch(self._mark_cell, ["cell", "part"])
        view.param.watch(self._mark_cell, ["plane", "tab"])
        session.whatif.param.watch(self._mark_placed, "considered")
        session.visitors.param.watch(self._mark_placed, "place")
        view.param.watch(self._mark_placed, "tab")
        view.param.watch(self._dress, "theme")

    @cached_property
    def _drawn(self) -> _Drawn:
        """Made when first drawn: a page that never shows it need not carry it."""
        ringed = ColumnDataSource(dict(_NOTHING), name="plane-chosen")
        numbers = ColumnDataSource(dict(_NO_NUMBERS), name="plane-numbers")
        placed = ColumnDataSource(dict(_NOTHING), name="plane-placed")
        add = self._plane.add_glyph
        rings = add(ringed, Scatter(size=6, fill_color=None, line_width=1))
        add(numbers, Scatter(size=9, fill_color=None, line_color="colour", line_width=2))
        box: Any = {"background_fill_alpha": 0.9, "border_line_width": 1.6, "padding": 3}
        label = Text(
            text="text", x_offset="right", y_offset="down", text_font=constant(FONT),
            text_font_size="12px", border_line_color="colour", **box,
        )  # fmt: skip
        diamond = Scatter(size=15, marker="diamond", line_width=2)
        return _Drawn(rings, add(numbers, label), add(placed, diamond))

    def _mark_cell(self, *_: object) -> None:
        view, space, matrix = self._session.view, self._session.workspace, self._session.matrix
        if view.tab != "confusion" or matrix.cell is None or view.plane is None:
            if "_drawn" in vars(self):
                self._drawn.rings.data_source.data = dict(_NOTHING)
                self._drawn.labels.data_source.data = dict(_NO_NUMBERS)
            return
        plane = space.planes[view.plane]
        rows = matrix.chosen["row"].to_numpy(np.int64)[:_MOST_RINGED]
        xy = plane.xy[np.isin(plane.rows, rows)]
        self._drawn.rings.data_source.data = {"x": xy[:, 0], "y": xy[:, 1]}
        found = [(one, space.place(view.plane, one.row)) for one in matrix.marked]
        on_plane = [(one, place) for one, place in found if place is not None]
        self._drawn.labels.data_source.data = {
            "x": [place[0] for _, place in on_plane],
            "y": [place[1] for _, place in on_plane],
            "text": [str(one.number) for one, _ in on_plane],
            "colour": [_RIGHT if one.correct else _WRONG for one, _ in on_plane],
            "right": [_BESIDE[(one.number - 1) % len(_BESIDE)][0] for one, _ in on_plane],
            "down": [_BESIDE[(one.number - 1) % len(_BESIDE)][1] for one, _ in on_plane],
        }
        self._dress()

    def _mark_placed(self, *_: object) -> None:
        session = self._session
        place = session.visitors.place
        considered = session.whatif.considered
        if session.view.tab == "whatif" and considered is not None:
            place = considered.place or place
        if place is not None:
            self._drawn.diamond.data_source.data = {"x": [place[0]], "y": [place[1]]}
            self._dress()
        elif "_drawn" in vars(self):
            self._drawn.diamond.data_source.data = dict(_NOTHING)

    def _dress(self, *_: object) -> None:
        if "_drawn" not in vars(self):
            return
        theme, drawn = THEMES[self._session.view.theme], self._drawn
        drawn.rings.glyph.line_color = theme.text
        drawn.labels.glyph.update(text_color=theme.text, background_fill_color=theme.surface)
        drawn.diamond.glyph.update(fill_color=theme.accent, line_color=theme.surface)
