"""The plane view: shaded on the server, searched on click."""

from __future__ import annotations

import threading
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import panel as pn
import param
from bokeh.events import DoubleTap, RangesUpdate
from bokeh.models import (
    ColumnDataSource,
    ImageRGBA,
    Range1d,
    WheelZoomTool,
)
from bokeh.plotting import figure

from ....core.words import counted
from ...figures.bokeh_style import dress, plain_figure, span
from ...figures.theme import THEMES
from ...session.choices.drawing import ends_in, ends_text
from ...session.choices.range_in_link import RangeInLink
from ...session.session import Session
from ...workspace.colouring import Values
from ..widgets.components import WordsPart, added_at_once, in_one_patch
from .picture import STORED_PX, draw_plane, framed, stored_picture, stretch_in_view
from .select_tools import attach_select
from .spectrum_marks import SpectrumMarks

if TYPE_CHECKING:
    from ...figures.planes.shade import Window

__all__ = ["PlaneView"]

_QUALITY = (
    "How far to believe the plane: trustworthiness is 1 where no spectrum has false neighbours on "
    "it, recall the share of the ten nearest spectra that are among the ten nearest points."
)

_FAR = (
    "Far from all: farther from the nearest of the grey than 99 % of these are from theirs; such a "
    "place tells little. Trustworthiness and recall are of the grey."
)
# The picture in the page before its size is known: sharpened as soon as it is.
_GUESS_PX = {"inner_width": STORED_PX, "inner_height": STORED_PX}
# Bokeh reports a changed range after this long without another change.
_SETTLE_MS = 40
# Bokeh wipes only half of its canvas's first pixels: points there would stay for good.
_OFF_THE_EDGE: Any = {"min_border_left": 1, "min_border_top": 1}


class PlaneView(pn.viewable.Viewer):
    """The figure, and what keeps it true to the session's choices.

    Parameters
    ----------
    session
        Whose plane, colours, hidden categories and open spectrum are drawn.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._inner: dict[str, int] = {}  # the frame's size, once the browser has told it
        self._ratio = 1.0
        self._waiting = False  # for datashader to be compiled
        self._image = ColumnDataSource(
            {"image": [], "x": [], "y": [], "dw": [], "dh": []}, name="plane-image"
        )
        self._x, self._y = Range1d(start=-1, end=1), Range1d(start=-1, end=1)
        # What the visitor asked to see, and what is seen of it with equal scales on this frame.
        self._asked = self._seen = (-1.0, 1.0), (-1.0, 1.0)
        self._link = RangeInLink(session.view, "window")
        self.figure = self._build()
        self._marks = SpectrumMarks(session, self.figure, self._x, self._size)
        self.note = WordsPart()
        self._dress()
        self._show_plane()
        self._show_stored()
        view, outcome = session.view, session.outcome
        view.param.watch(self._show_plane, ["plane", "window"])
        view.param.watch(self._dress, "theme")
        view.param.watch(lambda *_: self._shade(), ["colour", "hidden", "theme"])
        session.selected.param.watch(lambda *_: self._shade(), "current")
        outcome.param.watch(lambda *_: self._marks.ring(), "open_spectrum")
        self._furnish_select = attach_select(session, self.figure)
        # Each part of a page takes its time before any of it is seen: the points come first.
        pn.state.onload(self._furnish)

    def __panel__(self) -> pn.pane.Bokeh:
        return pn.pane.Bokeh(self.figure)

    def sharpen(self, pixel_ratio: float) -> None:
        """Draw for a screen with more device pixels per CSS pixel; held between 1 and 2."""
        self._ratio = min(max(pixel_ratio, 1.0), 2.0)
        self._shade()

    def in_view(self) -> Window:
        """The part of the plane in view, and its size in pixels."""
        from ...figures.planes.shade import Window

        return Window(span(self._x), span(self._y), *self._size())

    def reset(self) -> None:
        """Show the whole plane."""
        self._link.write("")
        self._show()

    def _show(self) -> None:
        """Show what was asked for: a window, or all."""
        view = self._session.view
        if view.plane is not None:
            if ends := ends_in(view.window):
                self._frame((ends[0], ends[1]), (ends[2], ends[3]))
            else:
                self._frame(*self._session.workspace.on_plane(view.plane).extent())
            self._shade()

    def _build(self) -> figure:
        fig = plain_figure(
            name="plane-figure",
            x_range=self._x,
            y_range=self._y,
            tools="pan",
            lod_timeout=_SETTLE_MS,
            x_axis_type=None,
            y_axis_type=None,
            **_OFF_THE_EDGE,
        )
        wheel = WheelZoomTool()
        fig.add_tools(wheel)
        fig.toolbar.active_scroll = wheel
        fig.add_glyph(self._image, ImageRGBA(image="image", x="x", y="y", dw="dw", dh="dh"))
        fig.on_event(RangesUpdate, in_one_patch(self._moved))
        fig.on_event(DoubleTap, in_one_patch(lambda _: self.reset()))
        for side in _GUESS_PX:
            fig.on_change(side, in_one_patch(self._resized))
        return fig

    def _furnish(self) -> None:
        """Add what the first plot does without: rings, names under the pointer, box and lasso."""
        with pn.io.hold(), added_at_once(self.figure):
            self._marks.furnish()
            self._furnish_select()
            self._dress()

    def _size(self) -> tuple[int, int]:
        known = _GUESS_PX | self._inner
        return known["inner_width"], known["inner_height"]

    def _resized(self, attr: str, old: int | None, new: int | None) -> None:
        """Show what was asked for, with equal scales on the new frame, and as before on the old."""
        first = len(self._inner) < len(_GUESS_PX)
        self._inner[attr] = new or _GUESS_PX[attr]
        if len(self._inner) < len(_GUESS_PX):
            return
        if first:
            self._show()
            return
        self._frame(*self._asked)
        self._shade()

    def _moved(self, _: Any) -> None:
        """The visitor has moved or zoomed: what is in view now is what is asked for."""
        now = span(self._x), span(self._y)
        if not np.allclose(now, self._seen, rtol=1e-9, atol=0):
            self._asked = self._seen = now
            self._link.write(ends_text(*now[0], *now[1]))
        self._shade()

    def _show_plane(self, *events: param.parameterized.Event) -> None:
        view = self._session.view
        if events and all(event.name == "plane" for event in events):
            self._link.write("")
        elif not self._link.asked_anew() and events:
            return
        self.note.html = self._describe(view.plane)
        self._show()
        self._marks.ring()

    def _describe(self, name: str | None) -> str:
        if name is None:
            return "No plane: <code>spexplain build</code> makes one of 5 usable spectra or more."
        plane = self._session.workspace.planes[name]
        trust, recall = (plane.metrics.get(name) for name in ("trustworthiness", "knn_recall"))
        kept = "" if trust is None else f"\u00a0· trustworthiness {trust:.2f}"
        kept += "" if recall is None else f", recall {recall:.2f}"
        kept += f" ({plane.judged_on})" if kept and plane.judged_on else ""
        points = plane.placed or counted(len(plane.rows), "point")
        title = escape(f"{plane.title}\u00a0· {points}{kept}")
        more = f"{_FAR} {_QUALITY}" if plane.lender else _QUALITY
        return f'<div class="muted small few-lines" title="{title}. {more}">{title}</div>'

    def _frame(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show this extent with equal scales: a distance means the same in every direction."""
        self._asked, self._seen = (x, y), framed(x, y, *self._size())
        for axis, (low, high) in zip((self._x, self._y), self._seen, strict=True):
            axis.update(start=low, end=high)

    def _shade(self) -> None:
        space, view = self._session.workspace, self._session.view
        if view.plane is None or view.colour is None:
            return
        sized = len(self._inner) == len(_GUESS_PX)
        if not space.compiled.is_set():
            # The page stands and answers meanwhile.
            if not self._waiting:
                self._waiting = True
                # Not one of the shared threads, which explanations may keep for seconds.
                threading.Thread(target=self._when_compiled, daemon=True).start()
            return
        if not (sized or space.drawn.is_set()):
            return  # the first page goes out while datashader loads (warm_up.py)
        from ...figures.planes.shade import Window

        x, y = span(self._x), span(self._y)
        width, height = (round(side * self._ratio) for side in self._size())
        window = Window(x, y, width, height)
        self._tell_stretch(window)
        picture = draw_plane(
            space,
            view.plane,
            view.colour,
            window,
            theme=view.theme,
            hidden=view.hidden,
            rows=self._selected,
            pixel_ratio=self._ratio,
        )
        self._put(picture, x, y)
        if sized:  # the browser has told its size: this is the plot
            space.drawn.set()

    @property
    def _selected(self) -> np.ndarray | None:
        """The rows that keep their colours, or None where nothing is selected."""
        selected = self._session.selected
        return None if selected.current is None else selected.rows

    def _tell_stretch(self, window: Window) -> None:
        """Let the legend say what the colours mean here: they are stretched to what is in view."""
        space, view = self._session.workspace, self._session.view
        colouring = space.colouring(view.colour)
        stretch = None
        if isinstance(colouring, Values):
            rows = self._selected
            stretch = (colouring.name, *stretch_in_view(space, view.plane, colouring, window, rows))
        self._session.outcome.stretch = stretch

    def _when_compiled(self) -> None:
        self._session.workspace.compiled.wait()

        def go_on() -> None:
            self._waiting = False
            self._shade()

        self._session.schedule(go_on)

    def _show_stored(self) -> None:
        """Show the picture drawn at the last start until datashader is ready."""
        space, view = self._session.workspace, self._session.view
        if view.plane is None or view.colour is None or view.window or space.compiled.is_set():
            return
        stored = stored_picture(space, view.plane, view.colour, view.theme)
        if stored is not None:
            self._put(stored, span(self._x), span(self._y))

    def _put(self, picture: np.ndarray, x: tuple[float, float], y: tuple[float, float]) -> None:
        self._image.data = {
            "image": [picture],
            "x": [x[0]],
            "y": [y[0]],
            "dw": [x[1] - x[0]],
            "dh": [y[1] - y[0]],
        }

    def _dress(self, *_: object) -> None:
        theme = THEMES[self._session.view.theme]
        dress(self.figure, theme)
        self._marks.dress(theme)
