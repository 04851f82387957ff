"""The plane as it was drawn last stands at the next start while datashader compiles."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.dashboard.figures.planes.shade import Window
from spexplain.dashboard.figures.theme import THEMES
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.views.plane import picture as plane_picture
from spexplain.dashboard.views.plane.picture import (
    draw_plane,
    framed,
    store_picture,
    stored_picture,
)
from spexplain.dashboard.views.plane.plane import PlaneView
from spexplain.dashboard.workspace.workspace import Workspace


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPEXPLAIN_HOME", str(tmp_path))
    return tmp_path


def drawn(workspace: Workspace, theme: Any = "light") -> np.ndarray:
    window = Window(*framed(*workspace.on_plane("agn").extent(), 60, 50), 60, 50)
    return draw_plane(workspace, "agn", "type", window, theme=theme)


def test_a_kept_picture_is_found_again_for_the_same_points_and_colours(workspace) -> None:
    picture = drawn(workspace)
    assert stored_picture(workspace, "agn", "type", "light") is None
    store_picture(workspace, "agn", "type", "light", picture)
    np.testing.assert_array_equal(stored_picture(workspace, "agn", "type", "light"), picture)
    assert stored_picture(workspace, "agn", "type", "dark") is None
    assert stored_picture(workspace, "agn", "predicted", "light") is None
    assert stored_picture(workspace, "anomaly", "type", "light") is None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_lenders_points_stand_back_and_ones_own_have_a_rim(
    workspace, monkeypatch, theme
) -> None:
    own = workspace.planes["agn"]
    few = replace(own, rows=own.rows[:1], xy=np.zeros((1, 2), np.float32))
    lent = replace(few, lender="the demo", behind=np.array([[3, 3], [3, -3]], np.float32))
    picture = {}
    for name, plane in (("own", few), ("lent", lent)):
        space = Workspace(workspace.collection, workspace.lenses, {"agn": plane})
        window = Window((-4.0, 4.0), (-4.0, 4.0), 64, 64)
        assert space.on_plane("agn").extent()[0][1] > (3 if plane.lender else 0)
        drawn = draw_plane(space, "agn", "type", window, theme=theme)
        picture[name] = drawn.view(np.uint8).reshape(64, 64, 4)
    text = [*bytes.fromhex(THEMES[theme].text[1:]), 255]
    rim = (picture["lent"] == text).all(axis=2)
    assert rim.any()
    assert np.hypot(*(np.argwhere(rim) - 31.5).T).max() < 6  # round one's own point alone
    cloud = picture["lent"][56, 56]
    assert 0 < cloud[3] < 128
    assert (picture["own"][56, 56] == 0).all()
    np.testing.assert_array_equal(picture["lent"][32, 32], picture["own"][32, 32])


def test_another_way_to_draw_makes_kept_pictures_old(workspace, tmp_path, monkeypatch) -> None:
    store_picture(workspace, "agn", "type", "light", drawn(workspace))
    other = tmp_path / "shade.py"
    other.write_text("drawn otherwise")
    monkeypatch.setattr(plane_picture, "_SHADER", other)
    assert stored_picture(workspace, "agn", "type", "light") is None


def test_a_damaged_picture_is_no_picture(workspace, own_folder: Path) -> None:
    store_picture(workspace, "agn", "type", "light", drawn(workspace))
    (path,) = (own_folder / "pictures").iterdir()
    path.write_bytes(path.read_bytes()[:100])
    assert stored_picture(workspace, "agn", "type", "light") is None


def test_where_nothing_can_be_kept_nothing_breaks(workspace, own_folder: Path) -> None:
    (own_folder / "pictures").write_text("a file is in the way")
    store_picture(workspace, "agn", "type", "light", drawn(workspace))
    assert stored_picture(workspace, "agn", "type", "light") is None


def test_only_the_newest_are_kept(workspace, own_folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(plane_picture, "_MOST", 1)
    for colour in ("type", "predicted"):
        store_picture(workspace, "agn", colour, "light", drawn(workspace))
    assert len(list((own_folder / "pictures").iterdir())) == 1


side = st.integers(10, 3000)
end = st.floats(-1e3, 1e3)


@given(x=st.tuples(end, end), y=st.tuples(end, end), width=side, height=side)
def test_a_frame_has_equal_scales_and_holds_what_was_asked_for(x, y, width, height) -> None:
    x, y = (min(x), max(x) + 1), (min(y), max(y) + 1)
    (left, right), (bottom, top) = framed(x, y, width, height)
    assert (right - left) / width == pytest.approx((top - bottom) / height)
    slack = 1e-6 * (right - left + top - bottom)
    assert left <= x[0] + slack
    assert x[1] <= right + slack
    assert bottom <= y[0] + slack
    assert y[1] <= top + slack


def test_the_page_shows_the_kept_picture_and_draws_once_the_compiler_is_done(
    workspace: Workspace, wait_until: Any
) -> None:
    store_picture(workspace, "agn", "type", "light", drawn(workspace))
    workspace.compiled.clear()
    turns: list[Any] = []
    try:
        with ThreadPoolExecutor(2) as pool:
            session = Visitor(workspace, pool, turns.append)
            view = PlaneView(session)
            assert view._image.data["image"][0].shape == (50, 60)
            view._resized("inner_width", None, 300)
            view._resized("inner_height", None, 200)  # does not wait for the compiler
            assert view._image.data["image"][0].shape == (50, 60)
            assert threading.active_count() >= 2
            workspace.compiled.set()
            wait_until(lambda: turns)
            turns.pop()()
            assert view._image.data["image"][0].shape == (200, 300)
            session.close()
    finally:
        workspace.compiled.set()


def test_what_is_not_selected_stands_back(workspace) -> None:
    window = Window(*framed(*workspace.on_plane("agn").extent(), 60, 50), 60, 50)
    rows = np.flatnonzero(workspace.catalog["label"] == "type 1")

    def alpha(**given: Any) -> np.ndarray:
        picture = draw_plane(workspace, "agn", "type", window, theme="light", **given)
        return picture.view(np.uint8).reshape(50, 60, 4)[..., 3]

    whole, some = alpha(), alpha(rows=rows)
    assert ((whole > 0) <= (some > 0)).all()  # nothing is gone
    assert (some > 150).sum() < (whole > 150).sum()
    assert (alpha(rows=rows[:0]) < 80).all()
    assert (alpha(rows=np.arange(len(workspace.catalog))) == whole).all()


def test_numbers_are_stretched_to_what_is_selected(workspace) -> None:
    window = Window(*framed(*workspace.on_plane("agn").extent(), 60, 50), 60, 50)
    colouring, z = workspace.colouring("z"), workspace.catalog["z"]
    near = np.flatnonzero(z < 0.1)
    low, high = plane_picture.stretch_in_view(workspace, "agn", colouring, window, near)
    assert z.min() <= low < high <= 0.1


def test_points_without_a_number_are_shown_in_grey(workspace) -> None:
    window = Window(*framed(*workspace.on_plane("agn").extent(), 60, 50), 60, 50)
    gaps = np.where(np.arange(300) < 290, np.nan, 1.0)
    points = workspace.points("agn", "z").assign(value=gaps[workspace.planes["agn"].rows])
    workspace._kept[("points", "agn", "z")], kept = points, workspace.points("agn", "z")
    try:
        picture = draw_plane(workspace, "agn", "z", window, theme="light")
    finally:
        workspace._kept[("points", "agn", "z")] = kept
    alpha = picture.view(np.uint8).reshape(50, 60, 4)[..., 3]
    assert 0 < (alpha > 150).sum() < (alpha > 0).sum()
