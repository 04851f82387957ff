"""The open spectrum with its explanation painted on it, and the weights beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import panel as pn
from bokeh.core.properties import value as constant
from bokeh.events import DoubleTap, RangesUpdate, Tap
from bokeh.models import (
    BasicTicker,
    ColumnDataSource,
    CrosshairTool,
    CustomJS,
    CustomJSTickFormatter,
    Line,
    LinearColorMapper,
    MultiLine,
    Quad,
    Range1d,
    Segment,
    Span,
    Text,
    VSpan,
    VStrip,
    WheelPanTool,
    WheelZoomTool,
)
from bokeh.plotting import figure

from ....core.explain.explanation import Explanation
from ....core.explain.flux_effects import Effects
from ...figures.bokeh_style import FONT, dress, letter_name, plain_figure, span
from ...figures.filled_source import fill
from ...figures.line_labels import fit_labels
from ...figures.sight import LineOver, Sight
from ...figures.theme import THEMES, painting
from ...figures.wording import flux_label, meaning
from ...session.choices.drawing import AXIS, LINE_KINDS
from ...session.choices.open_spectrum import OpenSpectrum
from ...session.opened.redshift import OWN_LINES
from ...session.visitor import Visitor
from ..widgets.components import asset
from .reasons import ReasonMarks

if TYPE_CHECKING:
    from ....core.trust.verdict import Trust

__all__ = ["FOOT_PX", "LEFT_PX", "SpectrumView", "largest"]

_SETTLE_MS = 40
LEFT_PX = 84  # both figures keep the same room for their axis, so that wavelengths line up
_WEIGHT_TICK_PX, _WEIGHT_LABEL_PX = 10, 2  # -2.5e-10, of a model that is sure, fits beside its name
_GUESS_PX = 560
FOOT_PX = 14  # of a line of words at the foot of the plot
_TICK_PX = 62  # so much of the axis a number takes
_NAME_REACH_PX = 16.0  # how far from a line's name a click may be
_READOUT_PX = 17  # what the cursor reads stands above the frame, not on the names of lines
_LABEL_TOP_PX, _LABEL_ROW_PX = 2, 15
_BAND = ("left", "right", "weight", "shade")
_SPREAD = ("x", "low", "high")
_LABEL = ("x", "across", "down", "text")
_FEW = 200
_LEAVE = """
const box = document.getElementById("readout")
if (box) { box.textContent = ""; delete box.dataset.at }
"""
_LABEL_SHARE = 0.16, 0.4  # of the height left free for the names of lines, at least and at most
# No tick may be wider than the room for the axis: 0.02 as it is, 0.0002 as 2e-4.
_SHORT_TICKS = """
const short = Number(tick.toPrecision(2))
const text = Math.abs(short) >= 1e-2 || short === 0 ? String(short) : short.toExponential()
return text.replaceAll("-", "−")
"""


class SpectrumView(pn.viewable.Viewer):
    """Two figures that share their wavelengths: ``flux`` and ``weight``.

    ``pixels`` and ``bands`` hold the spectrum and its explanation as they are; what is drawn of
    them, at the width of the frame, is made in the browser (``paint.js``). So a new explanation is
    one small message and one repaint.
    """

    def __init__(self, session: Visitor) -> None:
        super().__init__()
        self._session = session
        self.pixels = ColumnDataSource(name="pixels")
        self.bands = ColumnDataSource(name="bands")
        # All that was observed, and where the model was given what was not: of the whole overlay.
        self.beside: list[Line] = []  # of what the model did not see, once it is drawn
        self.observed = ColumnDataSource({"x": [], "y": [], "error": []}, name="observed")
        self.filled = ColumnDataSource({"left": [], "right": []}, name="filled")
        self._trace = ColumnDataSource({"x": [], "y": []}, name="trace")
        self._ribbon = ColumnDataSource({"xs": [], "ys": [], "shade": []}, name="ribbon")
        self._bars = ColumnDataSource({key: [] for key in _BAND}, name="bars")
        self._spread = ColumnDataSource({key: [] for key in _SPREAD}, name="spread")
        self.lines = ColumnDataSource({"x": [], "wave_aa": [], "name": []}, name="lines")
        self._labels = ColumnDataSource({key: [] for key in _LABEL}, name="line-labels")
        # Weights are drawn as shades, their share of the largest: then the colours never change.
        # Above 2 they are of what any change does.
        self.colours = LinearColorMapper(palette=["#888888"], low=-1.0, high=3.0)
        self._x = Range1d(start=3500, end=7500)
        # Of the frames, until the browser tells.
        self._width = self._height = self._weight_height = _GUESS_PX
        self._weight_names: tuple[str, ...] = ()
        self._seen: tuple[str, str] = ("", "")
        self.noted = 0  # lines of words at the foot of the plot (lines_over.py)
        self._names_from = np.inf  # flux above which there are names of lines only
        self._full = (0.0, 0.0)  # the range that was last set to show all
        self.flux = self._build_flux()
        self.weight = self._build_weight()
        self._reasons = ReasonMarks(session, self.flux, self.weight)
        self._link()
        self._open()
        self._dress()
        view, outcome = session.view, session.outcome
        outcome.param.watch(self._open, "shown")
        outcome.param.watch(lambda *_: self._paint(), ["explanation", "mirrored"])
        view.param.watch(lambda *_: self._paint(), "slope")
        outcome.param.watch(lambda *_: self._spread_out(), "trust")
        view.param.watch(self._open, [*AXIS])
        view.param.watch(self._relist_lines, [*LINE_KINDS])
        view.param.watch(lambda *_: self.reset(), "span")
        outcome.param.watch(self._widen, "whole")
        outcome.param.watch(lambda *_: self.fit(), "mean")
        view.param.watch(lambda *_: self.fit(), "clip")
        view.param.watch(self._dress, ["theme", "paint"])

    def __panel__(self) -> pn.Column:
        return pn.Column(self.flux, self.weight, sizing_mode="stretch_both")

    def sight(self, over: tuple[LineOver, ...] = ()) -> Sight:
        """What is seen now, for a figure of it; with lines drawn over it."""
        y_range: Any = self.flux.y_range
        session, (low, high) = self._session, span(y_range)
        shown: OpenSpectrum | None = session.outcome.shown
        lines = () if shown is None else session.view.lines(shown.z)
        return Sight(
            session.axis,
            lines,
            span(self._x),
            (low, min(self._names_from, high)),  # names stand above the figure, not within
            session.outcome.whole,
            session.view.errors,
            over,
        )

    @property
    def width_px(self) -> int:
        """Of the frame; a guess until the browser has told."""
        return self._width

    def plain_lines(self) -> list[Line]:
        """The line of the spectrum as it is."""
        return [self._thin.glyph, *self.beside]

    def reset(self) -> None:
        """Show the whole spectrum."""
        x, whole = np.asarray(self.pixels.data["x"]), self._session.outcome.whole
        if len(x):
            low, high = float(x[0]), float(x[-1])
            if self._session.view.span == "whole" and whole is not None:
                ends = self._session.axis.of_rest(whole.wave_rest_aa[[0, -1]]).tolist()
                low, high = min(low, ends[0]), max(high, ends[1])
            self._full = low, high
            self._x.update(start=low, end=high)
        self.fit()

    def _widen(self, *_: object) -> None:
        """All that was observed is known: show it, unless one has zoomed in."""
        if self._session.outcome.whole is None:
            return
        if self._session.view.span == "whole" and span(self._x) == self._full:
            self.reset()
        else:
            self.fit()

    def _relist_lines(self, *_: object) -> None:
        self._mark_lines()
        self.fit()

    def _build_flux(self) -> figure:
        fig = plain_figure(
            name="flux-figure", x_range=self._x, y_range=Range1d(start=0, end=1), tools="xpan",
            lod_timeout=_SETTLE_MS, min_border_left=LEFT_PX, min_border_right=12,
            min_border_top=_READOUT_PX, min_border_bottom=6, x_axis_type=None,
        )  # fmt: skip
        fig.extra_y_ranges["share"] = Range1d(start=0, end=1)
        colour: Any = {"field": "shade", "transform": self.colours}
        strips = VStrip(x0="left", x1="right", line_color=None, fill_alpha=0.6, fill_color=colour)
        self._strips = fig.add_glyph(self._bars, strips)
        markers = VSpan(line_dash=[4, 4], line_width=1)
        self._markers = fig.add_glyph(self.lines, markers)
        # A ribbon of colour under a crisp line: where nothing is found it has the page's colour.
        pieces = MultiLine(line_width=7, line_join="round", line_color=colour)
        self._pieces = fig.add_glyph(self._ribbon, pieces)
        self._thin = fig.add_glyph(self._trace, Line(line_width=1.1, line_join="bevel"))
        box: Any = {"border_line_width": 0, "padding": 2}
        names = Text(
            y=constant(1.0), text="text", text_align="center", x_offset="across", y_offset="down",
            text_baseline="top", text_font=constant(FONT), text_font_size="11px", **box,
        )  # fmt: skip
        self._names = fig.add_glyph(self._labels, names, y_range_name="share")
        return fig

    def _build_weight(self) -> figure:
        fig = plain_figure(
            name="weight-figure", x_range=self._x, y_range=Range1d(start=-1, end=1), tools="xpan",
            lod_timeout=_SETTLE_MS, min_border_left=LEFT_PX, min_border_right=12,
            min_border_top=4,
        )  # fmt: skip
        colour: Any = {"field": "shade", "transform": self.colours}
        bars = Quad(
            top="weight", bottom=constant(0.0), fill_color=colour, line_color=colour, line_width=0.6
        )
        fig.add_glyph(self._bars, bars)
        # How far each weight may be from that of infinitely many samples.
        whiskers = Segment(x0="x", y0="low", x1="x", y1="high", line_width=1, line_alpha=0.75)
        self._whiskers = fig.add_glyph(self._spread, whiskers)
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
        return fig

    def _link(self) -> None:
        """What both figures do alike: one cursor, one readout, wheel and drag along wavelength."""
        self._cursor = Span(dimension="height", line_width=1)
        readout = CustomJS(
            args={
                "pixels": self.pixels,
                "bands": self.bands,
                "lines": self.lines,
                "reasons": self._reasons.told,
                "observed": self.observed,
                "filled": self.filled,
            },
            code=asset("readout.js"),
        )
        drawn = {name: getattr(self, f"_{name}") for name in ("trace", "ribbon", "bars")}
        paint = CustomJS(
            args={
                "pixels": self.pixels,
                "bands": self.bands,
                "filled": self.filled,
                "figure": self.flux,
                **drawn,
            },
            code=asset("paint.js"),
        )
        self.pixels.js_on_change("data", paint)
        self.bands.js_on_change("data", paint)
        self.filled.js_on_change("data", paint)
        self._x.js_on_change("start", paint)
        self._x.js_on_change("end", paint)
        self.flux.js_on_change("inner_width", paint)
        for source in (self.pixels, self.observed, self.bands, self._reasons.told):
            source.js_on_change("data", readout)
        leave = CustomJS(code=_LEAVE)
        for fig in (self.flux, self.weight):
            wheel = WheelZoomTool(dimensions="width")
            fig.add_tools(wheel, CrosshairTool(overlay=self._cursor), WheelPanTool())
            fig.toolbar.active_scroll = wheel
            fig.js_on_event("mousemove", readout)
            fig.js_on_event("mouseleave", leave)
            fig.on_event(DoubleTap, lambda _: self.reset())
        self.flux.on_event(RangesUpdate, lambda _: self.fit())
        for side in ("inner_width", "inner_height"):
            self.flux.on_change(side, self._resized)
        self.flux.on_event(Tap, self._tap)
        self.weight.on_change("inner_height", self._weight_resized)

    def _tap(self, event: Any) -> None:
        """A click on a line's name chooses the line; the next says where it is."""
        redshift, axis = self._session.redshift, self._session.axis
        if event.x is None or event.y is None or not len(self.pixels.data["x"]):
            return
        if redshift.line:
            redshift.place(axis.rest_of(event.x).item())
            return
        names: Any = self._labels.data
        low, high = span(self._x)
        reach = _NAME_REACH_PX * (high - low) / self._width
        near = [abs(x - event.x) for x in names["x"]]
        if event.y >= self._names_from and near and min(near) <= reach:
            at = axis.rest_of(names["x"][int(np.argmin(near))]).item()
            known = min(OWN_LINES.values(), key=lambda line: abs(line.wave_vac_aa - at))
            if abs(known.wave_vac_aa - at) < 1:
                redshift.choose(known.name)

    def _resized(self, attr: str, old: int | None, new: int | None) -> None:
        setattr(self, {"inner_width": "_width", "inner_height": "_height"}[attr], new or _GUESS_PX)
        axis: Any = self.weight.xaxis[0]
        axis.ticker.desired_num_ticks = int(np.clip(self._width // _TICK_PX, 2, 6))
        self._letter()
        self.fit()

    def _weight_resized(self, attr: str, old: int | None, new: int | None) -> None:
        self._weight_height = new or _GUESS_PX
        self._letter()

    def _letter(self) -> None:
        """Neither axis's name may be cut, or run into the other's, where there is little room."""
        letter_name(self.flux, self._height)
        # What changes stands below, too, with the colours.
        letter_name(self.weight, self._weight_height, *self._weight_names)

    def _clear(self) -> None:
        self.pixels.data = {"x": np.empty(0), "y": np.empty(0)}
        fill(self.bands, {key: [] for key in _BAND})
        fill(self.lines, {"x": [], "wave_aa": [], "name": []})
        fill(self._labels, {key: [] for key in _LABEL})
        self.pixels.tags = [""]

    def _open(self, *_: object) -> None:
        shown: OpenSpectrum | None = self._session.outcome.shown
        if shown is None or not len(shown.flux):
            self._clear()
            return
        view, axis = self._session.view, self._session.axis
        self.pixels.data = {
            "x": axis.of_rest(shown.wave_rest_aa), "y": shown.flux.astype(np.float32)
        }  # fmt: skip
        self.pixels.tags = [shown.id, view.unit]
        self._mark_lines()
        self.flux.yaxis.axis_label = flux_label(shown.lens.name, shown.flux_unit)
        self._letter()
        self.weight.xaxis.axis_label = axis.label
        # Stepping through a list keeps a stretch one has zoomed in on; another axis does not.
        seen = (shown.lens.name, axis.label)
        if seen != self._seen or axis.stretch != 1:
            self._seen = seen
            self.reset()
        else:
            self.fit()
        self._paint()

    def _mark_lines(self, *_: object) -> None:
        shown: OpenSpectrum | None = self._session.outcome.shown
        if shown is None or not len(shown.flux):
            return
        lines = self._session.view.lines(shown.z)
        waves = np.array([line.wave_vac_aa for line in lines])
        x = self._session.axis.of_rest(waves)
        fill(self.lines, {"x": x, "wave_aa": waves, "name": [line.label for line in lines]})

    def _drawn(self, shown: OpenSpectrum) -> np.ndarray:
        """The flux (1, D), and with it (2, D) as it has been edited, while that is drawn."""
        edited = self._session.edits.edited if self._session.view.tab == "whatif" else None
        if edited is None or len(edited) != len(shown.flux):  # of the spectrum open before
            return shown.flux[None]
        return np.stack([shown.flux, edited])

    def _foot_px(self) -> float:
        """Room for the words at the foot of the plot: nothing is drawn behind them."""
        whole = self._session.view.span == "whole" and self._session.outcome.whole is not None
        return FOOT_PX * (whole + self.noted)

    def _values(self, shown: OpenSpectrum, low: float, high: float) -> np.ndarray:
        """All that is drawn of the flux between two places on the axis."""
        x = np.asarray(self.pixels.data["x"])
        values = [self._drawn(shown)[..., (x >= low) & (x <= high)].ravel()]
        whole = self._session.outcome.whole
        if whole is not None:
            at = self._session.axis.of_rest(whole.wave_rest_aa)
            beside = whole.flux[(at >= low) & (at <= high)]
            values.append(beside[np.isfinite(beside)])
        mean = self._session.outcome.mean
        if mean is not None and mean.lens is shown.lens:
            at = self._session.axis.of_rest(mean.spread.wave_rest_aa)
            values.append(mean.spread.mean[(at >= low) & (at <= high)])
        return np.concatenate(values)

    def fit(self) -> None:
        """Fit the flux axis to the stretch in view, edits and all, and name the lines there."""
        shown: OpenSpectrum | None = self._session.outcome.shown
        if shown is None or not len(shown.flux):
            return
        axis, width = self._session.axis, self._width
        low, high = span(self._x)
        inside = self._values(shown, low, high)
        at_rest = axis.rest_of(low).item(), axis.rest_of(high).item()
        labels = fit_labels(self._session.view.lines(shown.z), at_rest, width)
        if inside.size:
            bottom, top = float(inside.min()), float(inside.max())
            if self._session.view.clip:
                bottom, middle, top = np.percentile(inside, [0.2, 50.0, 97.0]).tolist()
                top += 0.5 * (top - middle)
            air = 0.04 * (top - bottom) or 0.1
            # Names hide what is behind them: the highest line ends below the last row of them.
            names_px = _LABEL_TOP_PX + _LABEL_ROW_PX * (1 + max((x.row for x in labels), default=0))
            room = min(max(names_px / self._height, _LABEL_SHARE[0]), _LABEL_SHARE[1])
            self._names_from = top
            top += room * (top - bottom) / (1 - room)
            foot = self._foot_px() / self._height
            air_below = max(air, foot * (top - bottom + 2 * air) / max(1 - foot, 0.5))
            self.flux.y_range.update(start=bottom - air_below, end=top + air)
        named = {
            "x": [axis.of_rest(label.wave_aa).item() for label in labels],
            "across": [label.shift_px for label in labels],
            # In pixels: rows of names must not run into each other where the plot is low.
            "down": [_LABEL_TOP_PX + _LABEL_ROW_PX * label.row for label in labels],
            "text": [label.text for label in labels],
        }
        fill(self._labels, named)

    def _paint(self) -> None:
        """Colour the spectrum by the newest explanation; grey while there is none."""
        shown: OpenSpectrum | None = self._session.outcome.shown
        explanation: Explanation | None = self._session.outcome.explanation
        if shown is None or explanation is None or len(explanation.labels) != len(shown.flux):
            fill(self.bands, {key: [] for key in _BAND})
            return
        effects = self._session.effects
        if explanation.nothing or effects is None:
            fill(self.bands, {key: [] for key in _BAND})
            fill(self._spread, {key: [] for key in _SPREAD})
            self.weight.yaxis.visible = False
            self.bands.tags = [explanation.n_samples, explanation.complete, ""]
            return
        edges = self._session.axis.of_rest(explanation.edges(shown.wave_rest_aa))
        by_pixel = explanation.method == "saliency"
        most, means = largest(effects, by_pixel=by_pixel), meaning(explanation, effects)
        shares = np.clip(effects.values / most, -1, 1)
        drawn = {
            "left": edges[:, 0],
            "right": edges[:, 1],
            "weight": effects.values.astype(np.float32),
            "shade": np.where(effects.either, 2 + np.abs(shares), shares).astype(np.float32),
        }
        # As text a few numbers travel faster than as arrays, each of which is a message of its own.
        few = len(edges) <= _FEW
        fill(self.bands, {k: v.tolist() if few else v for k, v in drawn.items()})
        self.bands.tags = [explanation.n_samples, explanation.complete, means.unit]
        self._spread_out()
        self.weight.y_range.update(start=-1.08 * most, end=1.08 * most)
        self._weight_names = (means.axis, means.axis[:1])
        self.weight.yaxis.visible = True
        self._letter()

    def _spread_out(self) -> None:
        """Draw the interval of each weight, where one is known and anything is left to chance."""
        explanation: Explanation | None = self._session.outcome.explanation
        trust: Trust | None = self._session.outcome.trust
        shown: OpenSpectrum | None = self._session.outcome.shown
        effects = self._session.effects
        if (
            explanation is None
            or trust is None
            or shown is None
            or effects is None
            or explanation.nothing
            or not trust.intervals
            or trust.exact
        ):
            fill(self._spread, {key: [] for key in _SPREAD})
            return
        middle = self._session.axis.of_rest(explanation.edges(shown.wave_rest_aa).mean(axis=1))
        ends = effects.ends(trust.intervals.low, trust.intervals.high)
        fill(self._spread, dict(zip(_SPREAD, (middle, *ends), strict=True)))

    def _dress(self, *_: object) -> None:
        view = self._session.view
        theme = THEMES[view.theme]
        for fig in (self.flux, self.weight):
            dress(fig, theme)
        self.colours.palette = painting(view.theme)
        self._strips.visible = view.paint == "band"
        self._pieces.visible = view.paint == "line"
        self._thin.glyph.line_color = theme.line
        self._markers.glyph.line_color = theme.marker
        self._names.glyph.update(text_color=theme.muted, background_fill_color=theme.surface)
        self._zero.line_color = theme.marker
        self._whiskers.glyph.line_color = theme.line
        self._cursor.line_color = theme.muted


def largest(effects: Effects, *, by_pixel: bool) -> float:
    """The weight at the ends of the colours: the largest, or for pixels all but the wildest."""
    sizes = np.abs(effects.values)
    most = float(np.percentile(sizes, 99.5) if by_pixel else sizes.max())
    return most or 1.0
