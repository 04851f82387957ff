"""Two windows beside the spectrum: Hβ with [O III], and Hα with [N II]."""

from __future__ import annotations

from typing import Any

import numpy as np
import panel as pn
from bokeh.models import BasicTicker, ColumnDataSource, Label, Line, Range1d, VArea, VSpan, VStrip
from bokeh.plotting import figure

from ...figures.bokeh_style import FONT, dress, plain_figure
from ...figures.theme import THEMES
from ...session.choices.drawing import AXIS
from ...session.visitor import Visitor
from .spectrum import SpectrumView

__all__ = ["ZOOMS", "ZoomWindows"]

ZOOMS = (("Hβ + [O III]", (4780.0, 5080.0)), ("Hα + [N II]", (6450.0, 6790.0)))
"""What a window is called, and its vacuum Å at rest."""

_BEYOND = "not observed"


class ZoomWindows:
    """A place for both, filled when they are first asked for.

    Parameters
    ----------
    session
        Whose spectrum.

    Attributes
    ----------
    place
        For the page.
    """

    def __init__(self, session: Visitor) -> None:
        self._session = session
        self._view: SpectrumView | None = None
        self._windows: list[_Window] = []
        self.place = pn.Column(sizing_mode="stretch_both", margin=0, visible=False)

    def attach(self, view: SpectrumView) -> None:
        """Show what these figures show."""
        self._view = view
        session = self._session
        session.view.param.watch(self._turn, "zooms")
        session.outcome.param.watch(self._draw, "whole")
        session.view.param.watch(self._draw, [*AXIS])
        session.view.param.watch(self._dress, "theme")
        self._turn()

    def _turn(self, *_: object) -> None:
        wanted = self._session.view.zooms
        if wanted and not self._windows and self._view is not None:
            self._windows = [_Window(title, ends, self._view) for title, ends in ZOOMS]
            for window in self._windows:
                self.place.append(window.figure)
            self._dress()
        self.place.param.update(visible=wanted, css_classes=["is-open"] if wanted else [])
        self._draw()

    def _draw(self, *_: object) -> None:
        if self._session.view.zooms:
            for window in self._windows:
                window.draw(self._session)

    def _dress(self, *_: object) -> None:
        for window in self._windows:
            window.dress(self._session.view.theme)


class _Window:
    def __init__(self, title: str, ends_aa: tuple[float, float], view: SpectrumView) -> None:
        self._ends = ends_aa
        name = title.split(" ")[0]
        self._source = ColumnDataSource(
            {key: [] for key in ("x", "y", "low", "high")}, name=f"zoom-{name}"
        )
        fig = plain_figure(
            name=f"zoom-{name}-figure", x_range=Range1d(start=ends_aa[0], end=ends_aa[1]),
            y_range=Range1d(start=0, end=1), tools="",
            min_border_left=34, min_border_right=8, min_border_top=16,
        )  # fmt: skip
        fig.xaxis.ticker = BasicTicker(desired_num_ticks=3)
        colour: Any = {"field": "shade", "transform": view.colours}
        strips = VStrip(x0="left", x1="right", line_color=None, fill_alpha=0.5, fill_color=colour)
        fig.add_glyph(view.bands, strips)
        self._area = fig.add_glyph(self._source, VArea(x="x", y1="low", y2="high")).glyph
        self._markers = fig.add_glyph(view.lines, VSpan(line_dash=[4, 4], line_width=1)).glyph
        self._line = fig.add_glyph(self._source, Line(line_width=1.1, line_join="bevel")).glyph
        self._title = Label(
            x=0, y=0, x_units="screen", y_units="screen", text=title, text_font=FONT,
            text_font_size="11px",
        )  # fmt: skip
        fig.add_layout(self._title, "above")
        self._name, self.figure = title, fig

    def draw(self, session: Visitor) -> None:
        whole, axis = session.outcome.whole, session.axis
        fig: figure = self.figure
        low, high = axis.of_rest(np.array(self._ends)).tolist()
        fig.x_range.update(start=low, end=high)
        if whole is None:
            self._source.data = {key: [] for key in ("x", "y", "low", "high")}
            return
        wave = whole.wave_rest_aa
        inside = (wave >= self._ends[0]) & (wave <= self._ends[1]) & np.isfinite(whole.flux)
        y, sigma = whole.flux[inside], whole.sigma[inside]
        self._title.text = self._name if inside.any() else f"{self._name}: {_BEYOND}"
        self._source.data = {
            "x": axis.of_rest(wave[inside]), "y": y, "low": y - sigma, "high": y + sigma
        }  # fmt: skip
        if inside.any():
            bottom, top = float(y.min()), float(y.max())
            air = 0.08 * (top - bottom) or 0.1
            fig.y_range.update(start=bottom - air, end=top + air)

    def dress(self, name: Any) -> None:
        theme = THEMES[name]
        dress(self.figure, theme)
        self._area.update(fill_color=theme.muted, fill_alpha=0.28)
        self._line.line_color = theme.line
        self._markers.line_color = theme.marker
        self._title.text_color = theme.muted
