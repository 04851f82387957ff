"""What the visitors share: colourings, the nearest point, lists."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.dashboard.workspace import workspace as module
from spexplain.dashboard.workspace.workspace import Workspace

AT = st.floats(-30, 30)


@settings(max_examples=60)
@given(x=AT, y=AT, reach=st.floats(0.1, 20))
def test_nearest_is_what_a_search_through_all_points_finds(
    workspace: Workspace, x: float, y: float, reach: float
) -> None:
    plane = workspace.planes["agn"]
    away = np.hypot(plane.xy[:, 0] - x, plane.xy[:, 1] - y)
    expected = int(plane.rows[away.argmin()]) if away.min() < reach else None
    assert workspace.on_plane("agn").nearest(x, y, reach=reach) == expected


@settings(max_examples=60)
@given(x=AT, y=AT)
def test_nearest_passes_over_points_that_do_not_count(
    workspace: Workspace, x: float, y: float
) -> None:
    plane = workspace.planes["agn"]
    among = workspace.colouring("type").codes == 1
    away = np.hypot(plane.xy[:, 0] - x, plane.xy[:, 1] - y)
    away[~among[plane.rows]] = np.inf
    found = workspace.on_plane("agn").nearest(x, y, reach=1e3, among=among)
    assert found == int(plane.rows[away.argmin()])


def test_a_row_is_found_where_it_lies(workspace: Workspace) -> None:
    for row in (0, 17, 294):
        place = workspace.on_plane("agn").place(row)
        assert place is not None
        assert workspace.on_plane("agn").nearest(*place, reach=1e-3) == row
    assert workspace.on_plane("agn").place(299) is None


def test_the_extent_holds_every_point(workspace: Workspace) -> None:
    (left, right), (bottom, top) = workspace.on_plane("anomaly").extent()
    x, y = workspace.planes["anomaly"].xy.T
    assert left < x.min()
    assert x.max() < right
    assert bottom < y.min()
    assert y.max() < top


def test_points_carry_the_category_of_their_own_row(workspace: Workspace) -> None:
    points = workspace.points("agn", "type")
    labels = workspace.catalog["label"].replace("", "unlabelled").iloc[workspace.planes["agn"].rows]
    names = np.array(workspace.colouring("type").names)
    assert names[points["category"].cat.codes].tolist() == labels.tolist()


def test_what_is_derived_is_made_once_even_by_many(workspace: Workspace) -> None:
    fresh = Workspace(workspace.collection, workspace.lenses, workspace.planes)
    with ThreadPoolExecutor(4) as crowd:
        made = list(crowd.map(lambda _: fresh.points("anomaly", "score"), range(8)))
    assert all(one is made[0] for one in made[1:] if one is fresh.points("anomaly", "score"))
    assert fresh.points("anomaly", "score") is fresh.points("anomaly", "score")


def test_an_unknown_colour_is_an_error(workspace: Workspace) -> None:
    with pytest.raises(KeyError):
        workspace.colouring("taste")


def test_of_millions_only_the_colours_used_last_are_kept(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = workspace.usual_colours
    monkeypatch.setattr(module, "MAPPED_FROM", len(workspace.catalog))
    space = Workspace(workspace.collection, workspace.lenses, workspace.planes)
    assert space.usual_colours == usual[:3] != usual
    made = [space.colouring(name) for name in usual]
    assert space.colouring(usual[-1]) is made[-1]
    assert space.colouring(usual[0]) is not made[0]


def test_lists_of_tabs(workspace: Workspace) -> None:
    assert workspace.listing("misclassified").columns[1].title == "True"
    assert workspace.listing("anomalous").columns[0].title == "Rank"
