"""Lines over the open spectrum: smoothed for the eye, the survey's model, a second spectrum."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, Label, Line, VArea

from ....core.spectra.smoothing import smoothed
from ...figures.bokeh_style import FONT
from ...figures.sight import LineOver
from ...figures.theme import THEMES, category_colours
from ...session.choices.drawing import AXIS
from ...session.opened.redshift import OWN_LINES, Redshift
from ...session.visitor import Visitor
from .spectrum import FOOT_PX, SpectrumView

__all__ = ["LinesOver"]

_FAINT = 0.3  # of the spectrum as it is, under the smoothed one
_LETTER_PX, _LEAST_LETTERS = 6.4, 20  # of the words at the foot
_NOT_THERE = "no survey's model in its file"


class LinesOver:
    """Draws what the view asks for, each line made when first drawn; and says what each is.

    Parameters
    ----------
    session
        Whose spectrum.
    view
        Its figures.
    redshift
        Whose chosen line waits for a click.

    Attributes
    ----------
    drawn
        What is drawn now.
    """

    def __init__(self, session: Visitor, view: SpectrumView, redshift: Redshift) -> None:
        self._session, self._view, self._redshift = session, view, redshift
        self.drawn: tuple[LineOver, ...] = ()
        self._drawn: dict[str, Any] = {}
        self._band: Any = None  # round the mean
        self._said = ""
        # With the figure from the start: of one that is added later Bokeh finds no view at first.
        self._note = Label(
            x=6, y=4, x_units="screen", y_units="screen", text="", text_font=FONT, visible=False,
            text_font_size="11px", name="over-note", background_fill_alpha=0.85,
        )  # fmt: skip
        view.flux.add_layout(self._note)
        session.outcome.param.watch(self._draw, ["whole", "pinned", "mean", "shown"])
        session.view.param.watch(self._draw, [*AXIS, "smooth_px", "survey_model", "span"])
        session.view.param.watch(self._dress, "theme")
        redshift.param.watch(self._draw, "line")
        view.flux.on_change("inner_width", lambda attr, old, new: self._say(self._said))
        self._dress()
        self._draw()

    def _draw(self, *_: object) -> None:
        view, outcome = self._session.view, self._session.outcome
        whole, pinned, axis = outcome.whole, outcome.pinned, self._session.axis
        notes: list[str] = []
        lines: list[LineOver] = []
        if whole is not None and view.smooth_px > 0:
            ivar = np.where(np.isfinite(whole.sigma), whole.sigma.astype(np.float64) ** -2.0, 0)
            y = smoothed(whole.flux, ivar, view.smooth_px)
            words = f"smoothed by {view.smooth_px:g} px for the eye, not for the model"
            lines.append(LineOver("smooth", words, whole.wave_rest_aa, y))
        if whole is not None and view.survey_model:
            if whole.model is None:
                notes.append(_NOT_THERE)
            else:
                words = "green: the survey's own model"
                lines.append(LineOver("survey", words, whole.wave_rest_aa, whole.model))
        if pinned is not None and outcome.shown is not None and pinned.lens is outcome.shown.lens:
            words = f"olive: {pinned.id}, pinned"
            lines.append(LineOver("pinned", words, pinned.whole.wave_rest_aa, pinned.whole.flux))
        mean = outcome.mean
        if mean is not None and outcome.shown is not None and mean.lens is outcome.shown.lens:
            of = mean.spread
            band = np.stack([of.low, of.high])
            lines.append(LineOver("mean", mean.words(), of.wave_rest_aa, of.mean, band))
        if self._redshift.line:
            notes.append(f"click where {OWN_LINES[self._redshift.line].label} is")
        self.drawn = tuple(lines)
        for name in ("smooth", "survey", "pinned", "mean"):
            line = next((drawn for drawn in lines if drawn.kind == name), None)
            if line is None:
                self._put(name, np.empty(0), np.empty(0))
            else:
                self._put(name, axis.of_rest(line.wave_rest_aa), line.flux)
        self._shade(next((drawn for drawn in lines if drawn.band is not None), None))
        smoothing = any(drawn.kind == "smooth" for drawn in lines)
        for plain in self._view.plain_lines():
            plain.line_alpha = _FAINT if smoothing else 1.0
        self._say(" · ".join([*(drawn.words for drawn in lines), *notes]))

    def _put(self, name: str, x: np.ndarray, y: np.ndarray) -> None:
        if name not in self._drawn:
            if not len(x):
                return
            source = ColumnDataSource(name=f"{name}-line")
            width = 1.4 if name == "smooth" else 1.2
            self._drawn[name] = self._view.flux.add_glyph(source, Line(line_width=width))
            self._dress()
        self._drawn[name].data_source.data = {"x": x, "y": np.asarray(y, np.float32)}

    def _shade(self, line: LineOver | None) -> None:
        """Shade the band of a line, or none."""
        if self._band is None:
            if line is None:
                return
            source = ColumnDataSource(name="mean-band")
            area = VArea(x="x", y1="low", y2="high", fill_alpha=0.18)
            self._band = self._view.flux.add_glyph(source, area, level="underlay")
            self._dress()
        x, low, high = np.empty(0), np.empty(0), np.empty(0)
        if line is not None and line.band is not None:
            x, (low, high) = self._session.axis.of_rest(line.wave_rest_aa), line.band
        ends = {"low": np.asarray(low, np.float32), "high": np.asarray(high, np.float32)}
        self._band.data_source.data = {"x": x, **ends}

    def _say(self, text: str) -> None:
        self._said = text
        below = FOOT_PX if self._session.view.span == "whole" else 0
        letters = self._view.width_px / _LETTER_PX
        rows = wrap(text, max(int(letters), _LEAST_LETTERS), break_on_hyphens=False)
        self._note.update(text="\n".join(rows), visible=bool(text), y=2 + below)
        if self._view.noted != len(rows):
            self._view.noted = len(rows)
            self._view.fit()

    def _dress(self, *_: object) -> None:
        name = self._session.view.theme
        theme = THEMES[name]
        colours = {
            "smooth": theme.line,
            "survey": category_colours(("correct",), name)[0],
            "pinned": theme.pinned,
            "mean": theme.laid,
        }
        for kind, renderer in self._drawn.items():
            renderer.glyph.line_color = colours[kind]
        if self._band is not None:
            self._band.glyph.fill_color = theme.laid
        self._note.update(text_color=theme.muted, background_fill_color=theme.surface)
