"""Residual panel: the spectrum minus its reconstruction or survey model."""

from __future__ import annotations

import numpy as np
import panel as pn
from bokeh.models import BasicTicker, Label, Line, Range1d, Span
from bokeh.plotting import figure

from .....data.lenses.lenses import AnomalyLens
from ....figures.bokeh_style import FONT, dress, letter_name, spectral_figure
from ....figures.filled_source import empty_source
from ....figures.theme import THEMES
from ....session.background.latest_wins import Answer, Background
from ....session.choices.drawing import AXIS
from ....session.opened.reconstruction import Rebuilt, rebuilding
from ....session.visitor import Visitor
from ...widgets.components import in_one_patch, turn

__all__ = ["ResidualPlot"]

_NO_MODEL = "no model to compare with"
_SHORTER = ("residual", "resid.")  # names of its axis where there is little room
_GUESS_PX = 50  # of its height, until a browser has told


class ResidualPlot:
    """Fills a place with a low figure when it is first asked for, and shows it while it is.

    Parameters
    ----------
    session
        Whose spectrum.
    x_range
        Of wavelengths, as of the figure of the spectrum.
    place
        On the page.
    """

    def __init__(self, session: Visitor, x_range: Range1d, place: pn.Row) -> None:
        self._session, self._x, self._place = session, x_range, place
        self._figure: figure | None = None
        self._name, self._height_px = _SHORTER[0], _GUESS_PX
        self._work: Background[Rebuilt] = Background(session, self._arrived)
        session.outcome.param.watch(self._begin, "whole")
        session.view.param.watch(self._begin, ["residual", *AXIS])
        session.view.param.watch(self._dress, "theme")
        self._begin()

    def _begin(self, *_: object) -> None:
        self._work.cancel()
        view, outcome = self._session.view, self._session.outcome
        spectrum, whole = outcome.open_spectrum, outcome.whole
        turn(self._place, on=view.residual)
        if not view.residual:
            return
        self._make()
        if spectrum is None or whole is None:
            self._put(np.empty(0), np.empty(0), "residual")
        elif isinstance(spectrum.lens, AnomalyLens) and spectrum.outside is None:
            self._work.request(rebuilding(self._session, spectrum.lens, spectrum.row))
        elif whole.model is not None:
            self._put(whole.wave_rest_aa, whole.flux - whole.model, "− survey's model")
        else:
            self._put(np.empty(0), np.empty(0), "residual", _NO_MODEL)

    def _arrived(self, answer: Answer[Rebuilt]) -> None:
        rebuilt, spectrum = answer.result, self._session.outcome.open_spectrum
        if answer.error is not None:
            self._session.complain(f"The residual cannot be drawn: {answer.error}")
        elif rebuilt is not None and spectrum is not None and spectrum.row == rebuilt.row:
            self._put(spectrum.wave_rest_aa, -rebuilt.residual, "− reconstruction")

    def _make(self) -> None:
        if self._figure is not None:
            return
        self._source = empty_source("residual", "x", "y")
        fig = spectral_figure(
            "residual-figure", self._x, Range1d(start=-1, end=1),
            min_border_top=2, min_border_bottom=2, x_axis_type=None,
        )  # fmt: skip
        self._line = fig.add_glyph(self._source, Line(line_width=1, line_join="bevel")).glyph
        self._zero = Span(location=0, dimension="width", line_width=1)
        fig.add_layout(self._zero)
        self._lacking = Label(
            x=4, y=4, x_units="screen", y_units="screen", text="", text_font=FONT,
            text_font_size="11px",
        )  # fmt: skip
        fig.add_layout(self._lacking)
        fig.yaxis.ticker = BasicTicker(desired_num_ticks=3)
        fig.on_change("inner_height", in_one_patch(lambda attr, old, new: self._letter(new)))
        self._figure = fig
        self._place.append(fig)
        self._dress()

    def _put(
        self, wave_rest_aa: np.ndarray, residual: np.ndarray, label: str, lacking: str = ""
    ) -> None:
        if self._figure is None:
            return
        self._source.data = {
            "x": self._session.axis.of_rest(wave_rest_aa), "y": residual.astype(np.float32)
        }  # fmt: skip
        known = np.abs(residual[np.isfinite(residual)])
        most = float(np.percentile(known, 99.8)) if known.size else 1.0
        self._figure.y_range.update(start=-1.2 * (most or 1.0), end=1.2 * (most or 1.0))
        self._figure.yaxis.major_label_text_alpha = float(len(residual) > 0)
        self._name, self._lacking.text = label, lacking
        self._letter()

    def _letter(self, height_px: int | None = None) -> None:
        """The axis's name may not be cut where there is little room."""
        self._height_px = height_px or self._height_px
        if self._figure is not None:
            letter_name(self._figure, self._height_px, self._name, *_SHORTER)

    def _dress(self, *_: object) -> None:
        if self._figure is None:
            return
        theme = THEMES[self._session.view.theme]
        dress(self._figure, theme)
        self._line.line_color = theme.line
        self._zero.line_color = theme.marker
        self._lacking.text_color = theme.muted
