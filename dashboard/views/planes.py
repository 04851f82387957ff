"""Tab “Planes”: several embeddings side by side, each with how far to believe it."""

from __future__ import annotations

from typing import Any

import panel as pn

from ..session import Session
from ..small_multiples import planes_layout
from .parts import invitation

__all__ = ["show"]

_SETS = {
    "All types, flux as it is": "agn-three-raw-",
    "All types, standardised": "agn-three-standardised-",
    "Types 1 and 2, flux as it is": "agn-two-raw-",
    "Types 1 and 2, standardised": "agn-two-standardised-",
}
_SIDE_PX = 190


def show(session: Session) -> Any:
    """Small multiples over perplexities (P21, figures A.2–A.5) as HoloViews elements."""
    planes = session.workspace.planes
    known = {
        title: found
        for title, prefix in _SETS.items()
        if (found := [plane for name, plane in planes.items() if name.startswith(prefix)])
    }
    if not known:
        return invitation(
            "Several embeddings of the labelled spectra are made on demand: "
            "<b>spexplain build DIR --planes</b>. Each can then be chosen as the plane, too."
        )
    labels = session.workspace.catalog["label"].to_numpy(str)
    menu = pn.widgets.Select(name="Embeddings", options=list(known), width=230)

    def draw(title: str, theme: str) -> Any:
        layout = planes_layout(
            known[title], labels, theme="dark" if theme == "dark" else "light",
            columns=len(known[title]), side_px=_SIDE_PX,
        )  # fmt: skip
        return pn.pane.HoloViews(layout, backend="bokeh")

    drawn = pn.bind(draw, menu, session.view.param["theme"])
    return pn.Column(menu, pn.panel(drawn), sizing_mode="stretch_both", scroll=True, margin=(6, 12))
