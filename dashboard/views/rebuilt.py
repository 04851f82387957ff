"""The autoencoder's reconstruction over the open spectrum, with the filtered windows shaded."""

from __future__ import annotations

from functools import partial

import numpy as np
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from ...data.lens import AnomalyLens
from ..background import Background
from ..live import Answer
from ..reconstruction import Rebuilt, rebuild
from ..session import Session, Shown
from ..theme import THEMES

__all__ = ["RebuiltOverlay"]


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
        self._session = session
        self._line = ColumnDataSource({"x": [], "y": []}, name="rebuilt-line")
        self._windows = ColumnDataSource({"left": [], "right": []}, name="rebuilt-windows")
        self._shade = flux.vstrip(
            "left", "right", source=self._windows, line_color=None, fill_alpha=0.25
        )
        self._drawn = flux.line("x", "y", source=self._line, line_width=1.2, line_join="bevel")
        self._work: Background[Rebuilt] = Background(session, self._arrived)
        session.outcome.param.watch(self._begin, "shown")
        session.view.param.watch(self._begin, ["rebuilt", "unit", "frame", "target", "width_kms"])
        session.view.param.watch(self._dress, "theme")
        self._dress()
        self._begin()

    def _begin(self, *_: object) -> None:
        view, shown = self._session.view, self._session.outcome.shown
        self._work.cancel()
        if not view.rebuilt or shown is None or shown.reason:
            self._clear()
            return
        if isinstance(shown.lens, AnomalyLens):
            work = partial(
                rebuild, shown.lens, shown.row, self._session.score, view.width_kms, view.trimmed
            )
            self._work.request(work)
        else:
            self._clear()

    def _arrived(self, answer: Answer[Rebuilt]) -> None:
        found, shown = answer.result, self._session.outcome.shown
        if found is None or shown is None or shown.row != found.row:
            return
        wave = shown.wave_rest_aa * self._factor(shown)
        steps = np.diff(np.concatenate([[0], (~found.kept).astype(np.int8), [0]]))
        starts, stops = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1
        self._windows.data = {"left": wave[starts], "right": wave[stops]}
        self._line.data = {"x": wave, "y": found.reconstruction}

    def _factor(self, shown: Shown) -> float:
        """From rest-frame Å to what the axis shows."""
        view = self._session.view
        stretch = 1.0 + shown.z if view.frame == "observed" and np.isfinite(shown.z) else 1.0
        return stretch * (0.1 if view.unit == "nm" else 1.0)

    def _clear(self) -> None:
        if len(self._line.data["x"]):
            self._line.data, self._windows.data = {"x": [], "y": []}, {"left": [], "right": []}

    def _dress(self, *_: object) -> None:
        theme = THEMES[self._session.view.theme]
        self._drawn.glyph.line_color = theme.warn
        self._shade.glyph.fill_color = theme.marker
