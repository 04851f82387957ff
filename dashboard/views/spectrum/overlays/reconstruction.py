"""The autoencoder's reconstruction over the open spectrum, with the filtered windows shaded."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

from bokeh.models import Line, VStrip
from bokeh.plotting import figure

from .....data.lenses.lenses import AnomalyLens
from ....figures.filled_source import clear, empty_source
from ....figures.pixel_runs import runs
from ....figures.sight import LineOver
from ....figures.theme import THEMES
from ....session.choices.drawing import AXIS
from ....session.opened.reconstruction import Rebuilt, rebuilding
from ....session.session import Session
from ...widgets.components import added_at_once

__all__ = ["RebuiltOverlay"]


class _Drawn(NamedTuple):
    """Renderers, each with a source of its own."""

    line: Any
    windows: Any


class RebuiltOverlay:
    """Draws on the figure of the spectrum while ``view.rebuilt`` is on.

    Parameters
    ----------
    session
        Whose spectrum.
    flux
        The figure; its wavelengths follow the view's unit and frame.
    """

    def __init__(self, session: Session, flux: figure) -> None:
        self._session, self._flux = session, flux
        self.drawn: tuple[LineOver, ...] = ()
        self._work = session.background(self._arrived, "The reconstruction cannot be drawn")
        session.outcome.param.watch(self._begin, "open_spectrum")
        session.view.param.watch(self._begin, ["rebuilt", *AXIS, "target", "width_kms"])
        session.view.param.watch(self._dress, "theme")
        self._begin()

    @cached_property
    def _drawn(self) -> _Drawn:
        """Made when first drawn: a page that never shows it need not carry it."""
        line = empty_source("rebuilt-line", "x", "y")
        windows = empty_source("rebuilt-windows", "left", "right")
        strips = VStrip(x0="left", x1="right", line_color=None, fill_alpha=0.25)
        with added_at_once(self._flux):
            shade = self._flux.add_glyph(windows, strips)
            model = self._flux.add_glyph(
                line, Line(line_width=3.5, line_join="bevel", line_alpha=0.62)
            )
            # Beneath the thin line of the spectrum: where they agree both are seen.
            others = [each for each in self._flux.renderers if each is not model]
            names = [getattr(getattr(each, "data_source", None), "name", "") for each in others]
            trace = names.index("trace")
            self._flux.renderers = [*others[:trace], model, *others[trace:]]
        return _Drawn(model, shade)

    def _begin(self, *_: object) -> None:
        view, spectrum = self._session.view, self._session.outcome.open_spectrum
        self._work.cancel()
        if not view.rebuilt or spectrum is None or spectrum.reason:
            self._clear()
            return
        if isinstance(spectrum.lens, AnomalyLens) and spectrum.outside is None:
            self._work.request(rebuilding(self._session, spectrum.lens, spectrum.row))
        else:
            self._clear()

    def _arrived(self, rebuilt: Rebuilt) -> None:
        spectrum = self._session.outcome.open_spectrum
        assert spectrum is not None  # when it closes, this is asked for no longer
        wave = self._session.axis.of_rest(spectrum.wave_rest_aa)
        words = "red: the reconstruction"
        self.drawn = (LineOver("rebuilt", words, spectrum.wave_rest_aa, rebuilt.reconstruction),)
        first, last = runs(~rebuilt.kept)
        drawn = self._drawn
        drawn.windows.data_source.data = {"left": wave[first], "right": wave[last]}
        drawn.line.data_source.data = {"x": wave, "y": rebuilt.reconstruction}
        self._dress()

    def _clear(self) -> None:
        self.drawn = ()
        if "_drawn" in vars(self):
            clear(self._drawn.line.data_source, self._drawn.windows.data_source)

    def _dress(self, *_: object) -> None:
        if "_drawn" in vars(self):
            theme = THEMES[self._session.view.theme]
            self._drawn.line.glyph.line_color = theme.warn
            self._drawn.windows.glyph.fill_color = theme.marker
