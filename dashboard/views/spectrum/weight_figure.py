"""Figure of the weights with their intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
from bokeh.core.properties import value as constant
from bokeh.models import BasicTicker, CustomJSTickFormatter, Quad, Range1d, Segment, Span

from ...figures.bokeh_style import GUESS_PX, dress, letter_name, spectral_figure
from ...figures.filled_source import clear, empty_source, fill
from ...figures.theme import Theme
from ...session.session import Session
from ..widgets.components import in_one_patch
from .spectrum_sources import SpectrumSources

__all__ = ["WeightFigure"]

_TICK_PX = 62  # so much of the axis of wavelengths a number takes
_WEIGHT_TICK_PX, _WEIGHT_LABEL_PX = 10, 2  # -2.5e-10, of a model that is sure, fits beside its name
# No tick may be wider than the room for the axis: 0.02 as it is, 0.0002 as 2e-4.
_SHORT_TICKS = """
const short = Number(tick.toPrecision(2))
const text = Math.abs(short) >= 1e-2 || short === 0 ? String(short) : short.toExponential()
return text.replaceAll("-", "−")
"""


class WeightFigure:
    """A bar for each weight, and a whisker where something is left to chance.

    Parameters
    ----------
    session
        Whose explanation.
    sources
        Of the spectrum; the bars are among them.
    x_range
        Of wavelengths as they are shown, shared with the spectrum.

    Attributes
    ----------
    figure
        For the page.
    """

    def __init__(self, session: Session, sources: SpectrumSources, x_range: Range1d) -> None:
        self._session = session
        self._height_px = GUESS_PX
        self._names: tuple[str, ...] = ()
        self._spread = empty_source("spread", "x", "low", "high")
        self.figure = fig = spectral_figure(
            "weight-figure", x_range, Range1d(start=-1, end=1), min_border_top=4
        )
        bars = Quad(top="weight", bottom=constant(0.0), fill_color=sources.shade,
                    line_color=sources.shade, line_width=0.6)  # fmt: skip
        fig.add_glyph(sources.bars, bars)
        # How far each weight may be from that of infinitely many samples.
        whiskers = Segment(x0="x", y0="low", x1="x", y1="high", line_width=1, line_alpha=0.75)
        self._whiskers = fig.add_glyph(self._spread, whiskers).glyph
        self._zero = Span(location=0, dimension="width", line_width=1)
        fig.add_layout(self._zero)
        fig.xgrid.visible = False
        fig.ygrid.visible = False
        fig.yaxis.visible = False  # no numbers until there are weights
        # With 1, 2 and 5 alone the axis of a range of ±4.3 shows no number but 0.
        fig.yaxis.ticker = BasicTicker(desired_num_ticks=3, mantissas=[1, 2, 2.5, 5])
        fig.yaxis.formatter = CustomJSTickFormatter(code=_SHORT_TICKS)
        fig.yaxis.major_label_text_font_size = f"{_WEIGHT_TICK_PX}px"
        fig.yaxis.axis_label_standoff = _WEIGHT_LABEL_PX
        for side in ("inner_width", "inner_height"):
            fig.on_change(side, in_one_patch(self._resized))

    def show(self, most: float, *names: str) -> None:
        """Show weights between ±``most``, called by the longest of these names that fits."""
        self.figure.y_range.update(start=-1.08 * most, end=1.08 * most)
        self.figure.yaxis.visible = True
        self._names = names
        self._letter()
        self.spread_out()

    def hide(self) -> None:
        """There is nothing to explain, and no number at the axis."""
        clear(self._spread)
        self.figure.yaxis.visible = False

    def spread_out(self, *_: object) -> None:
        """Draw the interval of each weight, where one is known and anything is left to chance."""
        outcome = self._session.outcome
        spectrum, explanation, trust = outcome.open_spectrum, outcome.explanation, outcome.trust
        intervals = None if trust is None or trust.exact else trust.intervals
        if intervals is None or spectrum is None or explanation is None or explanation.nothing:
            clear(self._spread)
            return
        effects = self._session.effects
        assert effects is not None  # there is an explanation
        x = self._session.axis.of_rest(explanation.edges(spectrum.wave_rest_aa).mean(axis=1))
        low, high = effects.ends(intervals.low, intervals.high)
        fill(self._spread, {"x": x, "low": low, "high": high})

    def dress(self, theme: Theme) -> None:
        """Wear the colours of a theme."""
        dress(self.figure, theme)
        self._zero.line_color = theme.marker
        self._whiskers.line_color = theme.line

    def _resized(self, attr: str, _old: int | None, new: int | None) -> None:
        if attr == "inner_height":
            self._height_px = new or GUESS_PX
            self._letter()
            return
        ticker: Any = self.figure.xaxis[0].ticker
        ticker.desired_num_ticks = int(np.clip((new or GUESS_PX) // _TICK_PX, 2, 6))

    def _letter(self) -> None:
        """The axis's name may not be cut where there is little room: what changes stands below."""
        letter_name(self.figure, self._height_px, *self._names)
