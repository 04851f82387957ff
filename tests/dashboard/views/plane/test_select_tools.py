"""What is drawn on the plane selects the points inside it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from spexplain.dashboard.figures.planes.shade import Window
from spexplain.dashboard.views.plane.picture import draw_plane, framed
from spexplain.dashboard.views.plane.plane import PlaneView
from spexplain.dashboard.views.plane.select_tools import _Select, outline_of, plane_tools
from spexplain.data.selections.selection import Selection

RECT = {"type": "rect", "x0": -40.0, "x1": 0.0, "y0": -40.0, "y1": 40.0}


def test_outlines_are_read_as_bokeh_sends_them() -> None:
    assert outline_of(RECT).tolist() == [[-40, -40], [0, -40], [0, 40], [-40, 40]]
    poly = {"type": "poly", "x": {0: 0.0, 1: 1.0, 2: 1.0}, "y": [0.0, 0.0, 1.0]}
    assert outline_of(poly).tolist() == [[0, 0], [1, 0], [1, 1]]
    with pytest.raises(ValueError, match="click"):
        outline_of({"type": "poly", "x": [0.0], "y": [0.0]})
    with pytest.raises(ValueError, match="circle"):
        outline_of({"type": "circle"})


def test_a_box_selects_what_lies_inside_and_hidden_types_are_not_meant(session: Any) -> None:
    view = PlaneView(session)
    drawn = _Select(session, view.figure)._drawn
    drawn(SimpleNamespace(final=False, geometry=RECT))
    assert session.selected.current is None
    drawn(SimpleNamespace(final=True, geometry=RECT))
    plane = session.workspace.planes["agn"]
    inside = plane.rows[plane.xy[:, 0] < 0]
    assert session.selected.rows.tolist() == inside.tolist()
    for ringed in view.figure.select({"name": "plane-selected"}):
        assert len(ringed.data["x"]) == len(inside)
    session.view.hidden = ["type 1"]
    drawn(SimpleNamespace(final=True, geometry=RECT))
    labels = session.workspace.catalog["label"].to_numpy()
    assert session.selected.rows.tolist() == inside[labels[inside] != "type 1"].tolist()
    drawn(SimpleNamespace(final=True, geometry={"type": "poly", "x": [0.0], "y": [0.0]}))
    assert "click" in session.outcome.problem


def test_keys_that_are_held_say_what_becomes_of_it(session: Any) -> None:
    drawn = _Select(session, PlaneView(session).figure)._drawn
    drawn(SimpleNamespace(final=True, geometry=RECT))
    n = len(session.selected.rows)
    session.selected.held = "subtract"
    drawn(SimpleNamespace(final=True, geometry=RECT | {"y0": 0.0}))
    assert 0 < len(session.selected.rows) < n
    session.selected.held = "add"
    drawn(SimpleNamespace(final=True, geometry=RECT))
    assert len(session.selected.rows) == n
    assert session.selected.current.name == "box"


def test_the_switch_for_selections_is_seen_when_there_is_something_to_change(session: Any) -> None:
    part = plane_tools(session)
    assert part.inert == ["how"]
    session.view.drag = "lasso"
    assert part.inert == []
    session.view.drag = "pan"
    session.selected.take(Selection("few", "lasso", np.arange(3)))
    assert part.inert == []


@pytest.mark.parametrize("colour", ["type", "score"])
def test_what_is_not_selected_is_a_shadow(workspace: Any, colour: str) -> None:
    window = Window(*framed(*workspace.on_plane("anomaly").extent(), 80, 80), 80, 80)
    whole = draw_plane(workspace, "anomaly", colour, window, theme="light")
    chosen = np.arange(0, 300, 50)
    some = draw_plane(workspace, "anomaly", colour, window, theme="light", rows=chosen)
    alpha = [picture.view(np.uint8).reshape(80, 80, 4)[..., 3] for picture in (whole, some)]
    assert (alpha[0] > 100).sum() > 2 * (alpha[1] > 100).sum() > 0
    assert (alpha[1] > 0).sum() > 2 * (alpha[1] > 100).sum()  # the others are still seen
