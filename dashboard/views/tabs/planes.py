"""Tab Planes: several embeddings side by side with their quality."""

from __future__ import annotations

from typing import Any

import numpy as np
import panel as pn
from bokeh.events import Tap
from bokeh.plotting import figure

from ....data.lenses.plane_points import Plane
from ...figures.planes.small_multiples import planes_layout
from ...figures.theme import THEMES, category_colours
from ...session.session import Session
from ...workspace.confusion_table import ordered_types
from ..widgets.components import in_one_patch, invitation
from ..widgets.html_sections import SectionsPart, choice

__all__ = ["show"]

_SETS = {
    "agn-three-raw-": "All types, flux as it is",
    "agn-three-standardised-": "All types, each pixel standardised",
    "agn-two-raw-": "Types 1 and 2, flux as it is",
    "agn-two-standardised-": "Types 1 and 2, each pixel standardised",
}
_SIDE_PX = 184
_MEANING = (
    "Trust(worthiness): 1 where no spectrum has false neighbours on the plane. Recall: share of "
    "the ten nearest spectra that are among the ten nearest points."
)


def show(session: Session) -> Any:
    """Small multiples over perplexities (P21, figures A.2–A.5); a click takes one as the plane."""
    names = [name for name in session.workspace.planes if name.startswith(tuple(_SETS))]
    if not names:
        if not (session.workspace.catalog["label"].to_numpy(str) != "").any():
            return invitation(
                "Several embeddings are made of spectra that have a type, and none here has one. "
                "Types come in with a file of labels: <code>spexplain ingest … --labels FILE</code>"
            )
        return invitation(
            "Several embeddings of the labelled spectra are made on demand: "
            "<code>spexplain build DIR --planes</code>. Each can then be chosen as the plane, too."
        )
    return _Planes(session).part


class _Planes:
    def __init__(self, session: Session) -> None:
        self._session = session
        planes = session.workspace.planes
        self._known = {
            prefix: some
            for prefix in _SETS
            if (some := [plane for name, plane in planes.items() if name.startswith(prefix)])
        }
        self._chosen = next(iter(self._known))
        self._figures: dict[str, figure] = {}
        self._head = SectionsPart("planes", self._take, fill=False)
        self._row = pn.FlexBox(gap="4px 8px", sizing_mode="stretch_width", margin=(0, 12))
        self.part = pn.Column(self._head, self._row, sizing_mode="stretch_both", scroll="y-auto")
        session.view.param.watch(self._draw, "theme")
        session.view.param.watch(self._outline, "plane")
        self._draw()

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("set") == "planes" and message["value"] in self._known:
            self._chosen = str(message["value"])
            self._draw()

    def _draw(self, *_: object) -> None:
        theme: Any = self._session.view.theme
        labels = self._session.workspace.catalog["label"].to_numpy(str)
        planes = self._known[self._chosen]
        self._figures.clear()
        drawn = planes_layout(
            planes, labels, theme=theme, side_px=_SIDE_PX, on_figure=self._on_figure
        )
        self._row[:] = [
            pn.pane.HoloViews(plot, backend="bokeh", linked_axes=False, margin=0) for plot in drawn
        ]
        menu = choice("planes", "Embeddings", {n: _SETS[n] for n in self._known}, self._chosen)
        self._head.write(menu=menu, legend=self._legend(planes, labels))

    def _legend(self, planes: list[Plane], labels: np.ndarray) -> str:
        kinds = tuple(ordered_types(set(labels[planes[0].rows].tolist())))
        colours = category_colours(kinds, self._session.view.theme)
        keys = " ".join(
            f'<span class="kind"><i style="background:{colour}"></i>{kind}</span>'
            for kind, colour in zip(kinds, colours, strict=True)
        )
        judged = f" Measured {planes[0].judged_on}." if planes[0].judged_on else ""
        return f"<div>{keys}</div><p>{_MEANING}{judged} Click a plane to work on it.</p>"

    def _on_figure(self, name: str, drawn: figure) -> None:
        self._figures[name] = drawn
        drawn.on_event(Tap, in_one_patch(lambda _event: self._choose(name)))
        self._outline()

    def _choose(self, name: str) -> None:
        self._session.view.plane = name

    def _outline(self, *_: object) -> None:
        """Frame the plane that is open above."""
        theme = THEMES[self._session.view.theme]
        for name, drawn in self._figures.items():
            open_now = name == self._session.view.plane
            drawn.update(
                outline_line_color=theme.accent if open_now else theme.edge,
                outline_line_width=2 if open_now else 1,
            )
