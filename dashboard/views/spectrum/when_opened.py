"""Lazy creation of the spectrum figures."""

from __future__ import annotations

from typing import Any

import panel as pn

from ...figures.sight import Sight
from ...session.visitor import Visitor
from .brush import Brush
from .overlays.lines_over import LinesOver
from .overlays.reconstruction import RebuiltOverlay
from .overlays.residual import ResidualPlot
from .overlays.whole_overlay import WholeOverlay
from .overlays.zooms import ZoomWindows
from .spectrum import SpectrumView

__all__ = ["SpectrumWhenOpened"]


class SpectrumWhenOpened:
    """Two places on the page for the spectrum and its weights, empty while nothing is open.

    Half of all models of the page belong to these figures. A visitor who comes without a
    spectrum sees the plane first; one who follows a link to a spectrum gets all at once.

    Parameters
    ----------
    session
        Whose spectrum.

    Attributes
    ----------
    flux, weight
        For the page: each holds its figure once :meth:`draw` has been called.
    residual, zooms
        For the page: places that are filled when they are asked for.
    """

    def __init__(self, session: Visitor) -> None:
        self._session = session
        self._view: SpectrumView | None = None
        fills: Any = {"sizing_mode": "stretch_both", "margin": 0}
        self.flux, self.weight = pn.Row(**fills), pn.Row(**fills)
        self.residual = pn.Row(visible=False, **fills)
        self.zooms = pn.Column(visible=False, **fills)
        if session.view.spectrum:
            self.draw()

    def draw(self) -> None:
        """Make the figures, unless they are there."""
        if self._view is not None:
            return
        self._view = view = SpectrumView(self._session)
        session = self._session
        Brush(session, view.flux, view.fit)
        self._rebuilt = RebuiltOverlay(session, view.flux)
        WholeOverlay(session, view)
        self._over = LinesOver(session, view)
        ResidualPlot(session, view.x_range, self.residual)
        ZoomWindows(session, view.sources, self.zooms)
        with pn.io.hold():
            self.flux.append(view.flux)
            self.weight.append(view.weight)

    def sight(self) -> Sight | None:
        """Current display options; None before there are figures."""
        if self._view is None:
            return None
        return self._view.sight((*self._rebuilt.drawn, *self._over.drawn))

    def reset(self) -> None:
        """Show the whole spectrum."""
        if self._view is not None:
            self._view.reset()
