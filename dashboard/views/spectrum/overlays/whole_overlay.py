"""Overlay of the full observed range around the model's window."""

from __future__ import annotations

from typing import Any

import numpy as np
from bokeh.core.properties import value as constant
from bokeh.models import CustomJS, Line, Text, VStrip
from bokeh.models.glyphs import Patches

from ....figures.bokeh_style import FONT
from ....figures.filled_source import clear, empty_source, fill
from ....figures.pixel_runs import stretches
from ....figures.theme import THEMES
from ....session.choices.drawing import AXIS
from ....session.visitor import Visitor
from ...widgets.components import added_at_once, asset
from ..spectrum import SpectrumView

__all__ = ["WholeOverlay"]

_SEEN = "the model saw this"
_MARKED = 0.07


class WholeOverlay:
    """Error band, masked and filled stretches, and the flux on both sides of the model's window.

    Made when first drawn, which is once a spectrum has been seen: it must not wait for this.

    Parameters
    ----------
    session
        Whose spectrum.
    view
        Its figures; of their sources ``observed`` and ``filled`` are written here.
    """

    def __init__(self, session: Visitor, view: SpectrumView) -> None:
        self._session, self._view, self._sources = session, view, view.sources
        self._made = False
        session.outcome.param.watch(self._draw, "whole")
        session.view.param.watch(self._draw, [*AXIS, "errors", "span"])
        session.view.param.watch(self._dress, "theme")
        self._draw()

    def _make(self) -> None:
        self._made = True
        flux = self._view.flux
        self._window = empty_source("window", "left", "right")
        self._masked = empty_source("masked", "left", "right")
        self._beside = empty_source("beside", "x", "y")
        self._dashes = empty_source("dashes", "x", "y")
        self._band = empty_source("error-band", "xs", "ys")
        self._words = empty_source("window-words", "x", "text")
        strip = VStrip(x0="left", x1="right", line_color=None, fill_alpha=_MARKED)
        self._strip = flux.add_glyph(self._window, strip, level="image").glyph
        hatched = {"hatch_pattern": "/", "hatch_scale": 6.0, "hatch_weight": 0.7}
        shade: Any = {"fill_alpha": 0.1, "hatch_alpha": 0.45, "line_color": None, **hatched}
        self._hatches = [
            flux.add_glyph(source, VStrip(x0="left", x1="right", **shade), level="image").glyph
            for source in (self._masked, self._sources.filled)
        ]
        patches = Patches(xs="xs", ys="ys", line_color=None, fill_alpha=0.28)
        self._patches = flux.add_glyph(self._band, patches, level="underlay").glyph
        self._line = flux.add_glyph(
            self._beside, Line(line_width=1, line_join="bevel"), name="beside-line"
        ).glyph
        self._view.plain_lines.append(self._line)
        dashed = Line(line_width=1, line_dash=[2, 3])
        self._dashed = flux.add_glyph(self._dashes, dashed).glyph
        box: Any = {"background_fill_alpha": 0.8, "border_line_width": 0, "padding": 1}
        words = Text(
            x="x", y=constant(0.0), text="text", x_offset=4, y_offset=-3, text_baseline="bottom",
            text_font=constant(FONT), text_font_size="10px", **box,
        )  # fmt: skip
        self._text = flux.add_glyph(self._words, words, y_range_name="share").glyph
        self._link()
        self._dress()

    def _link(self) -> None:
        flux, sources = self._view.flux, self._sources
        draw = CustomJS(
            args={
                "observed": sources.observed, "pixels": sources.pixels, "filled": sources.filled,
                "window": self._window, "figure": flux, "beside": self._beside,
                "band": self._band, "dashes": self._dashes,
            },
            code=asset("whole.js"),
        )  # fmt: skip
        for source in (sources.observed, self._window):
            source.js_on_change("data", draw)
        self._band.js_on_change("tags", draw)
        x_range: Any = flux.x_range
        x_range.js_on_change("start", draw)
        x_range.js_on_change("end", draw)
        flux.js_on_change("inner_width", draw)

    def _draw(self, *_: object) -> None:
        whole, spectrum = self._session.outcome.whole, self._session.outcome.open_spectrum
        if whole is None or spectrum is None:
            self._clear()
            return
        if not self._made:
            with added_at_once(self._view.flux):
                self._make()
        axis, sources = self._session.axis, self._sources
        x, nothing = axis.of_rest(whole.wave_rest_aa), np.isnan(whole.flux)
        seen = axis.of_rest(spectrum.wave_rest_aa)
        self._band.tags = ["on" if self._session.view.errors else "off"]
        fill(sources.filled, _strips(seen, whole.filled))
        fill(self._masked, _strips(x, nothing))
        window = _windows(seen)
        fill(self._window, window)
        fill(sources.observed, {"x": x, "y": whole.flux, "error": whole.sigma})
        beyond = x[0] < seen[0] or x[-1] > seen[-1]
        marked = beyond and self._session.view.span == "whole"
        # Where it is all one sees, it says nothing.
        self._strip.fill_alpha = _MARKED if marked else 0.0
        starts = window["left"][:1] if marked else []
        fill(self._words, {"x": starts, "text": [_SEEN for _ in starts]})

    def _clear(self) -> None:
        """Take away what is of one spectrum; where the model looks is mostly the next one's too."""
        if not self._made:
            return
        clear(self._sources.filled, self._masked, self._words, self._sources.observed)
        if self._strip.fill_alpha:
            clear(self._window)

    def _dress(self, *_: object) -> None:
        if not self._made:
            return
        theme = THEMES[self._session.view.theme]
        self._strip.fill_color = theme.accent
        for glyph in self._hatches:
            glyph.update(fill_color=theme.warn, hatch_color=theme.muted)
        self._patches.fill_color = theme.muted
        self._line.line_color = theme.muted
        self._dashed.line_color = theme.warn
        self._text.update(text_color=theme.accent, background_fill_color=theme.surface)


def _strips(x: np.ndarray, marked: np.ndarray) -> dict[str, list[float]]:
    """Where neighbouring pixels are marked, as columns of a source."""
    left, right = stretches(x, marked)
    return {"left": left.tolist(), "right": right.tolist()}


def _windows(seen: np.ndarray) -> dict[str, list[float]]:
    """Ranges of the model's wavelengths, without the wide gaps between them."""
    steps = np.diff(seen)
    ends = np.flatnonzero(steps > 3 * np.median(steps))
    return {
        "left": [float(seen[0]), *seen[ends + 1].tolist()],
        "right": [*seen[ends].tolist(), float(seen[-1])],
    }
