"""The figures of the open spectrum, made once the plane is seen or a spectrum is asked for."""

from __future__ import annotations

from typing import Any

import panel as pn

from ...figures.sight import Sight
from ...session.visitor import Visitor
from .brush import attach_brush
from .lines_over import LinesOver
from .reconstruction import RebuiltOverlay
from .residual import ResidualPlot
from .spectrum import SpectrumView
from .whole_overlay import WholeOverlay
from .zooms import ZoomWindows

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
        self._residual, self._zooms = ResidualPlot(session), ZoomWindows(session)
        self.residual, self.zooms = self._residual.place, self._zooms.place
        self.flux, self.weight = (pn.Row(sizing_mode="stretch_both", margin=0) for _ in range(2))
        if session.view.spectrum:
            self.draw()

    def draw(self) -> None:
        """Make the figures, unless they are there."""
        if self._view is not None:
            return
        self._view = view = SpectrumView(self._session)
        attach_brush(self._session, view.flux, view.fit)
        self._rebuilt = RebuiltOverlay(self._session, view.flux)
        WholeOverlay(self._session, view)
        self._over = LinesOver(self._session, view, self._session.redshift)
        self._residual.attach(view)
        self._zooms.attach(view)
        places: Any = ((self.flux, view.flux), (self.weight, view.weight))
        with pn.io.hold():
            for place, figure in places:
                place.append(figure)

    def sight(self) -> Sight | None:
        """What is seen of the spectrum now; None before there are figures."""
        if self._view is None:
            return None
        return self._view.sight((*self._rebuilt.drawn, *self._over.drawn))

    def reset(self) -> None:
        """Show the whole spectrum."""
        if self._view is not None:
            self._view.reset()
