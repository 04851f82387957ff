"""Data sources of the spectrum figures."""

from __future__ import annotations

from typing import Any

from bokeh.models import ColumnDataSource, CustomJS, LinearColorMapper
from bokeh.plotting import figure

from ...figures.filled_source import empty_source
from ..widgets.components import asset

__all__ = ["SpectrumSources"]

_LEAVE = """
for (const box of document.querySelectorAll(".readout")) {
  box.textContent = ""
  delete box.dataset.at
}
"""


class SpectrumSources:
    """Columns shared by all figures that show the open spectrum.

    Attributes
    ----------
    pixels, bands
        The spectrum and its explanation as they are. What is drawn of them, at the width of the
        frame, is made of them in the browser (``paint.js``): so a new explanation is one small
        message and one repaint.
    trace, ribbon, bars
        What is made there.
    observed, filled
        All that was observed, and where the model was given what was not (``whole_overlay.py``).
    lines, names
        Those marked, and the names of those that have room.
    shade
        Colours a glyph by the column ``shade`` of ``ribbon``, ``bars`` or ``bands``.
    """

    def __init__(self) -> None:
        self.pixels = empty_source("pixels", "x", "y")
        self.bands = empty_source("bands", "left", "right", "weight", "shade")
        self.trace = empty_source("trace", "x", "y")
        self.ribbon = empty_source("ribbon", "xs", "ys", "shade")
        self.bars = empty_source("bars", "left", "right", "weight", "shade")
        self.observed = empty_source("observed", "x", "y", "error")
        self.filled = empty_source("filled", "left", "right")
        self.lines = empty_source("lines", "x", "wave_aa", "name")
        self.names = empty_source("line-labels", "x", "across", "down", "text")
        # Weights are drawn as shades, their share of the largest: then the colours never change.
        # Above 2 they are of what any change does.
        self.colours = LinearColorMapper(palette=["#888888"], low=-1.0, high=3.0)
        self.shade: Any = {"field": "shade", "transform": self.colours}

    def link(self, flux: figure, weight: figure, intervals: ColumnDataSource) -> None:
        """Have the browser draw these at the frame's width, and read them under the cursor.

        Parameters
        ----------
        flux, weight
            The figures of the spectrum and its weights, which share their range of wavelengths.
        intervals
            What is said of each segment.
        """
        self._paint(flux)
        readout = CustomJS(
            args={
                "pixels": self.pixels, "bands": self.bands, "lines": self.lines,
                "reasons": intervals, "observed": self.observed, "filled": self.filled,
            },
            code=asset("readout.js"),
        )  # fmt: skip
        for source in (self.pixels, self.observed, self.bands, intervals):
            source.js_on_change("data", readout)
        for fig in (flux, weight):
            fig.js_on_event("mousemove", readout)
            fig.js_on_event("mouseleave", CustomJS(code=_LEAVE))

    def _paint(self, flux: figure) -> None:
        paint = CustomJS(
            args={
                "pixels": self.pixels, "bands": self.bands, "filled": self.filled,
                "figure": flux, "trace": self.trace, "ribbon": self.ribbon, "bars": self.bars,
            },
            code=asset("paint.js"),
        )  # fmt: skip
        for source in (self.pixels, self.bands, self.filled):
            source.js_on_change("data", paint)
        x_range: Any = flux.x_range
        x_range.js_on_change("start", paint)
        x_range.js_on_change("end", paint)
        flux.js_on_change("inner_width", paint)
