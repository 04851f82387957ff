"""Selection of a wavelength range by dragging, and the edited spectrum."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import panel as pn
from bokeh.events import Pan, PanEnd, PanStart
from bokeh.models import BoxAnnotation, CustomJS, Line, PanTool
from bokeh.plotting import figure

from ...figures.filled_source import clear, empty_source
from ...figures.theme import THEMES
from ...session.choices.drawing import AXIS
from ...session.visitor import Visitor
from ..widgets.components import in_one_patch

__all__ = ["Brush"]


class Brush:
    """Lets a stretch be brushed on a flux figure while the tab “What if” is open.

    Parameters
    ----------
    session
        Whose `edits` are brushed; its edited spectrum is drawn over the open one.
    flux
        The figure, with one source named ``pixels``.
    fit
        Fits the figure's flux axis to what is drawn.
    """

    def __init__(self, session: Visitor, flux: figure, fit: Callable[[], None]) -> None:
        self._session, self._flux, self._fit = session, flux, fit
        self._stretch = BoxAnnotation(
            left=0, right=0, visible=False, fill_alpha=0.12, line_alpha=0.6, name="stretch"
        )
        flux.add_layout(self._stretch)
        self._began: float | None = None
        # The browser decides whether a drag belongs to its tools or is ours.
        pans: list[Any] = [tool for tool in flux.tools if isinstance(tool, PanTool)]
        self._stretch.js_on_change(
            "tags",
            CustomJS(
                args={"pans": pans},
                code="for (const pan of pans) pan.active = cb_obj.tags[0] !== 'on'",
            ),
        )
        flux.on_event(PanStart, in_one_patch(self._begin))
        flux.on_event(Pan, in_one_patch(self._drag))
        flux.on_event(PanEnd, in_one_patch(self._end))
        view = session.view
        view.param.watch(self._turn, "tab")
        view.param.watch(self._dress, "theme")
        view.param.watch(self._draw, [*AXIS, "tab"])
        self._dress()
        # A tool is made active by a change, which only a loaded page notices.
        pn.state.onload(self._turn)

    @cached_property
    def _edited(self) -> Any:
        """Renderer, created on first use: a page that never shows it need not carry it."""
        source = empty_source("edited", "x", "y")
        return self._flux.add_glyph(source, Line(line_width=1.6, line_join="round"))

    def _turn(self, *_: object) -> None:
        on = self._session.view.tab == "whatif"
        self._stretch.tags = ["on" if on else "off"]
        self._stretch.visible = on and self._session.edits.low_aa is not None
        if on and not getattr(self, "_followed", False):
            self._followed = True
            self._session.edits.param.watch(self._draw, ["edited", "low_aa", "high_aa"])

    def _axis(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Axis value and rest wavelength of each pixel."""
        spectrum = self._session.outcome.open_spectrum
        source: Any = self._flux.select_one({"name": "pixels"})
        if (
            spectrum is None
            or source is None
            or len(source.data["x"]) != len(spectrum.wave_rest_aa)
        ):
            return None
        x = np.asarray(source.data["x"], np.float64)
        return (x, spectrum.wave_rest_aa) if len(x) else None

    def _begin(self, event: Any) -> None:
        self._began = event.x if self._session.view.tab == "whatif" else None

    def _drag(self, event: Any) -> None:
        """Show the stretch while it is being drawn."""
        if self._began is not None:
            left, right = sorted((self._began, event.x))
            self._stretch.update(left=left, right=right, visible=True)

    def _end(self, event: Any) -> None:
        axis, began = self._axis(), self._began
        self._began = None
        if axis is None or began is None:
            return
        x, wave = axis
        ends = np.interp(sorted((began, event.x)), x, wave)
        if ends[0] != ends[1]:
            self._session.edits.brush(*ends.tolist())

    def _draw(self, *_: object) -> None:
        if self._session.view.tab != "whatif":
            if "_edited" in vars(self):
                clear(self._edited.data_source)
                self._fit()
            return
        state, axis = self._session.edits, self._axis()
        if axis is None:
            return
        x, wave = axis
        edited: Any = state.edited
        drawn = edited is not None and len(edited) == len(x)
        line: dict[str, Any] = {"x": x, "y": edited} if drawn else {"x": [], "y": []}
        self._edited.data_source.data = line
        self._dress()
        self._fit()
        if state.low_aa is not None and state.high_aa is not None:
            left, right = np.interp([state.low_aa, state.high_aa], wave, x).tolist()
            self._stretch.update(left=left, right=right, visible=True)

    def _dress(self, *_: object) -> None:
        theme = THEMES[self._session.view.theme]
        if "_edited" in vars(self):
            self._edited.glyph.line_color = theme.pinned
        self._stretch.update(fill_color=theme.muted, line_color=theme.muted)
