"""Marks of the top segments: solid where another exposure would show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.core.properties import value as constant
from bokeh.models import Segment, Text
from bokeh.plotting import figure

from ....core.spectra.lines.line_list import lines_reaching
from ...figures.bokeh_style import FONT
from ...figures.filled_source import clear, empty_source, fill
from ...figures.theme import THEMES
from ...session.choices.drawing import AXIS
from ...session.visitor import Visitor
from ..widgets.components import once_a_patch
from .flux_figure import FluxFigure

if TYPE_CHECKING:
    from ....core.explain.flux_effects import Effects
    from ....core.trust.intervals import Intervals
    from ....core.trust.recurrences import Recurrence
    from ....core.trust.verdict import Trust

__all__ = ["ReasonMarks", "beyond_text", "interval_lines", "segment_name"]

_SOLID, _HOLLOW = "▼", "▽"


class ReasonMarks:
    """Draws what ``outcome.recurrence`` says on a page's two figures.

    Parameters
    ----------
    session
        Whose.
    flux, weight
        The figures, of which that of the flux knows where names of lines are.

    Attributes
    ----------
    readout
        What the cursor reads of each segment, in order of the segments; empty while not known.
    """

    def __init__(self, session: Visitor, flux: FluxFigure, weight: figure) -> None:
        self._session, self._flux = session, flux
        self._peaks = np.empty(0), np.empty(0)  # where the marks point: place on the axis, and flux
        self._marks = empty_source("reasons", "x", "y", "mark")
        self._spread = empty_source("noise", "x", "low", "high")
        self.readout = empty_source("readout", "readout")
        glyph = Text(
            text="mark", text_align="center", text_baseline="bottom", y_offset=constant(-7),
            text_font=constant(FONT), text_font_size="12px",
        )  # fmt: skip
        self._glyph = flux.figure.add_glyph(self._marks, glyph).glyph
        # Where the weight of another exposure lies, behind the narrower interval of the masks.
        bars = Segment(x0="x", y0="low", x1="x", y1="high", line_width=4, line_alpha=0.22)
        self._bars = weight.add_glyph(self._spread, bars, level="underlay").glyph
        self._dress()
        session.view.param.watch(self._dress, "theme")
        changed = once_a_patch(self._draw)
        session.outcome.param.watch(changed, ["recurrence", "trust", "mirrored", "explanation"])
        session.view.param.watch(changed, [*AXIS, "slope"])
        self._draw()
        flux.when_fitted = self._clear_names

    def _dress(self, *_: object) -> None:
        theme = THEMES[self._session.view.theme]
        self._glyph.text_color = theme.text
        self._bars.line_color = theme.line

    def _draw(self) -> None:
        outcome = self._session.outcome
        spectrum, explanation, recurrence = (
            outcome.open_spectrum,
            outcome.explanation,
            outcome.recurrence,
        )
        effects: Effects | None = self._session.effects
        if spectrum is None or explanation is None or recurrence is None or effects is None:
            clear(self._marks, self._spread, self.readout)
            return
        axis = self._session.axis
        edges = explanation.edges(spectrum.wave_rest_aa)
        low, high = effects.ends(recurrence.intervals.low, recurrence.intervals.high)
        middle = axis.of_rest(edges.mean(axis=1))
        fill(self._spread, {"x": middle, "low": low, "high": high})
        tops = [
            int(np.argmax(np.where(explanation.labels == s, spectrum.flux, -np.inf)))
            for s in recurrence.top
        ]
        self._peaks = axis.of_rest(spectrum.wave_rest_aa[tops]), spectrum.flux[tops]
        marks = {
            "x": self._peaks[0],
            "y": self._flux.clear_of_names(*self._peaks),
            "mark": [_SOLID if holds else _HOLLOW for holds in recurrence.holds],
        }
        fill(self._marks, marks)
        fill(self.readout, {"readout": interval_lines(effects, recurrence, outcome.trust)})

    def _clear_names(self) -> None:
        """Keep marks off the names of lines, which have moved."""
        now: Any = self._marks.data
        if len(now["x"]):
            fill(self._marks, {**now, "y": self._flux.clear_of_names(*self._peaks)})


def interval_lines(effects: Effects, recurrence: Recurrence, trust: Trust | None) -> list[str]:
    """Each segment in a line: both intervals, and of the top ones what another exposure shows.

    Such as "masks ±1.2e-05, noise ±0.00031 · seen again in 100 % · 12 σ above noise".
    """
    lines = [f"noise ±{half:.2g}" for half in _halves(effects, recurrence.intervals)]
    if trust is not None and trust.intervals is not None and not trust.exact:
        by_masks = _halves(effects, trust.intervals)
        lines = [f"masks ±{half:.2g}, {noise}" for half, noise in zip(by_masks, lines, strict=True)]
    for segment in recurrence.top:
        lines[segment] += f"  ·  seen again in {100 * recurrence.share[segment]:.0f} %"
        if recurrence.beyond is not None:
            lines[segment] += f"  ·  {beyond_text(float(recurrence.beyond[segment]))}"
    return lines


def _halves(effects: Effects, intervals: Intervals) -> np.ndarray:
    """(S,) half the widths."""
    low, high = effects.ends(intervals.low, intervals.high)
    return (high - low) / 2


def beyond_text(beyond: float) -> str:
    """How far a score's weight is above those of noise: "12 σ above noise"."""
    if beyond > 0:
        return f"{min(beyond, 999):.3g} σ above noise" if beyond < 999 else "over 999 σ above noise"
    return "not above noise"


def segment_name(segment: int, edges: np.ndarray) -> str:
    """A segment by its wavelengths and the lines in it: "4986–5007 Å [O III]"."""
    low, high = edges[segment]
    names = [line.label for line in lines_reaching(low, high)]
    return f"{low:.0f}–{high:.0f} Å {' '.join(names)}".rstrip()
