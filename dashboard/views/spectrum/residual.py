"""Beneath the spectrum: what is left of it without its reconstruction, or the survey's model."""

from __future__ import annotations

import numpy as np
import panel as pn
from bokeh.models import BasicTicker, ColumnDataSource, Line, Range1d, Span
from bokeh.plotting import figure

from ....data.lenses.lenses import AnomalyLens
from ...figures.bokeh_style import dress, plain_figure
from ...figures.theme import THEMES
from ...session.background.latest_wins import Answer, Background
from ...session.choices.drawing import AXIS
from ...session.opened.reconstruction import Rebuilt, rebuilding
from ...session.visitor import Visitor
from .spectrum import LEFT_PX, SpectrumView

__all__ = ["ResidualPlot"]


class ResidualPlot:
    """A place for a low figure, made when it is first asked for.

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
        self._figure: figure | None = None
        self._work: Background[Rebuilt] = Background(session, self._arrived)
        self.place = pn.Row(sizing_mode="stretch_both", margin=0, visible=False)

    def attach(self, view: SpectrumView) -> None:
        """Follow these figures' wavelengths."""
        self._view = view
        session = self._session
        session.outcome.param.watch(self._begin, "whole")
        session.view.param.watch(self._begin, ["residual", *AXIS])
        session.view.param.watch(self._dress, "theme")
        self._begin()

    def _begin(self, *_: object) -> None:
        self._work.cancel()
        view, outcome = self._session.view, self._session.outcome
        shown, whole = outcome.shown, outcome.whole
        if not view.residual:
            self._turn(False)
            return
        self._make()
        self._turn(True)
        if shown is None or whole is None:
            self._put(np.empty(0), np.empty(0), "residual")
        elif isinstance(shown.lens, AnomalyLens) and shown.outside is None:
            self._work.request(rebuilding(self._session, shown.lens, shown.row))
        elif whole.model is not None:
            self._put(whole.wave_rest_aa, whole.flux - whole.model, "− survey's model")
        else:
            self._put(np.empty(0), np.empty(0), "no model here")

    def _arrived(self, answer: Answer[Rebuilt]) -> None:
        rebuilt, shown = answer.result, self._session.outcome.shown
        if answer.error is not None:
            self._session.complain(f"The residual cannot be drawn: {answer.error}")
        elif rebuilt is not None and shown is not None and shown.row == rebuilt.row:
            self._put(shown.wave_rest_aa, -rebuilt.residual, "− rebuilt")

    def _turn(self, on: bool) -> None:
        self.place.param.update(visible=on, css_classes=["is-open"] if on else [])

    def _make(self) -> None:
        if self._figure is not None or self._view is None:
            return
        self._source = ColumnDataSource({"x": [], "y": []}, name="residual")
        fig = plain_figure(
            name="residual-figure", x_range=self._view.flux.x_range,
            y_range=Range1d(start=-1, end=1), tools="xpan", min_border_left=LEFT_PX,
            min_border_right=12, min_border_top=2,
            min_border_bottom=2, x_axis_type=None,
        )  # fmt: skip
        self._line = fig.add_glyph(self._source, Line(line_width=1, line_join="bevel")).glyph
        self._zero = Span(location=0, dimension="width", line_width=1)
        fig.add_layout(self._zero)
        fig.yaxis.ticker = BasicTicker(desired_num_ticks=3)
        fig.yaxis.axis_label_text_font_size = "9px"
        self._figure = fig
        self.place.append(fig)
        self._dress()

    def _put(self, wave_rest_aa: np.ndarray, residual: np.ndarray, label: str) -> None:
        if self._figure is None:
            return
        self._source.data = {
            "x": self._session.axis.of_rest(wave_rest_aa), "y": residual.astype(np.float32)
        }  # fmt: skip
        known = np.abs(residual[np.isfinite(residual)])
        most = float(np.percentile(known, 99.8)) if known.size else 1.0
        self._figure.y_range.update(start=-1.2 * (most or 1.0), end=1.2 * (most or 1.0))
        self._figure.yaxis.axis_label = label

    def _dress(self, *_: object) -> None:
        if self._figure is None:
            return
        theme = THEMES[self._session.view.theme]
        dress(self._figure, theme)
        self._line.line_color = theme.line
        self._zero.line_color = theme.marker
