"""Overlays of the spectrum: smoothed, survey model, pinned spectrum, mean."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import numpy as np
from bokeh.models import Label, Line, VArea

from .....core.spectra.smoothing import smoothed
from ....figures.bokeh_style import FONT
from ....figures.filled_source import clear, empty_source
from ....figures.sight import LineOver
from ....figures.theme import THEMES, over_colours
from ....session.choices.drawing import AXIS
from ....session.opened.redshift import OWN_LINES
from ....session.visitor import Visitor
from ...widgets.components import in_one_patch
from ..flux_figure import FOOT_PX
from ..spectrum import SpectrumView

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

    Attributes
    ----------
    drawn
        What is drawn now.
    """

    def __init__(self, session: Visitor, view: SpectrumView) -> None:
        self._session, self._view = session, view
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
        session.outcome.param.watch(self._draw, ["whole", "pinned", "mean", "open_spectrum"])
        session.view.param.watch(self._draw, [*AXIS, "smooth_px", "survey_model", "span", "tab"])
        session.view.param.watch(self._dress, "theme")
        session.redshift.param.watch(self._draw, "line")
        view.flux.on_change(
            "inner_width", in_one_patch(lambda attr, old, new: self._say(self._said))
        )
        self._dress()
        self._draw()

    def _draw(self, *_: object) -> None:
        view, outcome = self._session.view, self._session.outcome
        spectrum, whole = outcome.open_spectrum, outcome.whole
        pinned, mean = outcome.pinned, outcome.mean
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
        if spectrum is not None and pinned is not None and pinned.lens is spectrum.lens:
            if pinned.id == spectrum.id:
                notes.append(f"{pinned.id} is pinned: it lies over those you open next")
            elif view.tab == "whatif":
                notes.append(f"{pinned.id} stays pinned; here olive is the edited spectrum")
            else:
                words, of = f"olive: {pinned.id}, pinned", pinned.whole
                lines.append(LineOver("pinned", words, of.wave_rest_aa, of.flux))
        if spectrum is not None and mean is not None and mean.lens is spectrum.lens:
            of = mean.spread
            band = np.stack([of.low, of.high])
            lines.append(LineOver("mean", mean.words(), of.wave_rest_aa, of.mean, band))
        if line := self._session.redshift.line:
            notes.append(f"click where {OWN_LINES[line].label} is")
        self.drawn = tuple(lines)
        of_kind = {line.kind: line for line in lines}
        for kind in ("smooth", "survey", "pinned", "mean"):
            self._put(kind, of_kind.get(kind))
        self._shade(of_kind.get("mean"))
        for plain in self._view.plain_lines:
            plain.line_alpha = _FAINT if "smooth" in of_kind else 1.0
        self._say(" · ".join([*(drawn.words for drawn in lines), *notes]))

    def _put(self, kind: str, line: LineOver | None) -> None:
        """Draw the line of a kind, or none."""
        if line is None:
            if kind in self._drawn:
                clear(self._drawn[kind].data_source)
            return
        if kind not in self._drawn:
            source = empty_source(f"{kind}-line", "x", "y")
            width = 1.4 if kind == "smooth" else 1.2
            self._drawn[kind] = self._view.flux.add_glyph(source, Line(line_width=width))
            self._dress()
        x = self._session.axis.of_rest(line.wave_rest_aa)
        self._drawn[kind].data_source.data = {"x": x, "y": np.asarray(line.flux, np.float32)}

    def _shade(self, line: LineOver | None) -> None:
        """Shade the band of a line, or none."""
        if line is None or line.band is None:
            if self._band is not None:
                clear(self._band.data_source)
            return
        if self._band is None:
            source = empty_source("mean-band", "x", "low", "high")
            area = VArea(x="x", y1="low", y2="high", fill_alpha=0.18)
            self._band = self._view.flux.add_glyph(source, area, level="underlay")
            self._dress()
        low, high = line.band.astype(np.float32)
        x = self._session.axis.of_rest(line.wave_rest_aa)
        self._band.data_source.data = {"x": x, "low": low, "high": high}

    def _say(self, text: str) -> None:
        self._said = text
        below = FOOT_PX if self._session.view.span == "whole" else 0
        letters = self._view.width_px / _LETTER_PX
        rows = wrap(text, max(int(letters), _LEAST_LETTERS), break_on_hyphens=False)
        self._note.update(text="\n".join(rows), visible=bool(text), y=2 + below)
        self._view.leave_room(len(rows))

    def _dress(self, *_: object) -> None:
        name = self._session.view.theme
        theme = THEMES[name]
        for kind, renderer in self._drawn.items():
            renderer.glyph.line_color = over_colours(name)[kind]
        if self._band is not None:
            self._band.glyph.fill_color = theme.laid
        self._note.update(text_color=theme.muted, background_fill_color=theme.surface)
