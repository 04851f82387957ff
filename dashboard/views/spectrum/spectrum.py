"""View of the open spectrum with its explanation and weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import panel as pn
import param
from bokeh.events import DoubleTap, RangesUpdate, Tap
from bokeh.models import CrosshairTool, Line, Range1d, Span, WheelPanTool, WheelZoomTool

from ....core.explain.flux_effects import Effects
from ...figures.bokeh_style import span
from ...figures.colour_limit import colour_limit
from ...figures.filled_source import clear, fill
from ...figures.sight import LineOver, Sight
from ...figures.theme import THEMES, painting
from ...figures.words.wording import flux_label, meaning
from ...session.choices.drawing import AXIS, LINE_KINDS, ends_in, ends_text
from ...session.choices.range_in_link import RangeInLink
from ...session.opened.redshift import OWN_LINES
from ...session.visitor import Visitor
from ..widgets.components import in_one_patch
from .flux_figure import FluxFigure
from .reasons import ReasonMarks
from .spectrum_sources import SpectrumSources
from .weight_figure import WeightFigure

__all__ = ["SpectrumView"]

_FEW = 200


class SpectrumView(pn.viewable.Viewer):
    """Two figures that share their wavelengths: the painted spectrum, and the weights beneath.

    Parameters
    ----------
    session
        Whose open spectrum.

    Attributes
    ----------
    flux, weight
        The figures.
    sources
        What both draw.
    x_range
        The wavelengths in view, on the axis.
    plain_lines
        The glyphs of the spectrum as it is.
    """

    def __init__(self, session: Visitor) -> None:
        super().__init__()
        self._session = session
        self.sources = SpectrumSources()
        self.x_range = Range1d(start=3500, end=7500)
        self._flux = FluxFigure(session, self.sources, self.x_range)
        self._weight = WeightFigure(session, self.sources, self.x_range)
        self.flux, self.weight = self._flux.figure, self._weight.figure
        self._reasons = ReasonMarks(session, self._flux, self.weight)
        self.plain_lines: list[Line] = [self._flux.line]
        self._cursor = Span(dimension="height", line_width=1)
        self._seen: tuple[str, str] = ("", "")  # through which lens, on which axis
        self._full = (0.0, 0.0)  # the range that was last set to show all
        self._link = RangeInLink(session.view, "waves")
        self.sources.link(self.flux, self.weight, self._reasons.readout)
        self._listen()
        self._open()
        self._dress()
        view, outcome = session.view, session.outcome
        outcome.param.watch(self._open, "open_spectrum")
        outcome.param.watch(self._paint, ["explanation", "mirrored"])
        view.param.watch(self._paint, "slope")
        outcome.param.watch(self._weight.spread_out, "trust")
        view.param.watch(self._open, [*AXIS])
        view.param.watch(self._mark_lines, [*LINE_KINDS])
        view.param.watch(self._follow, ["lens", "span", "waves"])
        outcome.param.watch(self._widen, "whole")
        outcome.param.watch(lambda *_: self.fit(), "mean")
        view.param.watch(lambda *_: self.fit(), ["clip", *LINE_KINDS])
        view.param.watch(self._dress, ["theme", "paint"])

    def __panel__(self) -> pn.Column:
        return pn.Column(self.flux, self.weight, sizing_mode="stretch_both")

    @property
    def width_px(self) -> int:
        """Width of the frame, px; a guess until the browser reports it."""
        return self._flux.width_px

    def sight(self, over: tuple[LineOver, ...] = ()) -> Sight:
        """Current display options and overlays, for a figure."""
        y_range: Any = self.flux.y_range
        session, (low, high) = self._session, span(y_range)
        spectrum = session.outcome.open_spectrum
        lines = () if spectrum is None else session.view.lines(spectrum.z)
        return Sight(
            session.axis,
            lines,
            span(self.x_range),
            (low, min(self._flux.names_from, high)),  # names stand above the figure, not within
            session.outcome.whole,
            session.view.errors,
            over,
        )

    def reset(self) -> None:
        """Show the whole spectrum."""
        self._link.write("")
        self._show()

    def _follow(self, *events: param.parameterized.Event) -> None:
        """Show what a link asks for; of another lens or range, all."""
        if all(event.name != "waves" for event in events):
            self._link.write("")
        elif not self._link.asked_anew():
            return
        self._show()

    def _moved(self) -> None:
        if not len(self.sources.pixels.data["x"]):
            return
        now = span(self.x_range)
        asked = "" if now == self._full else ends_text(*self._session.axis.rest_of(np.array(now)))
        self._link.write(asked)
        self.fit()

    def _show(self) -> None:
        x, whole = np.asarray(self.sources.pixels.data["x"]), self._session.outcome.whole
        if len(x):
            low, high = float(x[0]), float(x[-1])
            if self._session.view.span == "whole" and whole is not None:
                ends = self._session.axis.of_rest(whole.wave_rest_aa[[0, -1]]).tolist()
                low, high = min(low, ends[0]), max(high, ends[1])
            self._full = low, high
            if asked := ends_in(self._session.view.waves):
                low, high = self._session.axis.of_rest(np.array(asked)).tolist()
            self.x_range.update(start=low, end=high)
        self.fit()

    def fit(self) -> None:
        """Fit the flux axis to the stretch in view."""
        self._flux.fit()

    def leave_room(self, n_notes: int) -> None:
        """Keep room for so many lines of words at the foot of the plot."""
        if self._flux.n_notes != n_notes:
            self._flux.n_notes = n_notes
            self.fit()

    def _listen(self) -> None:
        """Add the tools that both figures share: a cursor, wheel and drag along wavelength."""
        for fig in (self.flux, self.weight):
            wheel = WheelZoomTool(dimensions="width")
            fig.add_tools(wheel, CrosshairTool(overlay=self._cursor), WheelPanTool())
            fig.toolbar.active_scroll = wheel
            fig.on_event(DoubleTap, in_one_patch(lambda _: self.reset()))
        self.flux.on_event(RangesUpdate, in_one_patch(lambda _: self._moved()))
        self.flux.on_event(Tap, in_one_patch(self._tap))

    def _tap(self, event: Any) -> None:
        """A click on a line's name chooses the line; the next says where it is."""
        redshift, axis = self._session.redshift, self._session.axis
        if event.x is None or event.y is None or not len(self.sources.pixels.data["x"]):
            return
        if redshift.line:
            redshift.place(axis.rest_of(event.x).item())
            return
        at = self._flux.line_named_at(event.x, event.y)
        if at is not None:
            known = min(OWN_LINES.values(), key=lambda line: abs(line.wave_vac_aa - at))
            if abs(known.wave_vac_aa - at) < 1:
                redshift.choose(known.name)

    def _open(self, *_: object) -> None:
        """Draw the spectrum that is shown, and what there is of its explanation."""
        spectrum = self._session.outcome.open_spectrum
        sources, axis = self.sources, self._session.axis
        if spectrum is None or not len(spectrum.flux):
            clear(sources.pixels, sources.bands, sources.lines, sources.names)
            sources.pixels.tags = [""]
            return
        x = axis.of_rest(spectrum.wave_rest_aa)
        sources.pixels.data = {"x": x, "y": spectrum.flux.astype(np.float32)}
        sources.pixels.tags = [spectrum.id, self._session.view.unit]
        self._mark_lines()
        self._flux.name(flux_label(spectrum.lens.name, spectrum.flux_unit))
        self.weight.xaxis.axis_label = axis.label
        # Stepping through a list keeps a stretch one has zoomed in on, as does another axis.
        seen = (spectrum.lens.name, axis.label)
        if seen != self._seen or axis.stretch != 1:
            self._seen = seen
            self._show()
        else:
            self.fit()
        self._paint()

    def _widen(self, *_: object) -> None:
        """All that was observed is known: show it, unless one has zoomed in."""
        if self._session.outcome.whole is None:
            return
        if self._session.view.span == "whole" and span(self.x_range) == self._full:
            self.reset()
        else:
            self.fit()

    def _mark_lines(self, *_: object) -> None:
        spectrum = self._session.outcome.open_spectrum
        if spectrum is None or not len(spectrum.flux):
            return
        lines = self._session.view.lines(spectrum.z)
        waves = np.array([line.wave_vac_aa for line in lines])
        x = self._session.axis.of_rest(waves)
        fill(self.sources.lines, {"x": x, "wave_aa": waves, "name": [line.label for line in lines]})

    def _paint(self, *_: object) -> None:
        """Colour the spectrum by the newest explanation; grey while there is none."""
        spectrum, explanation = (
            self._session.outcome.open_spectrum,
            self._session.outcome.explanation,
        )
        bands = self.sources.bands
        if spectrum is None or explanation is None or len(explanation.labels) != len(spectrum.flux):
            clear(bands)
            return
        effects = self._session.effects
        if explanation.nothing or effects is None:
            clear(bands)
            self._weight.hide()
            bands.tags = [explanation.n_samples, explanation.complete, ""]
            return
        edges = self._session.axis.of_rest(explanation.edges(spectrum.wave_rest_aa))
        most = colour_limit(effects.values, by_pixel=explanation.method == "saliency")
        means = meaning(explanation, effects)
        fill(bands, _painted(effects, edges, most))
        bands.tags = [explanation.n_samples, explanation.complete, means.unit]
        self._weight.show(most, means.axis, means.axis[:1])

    def _dress(self, *_: object) -> None:
        name = self._session.view.theme
        self._flux.dress(THEMES[name])
        self._weight.dress(THEMES[name])
        self.sources.colours.palette = painting(name)
        self._cursor.line_color = THEMES[name].muted


def _painted(effects: Effects, edges: np.ndarray, most: float) -> dict[str, Any]:
    """Columns of segments: ends (S, 2) on the axis, weight, and its colour up to ±``most``."""
    shares = np.clip(effects.values / most, -1, 1)
    drawn = {
        "left": edges[:, 0],
        "right": edges[:, 1],
        "weight": effects.values.astype(np.float32),
        "shade": np.where(effects.either, 2 + np.abs(shares), shares).astype(np.float32),
    }
    # As text a few numbers travel faster than as arrays, each of which is a message of its own.
    return {k: v.tolist() for k, v in drawn.items()} if len(edges) <= _FEW else drawn
