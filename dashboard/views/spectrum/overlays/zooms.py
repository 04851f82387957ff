"""Zoomed windows on Hβ with [O III] and Hα with [N II]."""

from __future__ import annotations

from typing import Any

import numpy as np
import panel as pn
from bokeh.models import BasicTicker, Label, Line, Range1d, VArea, VSpan, VStrip
from bokeh.plotting import figure

from ....figures.bokeh_style import FONT, dress, letter, plain_figure
from ....figures.filled_source import clear, empty_source
from ....figures.theme import THEMES
from ....figures.words.wording import flux_label
from ....session.choices.drawing import AXIS
from ....session.visitor import Visitor
from ...widgets.components import turn
from ..spectrum_sources import SpectrumSources

__all__ = ["ZOOMS", "ZoomWindows"]

ZOOMS = (("Hβ + [O III]", (4780.0, 5080.0)), ("Hα + [N II]", (6450.0, 6790.0)))
"""What a window is called, and its vacuum Å at rest."""

_BEYOND = "not observed"  # instead of the numbers at an empty axis
_NAME_PX = 10


class ZoomWindows:
    """Fills a place with both when they are first asked for, and shows it while they are.

    Parameters
    ----------
    session
        Whose spectrum.
    sources
        Of its figures, which are shown here from nearer.
    place
        On the page.
    """

    def __init__(self, session: Visitor, sources: SpectrumSources, place: pn.Column) -> None:
        self._session, self._sources, self._place = session, sources, place
        self._windows: list[_Window] = []
        session.view.param.watch(self._turn, "zooms")
        session.outcome.param.watch(self._draw, "whole")
        session.view.param.watch(self._draw, [*AXIS])
        session.view.param.watch(self._dress, "theme")
        self._turn()

    def _turn(self, *_: object) -> None:
        wanted = self._session.view.zooms
        if wanted and not self._windows:
            self._windows = [_Window(title, ends, self._sources) for title, ends in ZOOMS]
            self._place.extend([window.figure for window in self._windows])
            self._dress()
        turn(self._place, on=wanted)
        self._draw()

    def _draw(self, *_: object) -> None:
        if self._session.view.zooms:
            for window in self._windows:
                window.draw(self._session)

    def _dress(self, *_: object) -> None:
        for window in self._windows:
            window.dress(self._session.view.theme)


class _Window:
    def __init__(self, title: str, ends_aa: tuple[float, float], sources: SpectrumSources) -> None:
        self._ends = ends_aa
        name = title.split(" ")[0]
        self._source = empty_source(f"zoom-{name}", "x", "y", "low", "high")
        fig = plain_figure(
            name=f"zoom-{name}-figure", x_range=Range1d(start=ends_aa[0], end=ends_aa[1]),
            y_range=Range1d(start=0, end=1), tools="",
            min_border_left=46, min_border_right=8, min_border_top=16,
        )  # fmt: skip
        fig.xaxis.ticker = BasicTicker(desired_num_ticks=3)
        letter(fig, label_px=_NAME_PX, tick_px=_NAME_PX)
        strips = VStrip(x0="left", x1="right", line_color=None, fill_alpha=0.5,
                        fill_color=sources.shade)  # fmt: skip
        fig.add_glyph(sources.bands, strips)
        self._area = fig.add_glyph(self._source, VArea(x="x", y1="low", y2="high")).glyph
        self._markers = fig.add_glyph(sources.lines, VSpan(line_dash=[4, 4], line_width=1)).glyph
        self._line = fig.add_glyph(self._source, Line(line_width=1.1, line_join="bevel")).glyph
        self._title = Label(
            x=0, y=0, x_units="screen", y_units="screen", text=title, text_font=FONT,
            text_font_size="11px",
        )  # fmt: skip
        fig.add_layout(self._title, "above")
        self._beyond = Label(
            x=0, y=0.5, text=_BEYOND, text_align="center", text_font=FONT, text_font_size="11px",
            visible=False,
        )  # fmt: skip
        fig.add_layout(self._beyond)
        self.figure = fig

    def draw(self, session: Visitor) -> None:
        whole, axis = session.outcome.whole, session.axis
        fig: figure = self.figure
        low, high = axis.of_rest(np.array(self._ends)).tolist()
        fig.x_range.update(start=low, end=high)
        fig.xaxis.axis_label = axis.short_label
        spectrum = session.outcome.open_spectrum
        if spectrum is not None:
            fig.yaxis.axis_label = flux_label(spectrum.lens.name, spectrum.flux_unit)
        if whole is None:
            clear(self._source)
            return
        wave = whole.wave_rest_aa
        inside = (wave >= self._ends[0]) & (wave <= self._ends[1]) & np.isfinite(whole.flux)
        y, sigma = whole.flux[inside], whole.sigma[inside]
        nothing = not inside.any()
        fig.yaxis.visible = not nothing
        self._beyond.update(visible=nothing, x=(low + high) / 2)
        self._source.data = {
            "x": axis.of_rest(wave[inside]), "y": y, "low": y - sigma, "high": y + sigma
        }  # fmt: skip
        if nothing:
            fig.y_range.update(start=0, end=1)
        else:
            bottom, top = float(y.min()), float(y.max())
            air = 0.08 * (top - bottom) or 0.1
            fig.y_range.update(start=bottom - air, end=top + air)

    def dress(self, name: Any) -> None:
        theme = THEMES[name]
        dress(self.figure, theme)
        self._area.update(fill_color=theme.muted, fill_alpha=0.28)
        self._line.line_color = theme.line
        self._markers.line_color = theme.marker
        self._title.text_color = self._beyond.text_color = theme.muted
