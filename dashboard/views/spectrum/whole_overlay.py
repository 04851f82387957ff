"""All that was observed of the open spectrum, drawn round what the model saw of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from bokeh.core.properties import value as constant
from bokeh.models import ColumnDataSource, CustomJS, Line, Text, VStrip
from bokeh.models.glyphs import Patches

from ...figures.bokeh_style import FONT
from ...figures.filled_source import fill
from ...figures.theme import THEMES
from ...session.choices.drawing import AXIS
from ...session.visitor import Visitor
from ..widgets.components import added_at_once, asset
from .spectrum import SpectrumView

__all__ = ["WholeOverlay", "stretches"]

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
        Its figures; the sources ``observed`` and ``filled`` are written here.
    """

    def __init__(self, session: Visitor, view: SpectrumView) -> None:
        self._session, self._view = session, view
        self._made = False
        session.outcome.param.watch(self._draw, "whole")
        session.view.param.watch(self._draw, [*AXIS, "errors", "span"])
        session.view.param.watch(self._dress, "theme")
        self._draw()

    def _make(self) -> None:
        self._made = True
        flux, empty = self._view.flux, {"left": [], "right": []}
        self._window = ColumnDataSource(dict(empty), name="window")
        self._masked = ColumnDataSource(dict(empty), name="masked")
        self._beside = ColumnDataSource({"x": [], "y": []}, name="beside")
        self._dashes = ColumnDataSource({"x": [], "y": []}, name="dashes")
        self._band = ColumnDataSource({"xs": [], "ys": []}, name="error-band")
        self._words = ColumnDataSource({"x": [], "text": []}, name="window-words")
        strip = VStrip(x0="left", x1="right", line_color=None, fill_alpha=_MARKED)
        self._strip = flux.add_glyph(self._window, strip, level="image").glyph
        hatched = {"hatch_pattern": "/", "hatch_scale": 6.0, "hatch_weight": 0.7}
        shade: Any = {"fill_alpha": 0.1, "hatch_alpha": 0.45, "line_color": None, **hatched}
        self._hatches = [
            flux.add_glyph(source, VStrip(x0="left", x1="right", **shade), level="image").glyph
            for source in (self._masked, self._view.filled)
        ]
        patches = Patches(xs="xs", ys="ys", line_color=None, fill_alpha=0.28)
        self._patches = flux.add_glyph(self._band, patches, level="underlay").glyph
        self._line = flux.add_glyph(
            self._beside, Line(line_width=1, line_join="bevel"), name="beside-line"
        ).glyph
        self._view.beside = [self._line]
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
        flux, view = self._view.flux, self._view
        draw = CustomJS(
            args={
                "observed": view.observed, "pixels": view.pixels, "filled": view.filled,
                "window": self._window, "figure": flux, "beside": self._beside,
                "band": self._band, "dashes": self._dashes,
            },
            code=asset("whole.js"),
        )  # fmt: skip
        for source in (view.observed, self._window):
            source.js_on_change("data", draw)
        self._band.js_on_change("tags", draw)
        x_range: Any = flux.x_range
        x_range.js_on_change("start", draw)
        x_range.js_on_change("end", draw)
        flux.js_on_change("inner_width", draw)

    def _draw(self, *_: object) -> None:
        whole, shown = self._session.outcome.whole, self._session.outcome.shown
        if whole is None or shown is None:
            self._clear()
            return
        if not self._made:
            with added_at_once(self._view.flux):
                self._make()
        axis, view = self._session.axis, self._view
        x, nothing = axis.of_rest(whole.wave_rest_aa), np.isnan(whole.flux)
        seen = axis.of_rest(shown.wave_rest_aa)
        self._band.tags = ["on" if self._session.view.errors else "off"]
        fill(view.filled, stretches(seen, whole.filled))
        fill(self._masked, stretches(x, nothing))
        window = _windows(seen)
        fill(self._window, window)
        fill(view.observed, {"x": x, "y": whole.flux, "error": whole.sigma})
        beyond = x[0] < seen[0] or x[-1] > seen[-1]
        marked = beyond and self._session.view.span == "whole"
        self._strip.fill_alpha = (
            _MARKED if marked else 0.0
        )  # where it is all one sees, it says nothing
        starts = window["left"][:1] if marked else []
        fill(self._words, {"x": starts, "text": [_SEEN for _ in starts]})

    def _clear(self) -> None:
        """Take away what is of one spectrum; where the model looks is mostly the next one's too."""
        if not self._made:
            return
        for source in (self._view.filled, self._masked):
            fill(source, {"left": [], "right": []})
        if self._strip.fill_alpha:
            fill(self._window, {"left": [], "right": []})
        fill(self._words, {"x": [], "text": []})
        fill(self._view.observed, {"x": [], "y": [], "error": []})

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


def stretches(x: np.ndarray, inside: np.ndarray) -> dict[str, list[float]]:
    """Where neighbouring pixels are marked, as columns left and right of a source.

    Parameters
    ----------
    x : (D,)
        Pixels, increasing.
    inside : (D,) bool
        The marked ones.

    Returns
    -------
    Edges half a pixel beyond the first and the last of each stretch.
    """
    steps = np.diff(np.concatenate([[0], np.asarray(inside, np.int8), [0]]))
    starts, stops = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1
    half = 0.5 * np.gradient(x) if len(x) > 1 else np.zeros(len(x))
    return {
        "left": (x[starts] - half[starts]).tolist(),
        "right": (x[stops] + half[stops]).tolist(),
    }


def _windows(seen: np.ndarray) -> dict[str, list[float]]:
    """What the model sees: its wavelengths without the wide gaps between them."""
    steps = np.diff(seen)
    ends = np.flatnonzero(steps > 3 * np.median(steps))
    return {
        "left": [float(seen[0]), *seen[ends + 1].tolist()],
        "right": [*seen[ends].tolist(), float(seen[-1])],
    }
