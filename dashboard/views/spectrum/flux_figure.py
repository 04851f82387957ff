"""Figure of the spectrum, coloured by its explanation, with line names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from bokeh.core.properties import value as constant
from bokeh.models import Line, MultiLine, Range1d, Text, VSpan, VStrip

from ....data.lenses.one_spectrum.open_spectrum import OpenSpectrum
from ...figures.bokeh_style import FONT, GUESS_PX, dress, letter_name, span, spectral_figure
from ...figures.filled_source import fill
from ...figures.line_labels import Label, fit_labels, width_of
from ...figures.theme import Theme
from ...session.visitor import Visitor
from ..widgets.components import in_one_patch
from .spectrum_sources import SpectrumSources

__all__ = ["FOOT_PX", "FluxFigure"]

FOOT_PX = 14  # of a line of words at the foot of the plot
_NAME_REACH_PX = 16.0  # how far from a line's name a click may be
_READOUT_PX = 17  # what the cursor reads stands above the frame, not on the names of lines
_TICK_PX = 24  # so much of the axis of flux a number takes
_LABEL_TOP_PX, _LABEL_ROW_PX = 2, 15
_MARK_PX, _HALF_MARK_PX = 21, 6  # a mark of a reason: how far it reaches above the flux, and aside
_LABEL_SHARE = 0.16, 0.4  # of the height left free for the names of lines, at least and at most


class FluxFigure:
    """The painted spectrum, on an axis that fits what is in view.

    Parameters
    ----------
    session
        Whose spectrum.
    sources
        What is drawn.
    x_range
        Of wavelengths as they are shown.

    Attributes
    ----------
    figure
        For the page.
    line
        The glyph of the spectrum as it is.
    width_px
        Of the frame; a guess until the browser has told.
    n_notes
        Lines of words at the foot of the plot; nothing is drawn behind them.
    names_from
        Flux above which there are names of lines only.
    when_fitted
        Called once the axis fits and the lines are named.
    """

    def __init__(self, session: Visitor, sources: SpectrumSources, x_range: Range1d) -> None:
        self._session, self._sources, self._x = session, sources, x_range
        self.width_px = self._height_px = GUESS_PX
        self.n_notes = 0
        self.names_from = np.inf
        self.when_fitted: Callable[[], None] = lambda: None
        self.figure = fig = spectral_figure(
            "flux-figure", x_range, Range1d(start=0, end=1),
            min_border_top=_READOUT_PX, min_border_bottom=6, x_axis_type=None,
        )  # fmt: skip
        fig.extra_y_ranges["share"] = Range1d(start=0, end=1)
        strips = VStrip(x0="left", x1="right", line_color=None, fill_alpha=0.6,
                        fill_color=sources.shade)  # fmt: skip
        self._strips = fig.add_glyph(sources.bars, strips)
        self._markers = fig.add_glyph(sources.lines, VSpan(line_dash=[4, 4], line_width=1)).glyph
        # A ribbon of colour under a crisp line: where nothing is found it has the page's colour.
        pieces = MultiLine(line_width=7, line_join="round", line_color=sources.shade)
        self._pieces = fig.add_glyph(sources.ribbon, pieces)
        thin = Line(line_width=1.1, line_join="bevel")
        self.line = fig.add_glyph(sources.trace, thin).glyph
        box: Any = {"border_line_width": 0, "padding": 2}
        names = Text(
            y=constant(1.0), text="text", text_align="center", x_offset="across", y_offset="down",
            text_baseline="top", text_font=constant(FONT), text_font_size="11px", **box,
        )  # fmt: skip
        self._names = fig.add_glyph(sources.names, names, y_range_name="share").glyph
        for side in ("inner_width", "inner_height"):
            fig.on_change(side, in_one_patch(self.resized))

    def dress(self, theme: Theme) -> None:
        """Wear the colours of a theme, and paint the line or what is behind it."""
        dress(self.figure, theme)
        paint = self._session.view.paint
        self._strips.visible, self._pieces.visible = paint == "band", paint == "line"
        self.line.line_color = theme.line
        self._markers.line_color = theme.marker
        self._names.update(text_color=theme.muted, background_fill_color=theme.surface)

    def resized(self, attr: str, _old: int | None, new: int | None) -> None:
        """The frame's ``inner_width`` or ``inner_height`` is another."""
        setattr(self, {"inner_width": "width_px", "inner_height": "_height_px"}[attr],
                new or GUESS_PX)  # fmt: skip
        upward: Any = self.figure.yaxis[0]
        upward.ticker.desired_num_ticks = int(np.clip(self._height_px // _TICK_PX, 2, 6))
        self._letter()
        self.fit()

    def name(self, label: str) -> None:
        """Say what the flux is in units of."""
        self.figure.yaxis.axis_label = label
        self._letter()

    def line_named_at(self, x: float, y: float) -> float | None:
        """Rest wavelength (vacuum Å) of the line whose name is at a place; None where none is."""
        names = np.asarray(self._sources.names.data["x"])
        if y < self.names_from or not len(names):
            return None
        low, high = span(self._x)
        near = int(np.argmin(np.abs(names - x)))
        reach = _NAME_REACH_PX * (high - low) / self.width_px
        if abs(names[near] - x) > reach:
            return None
        return self._session.axis.rest_of(names[near]).item()

    def fit(self) -> None:
        """Fit the axis to the stretch in view, edits and all, and name the lines there."""
        spectrum = self._session.outcome.open_spectrum
        if spectrum is None or not len(spectrum.flux):
            return
        axis, view, (low, high) = self._session.axis, self._session.view, span(self._x)
        at_rest = axis.rest_of(low).item(), axis.rest_of(high).item()
        labels = fit_labels(view.lines(spectrum.z), at_rest, self.width_px)
        self._fit_flux(self._values(spectrum, low, high), labels)
        named = {
            "x": [axis.of_rest(label.wave_aa).item() for label in labels],
            "across": [label.shift_px for label in labels],
            # In pixels: rows of names must not run into each other where the plot is low.
            "down": [_LABEL_TOP_PX + _LABEL_ROW_PX * label.row for label in labels],
            "text": [label.text for label in labels],
        }
        fill(self._sources.names, named)
        self.when_fitted()

    def clear_of_names(self, x: np.ndarray, flux: np.ndarray) -> np.ndarray:
        """The flux (n,), lowered where a mark on it, at x (n,), would lie on the name of a line."""
        y_range: Any = self.figure.y_range
        (left, right), (bottom, top) = span(self._x), span(y_range)
        names = self._sources.names.data
        foot_px = np.zeros(len(x))  # of the lowest name above each
        for at, aside, down, text in zip(
            *(names[key] for key in ("x", "across", "down", "text")), strict=True
        ):
            away_px = (x - at) * self.width_px / (right - left) - aside
            over = np.abs(away_px) < width_of(text) / 2 + _HALF_MARK_PX
            foot_px[over] = np.maximum(foot_px[over], down + _LABEL_ROW_PX)
        per_px = (top - bottom) / self._height_px
        highest = top - (foot_px + _MARK_PX) * per_px
        return np.where(foot_px > 0, np.minimum(flux, highest), flux)

    def _fit_flux(self, inside: np.ndarray, labels: list[Label]) -> None:
        """Above what is inside there is room for the names of lines, below it for words."""
        if not inside.size:
            return
        bottom, top = float(inside.min()), float(inside.max())
        if self._session.view.clip:
            bottom, middle, top = np.percentile(inside, [0.2, 50.0, 97.0]).tolist()
            top += 0.5 * (top - middle)
        air = 0.04 * (top - bottom) or 0.1
        # Names hide what is behind them: the highest line ends below the last row of them.
        names_px = _LABEL_TOP_PX + _LABEL_ROW_PX * (1 + max((x.row for x in labels), default=0))
        room = min(max(names_px / self._height_px, _LABEL_SHARE[0]), _LABEL_SHARE[1])
        self.names_from = top
        top += room * (top - bottom) / (1 - room)
        whole = self._session.view.span == "whole" and self._session.outcome.whole is not None
        foot = FOOT_PX * (whole + self.n_notes) / self._height_px
        air_below = max(air, foot * (top - bottom + 2 * air) / max(1 - foot, 0.5))
        self.figure.y_range.update(start=bottom - air_below, end=top + air)

    def _values(self, spectrum: OpenSpectrum, low: float, high: float) -> np.ndarray:
        """All that is drawn of the flux between two places on the axis."""
        session, outcome = self._session, self._session.outcome
        drawn = [(spectrum.wave_rest_aa, spectrum.flux)]
        edited = session.edits.edited if session.view.tab == "whatif" else None
        if edited is not None and len(edited) == len(spectrum.flux):  # not of the one open before
            drawn.append((spectrum.wave_rest_aa, edited))
        if outcome.whole is not None:
            drawn.append((outcome.whole.wave_rest_aa, outcome.whole.flux))
        if outcome.mean is not None and outcome.mean.lens is spectrum.lens:
            drawn.append((outcome.mean.spread.wave_rest_aa, outcome.mean.spread.mean))
        values = []
        for wave_rest_aa, flux in drawn:
            x = session.axis.of_rest(wave_rest_aa)
            values.append(flux[(x >= low) & (x <= high) & np.isfinite(flux)])
        return np.concatenate(values)

    def _letter(self) -> None:
        """The axis's name may not be cut, or run into another, where there is little room."""
        letter_name(self.figure, self._height_px)
