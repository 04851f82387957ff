"""The picture holds every point, in the colour its pixel's points call for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.dashboard.figures.planes.shade import (
    Window,
    as_category,
    shade_categories,
    shade_shadow,
    shade_values,
)

RED, BLUE, GREY = "#ff0000", "#0000ff", "#808080"
WINDOW = Window((0.0, 40.0), (0.0, 20.0), 40, 20)


def cloud(x: list[float], y: list[float], kind: list[int], n_kinds: int = 2) -> pd.DataFrame:
    category = as_category(np.array(kind), n_kinds)
    return pd.DataFrame({"x": np.float32(x), "y": np.float32(y), "category": category})


def channels(picture: np.ndarray) -> np.ndarray:
    return picture.view(np.uint8).reshape(*picture.shape, 4)


def test_a_lone_point_is_a_disc_of_its_colour_where_it_lies() -> None:
    rgba = channels(shade_categories(cloud([10.5], [5.5], [1]), WINDOW, [RED, BLUE]))
    drawn = np.argwhere(rgba[..., 3] > 0)
    assert drawn.mean(axis=0).tolist() == [5.0, 10.0]  # (row from below, column)
    assert 3 <= np.ptp(drawn[:, 0]) + 1 <= 7
    assert rgba[5, 10, :3].tolist() == [0, 0, 255]
    assert rgba[5, 10, 3] > 150
    assert rgba[0, 0, 3] == 0


def test_the_colour_of_a_pixel_is_the_mean_of_its_points() -> None:
    points = cloud([10.5] * 4, [5.5] * 4, [0, 0, 0, 1])
    rgba = channels(shade_categories(points, WINDOW, [RED, BLUE]))
    assert rgba[5, 10, :3].tolist() == [191, 0, 63]


def test_the_quiet_category_stands_back() -> None:
    points = cloud([10.5] * 2, [5.5] * 2, [0, 2], 3)
    loud = channels(shade_categories(points, WINDOW, [RED, BLUE, GREY]))[5, 10]
    meek = channels(shade_categories(points, WINDOW, [RED, BLUE, GREY], quiet=2))[5, 10]
    assert meek[0] > loud[0]
    assert meek[1] < loud[1]


def test_hidden_categories_recede_to_a_shadow_beneath_the_shown() -> None:
    points = cloud([10.5, 30.5, 10.5], [5.5, 5.5, 5.5], [0, 1, 1])
    shown = np.array([True, False])
    rgba = channels(shade_categories(points, WINDOW, [RED, BLUE], shown=shown, shadow=GREY))
    assert rgba[5, 10, :3].tolist() == [255, 0, 0]
    assert rgba[5, 30, :3].tolist() == [128, 128, 128]
    assert rgba[5, 30, 3] < 0.3 * rgba[5, 10, 3]


def test_denser_pixels_are_more_opaque() -> None:
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.uniform(0, 40, 5000), np.full(300, 20.5)])
    y = np.concatenate([rng.uniform(0, 20, 5000), np.full(300, 10.5)])
    rgba = channels(shade_categories(cloud(x, y, [0] * 5300), WINDOW, [RED, BLUE]))
    assert rgba[10, 20, 3] == rgba[..., 3].max()
    assert rgba[10, 20, 3] > np.median(rgba[..., 3])


def test_points_shrink_as_they_crowd() -> None:
    one = shade_categories(cloud([20.5], [10.5], [0]), WINDOW, [RED, BLUE])
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0, 40, 3000), rng.uniform(0, 5, 3000)
    many = shade_categories(cloud(x, y, [0] * 3000), WINDOW, [RED, BLUE])
    assert np.count_nonzero(channels(one)[..., 3]) > 15
    assert not channels(many)[6:, :, 3].any()  # no disc reaches beyond the crowd


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-5, 45, width=32), st.floats(-5, 25, width=32), st.integers(0, 1)),
        max_size=40,
    )
)
def test_every_point_in_the_window_is_seen_and_none_outside(
    points: list[tuple[float, float, int]],
) -> None:
    x, y, kind = ([point[k] for point in points] for k in range(3))
    rgba = channels(shade_categories(cloud(x, y, kind), WINDOW, [RED, BLUE]))
    inside = [(a, b) for a, b in zip(x, y, strict=True) if 0 <= a < 40 and 0 <= b < 20]
    for a, b in inside:
        assert rgba[int(b), int(a), 3] > 0
    if not inside:
        edge = channels(shade_categories(cloud(x, y, kind), WINDOW, [RED, BLUE]))
        assert not edge[1:-1, 1:-1, 3].any()  # a point on the far border belongs to the last pixel


def test_the_largest_value_of_a_pixel_wins() -> None:
    points = pd.DataFrame({"x": [10.5] * 3, "y": [5.5] * 3, "value": [0.0, 1.0, 0.2]})
    palette = ["#000000", "#808080", "#ffffff"]
    top = channels(shade_values(points, WINDOW, palette, low=0.0, high=1.0))[5, 10]
    mean = channels(shade_values(points, WINDOW, palette, low=0.0, high=0.8, largest=False))
    assert top[:3].tolist() == [255, 255, 255]
    assert mean[5, 10, :3].tolist() == [128, 128, 128]


def test_points_without_a_value_are_not_drawn() -> None:
    points = pd.DataFrame({"x": [10.5, 30.5], "y": [5.5, 5.5], "value": [np.nan, 1.0]})
    rgba = channels(shade_values(points, WINDOW, [RED, BLUE], low=0.0, high=1.0))
    assert not rgba[:, :20, 3].any()
    assert rgba[5, 30, :3].tolist() == [0, 0, 255]


def test_values_beyond_the_ends_take_the_end_colours() -> None:
    points = pd.DataFrame({"x": [5.5, 35.5], "y": [10.5, 10.5], "value": [-9.0, 9.0]})
    rgba = channels(shade_values(points, WINDOW, [RED, BLUE], low=0.0, high=1.0))
    assert rgba[10, 5, :3].tolist() == [255, 0, 0]
    assert rgba[10, 35, :3].tolist() == [0, 0, 255]


def test_a_sharper_screen_gets_larger_discs() -> None:
    points = cloud([20.5], [10.5], [0])
    plain = shade_categories(points, WINDOW, [RED, BLUE])
    sharp = shade_categories(points, WINDOW, [RED, BLUE], pixel_ratio=2.0)
    assert np.count_nonzero(sharp) > 2 * np.count_nonzero(plain)


@pytest.mark.parametrize(
    ("x", "y", "size", "words"),
    [((0, 1), (0, 1), (0, 5), "0 × 5"), ((1, 1), (0, 1), (5, 5), r"\(1, 1\)")],
)
def test_an_impossible_window_is_an_error(x: tuple, y: tuple, size: tuple, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Window(x, y, *size)


def test_colours_must_match_the_categories() -> None:
    with pytest.raises(ValueError, match="8 categories but 9"):
        shade_categories(cloud([1.0], [1.0], [0]), WINDOW, [RED] * 9)
    with pytest.raises(ValueError, match="16 categories but 1"):
        shade_categories(cloud([1.0], [1.0], [0], n_kinds=9), WINDOW, [RED])


def test_more_than_eight_categories_keep_their_colours() -> None:
    colours = [GREY] * 9 + [RED]
    rgba = channels(shade_categories(cloud([10.5], [5.5], [9], n_kinds=10), WINDOW, colours))
    assert rgba[5, 10, :3].tolist() == [255, 0, 0]


def test_a_few_loud_points_are_seen_among_thousands() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0, 40, 20_000), rng.uniform(0, 20, 20_000)
    points = cloud([*x, 20.5], [*y, 10.5], [0] * 20_000 + [1])
    lost = channels(shade_categories(points, WINDOW, [RED, BLUE]))
    seen = channels(shade_categories(points, WINDOW, [RED, BLUE], loud=1))
    blue = np.array([0, 0, 255])
    assert (seen[10, 18:23, :3] == blue).all(axis=-1).sum() >= 3  # a disc of four pixels' width
    assert (lost[10, 18:23, :3] == blue).all(axis=-1).sum() == 0
    hidden = shade_categories(points, WINDOW, [RED, BLUE], shown=np.array([True, False]), loud=1)
    assert not (channels(hidden)[..., :3] == blue).all(axis=-1).any()


@given(
    st.lists(st.tuples(st.floats(-5, 45, width=32), st.floats(-5, 25, width=32)), max_size=40),
)
def test_a_shadow_lies_where_a_picture_of_the_same_points_does(
    places: list[tuple[float, float]],
) -> None:
    x, y = ([place[k] for place in places] for k in range(2))
    shadow = channels(shade_shadow(cloud(x, y, [0] * len(x)), WINDOW, GREY))
    picture = channels(shade_categories(cloud(x, y, [0] * len(x)), WINDOW, [GREY]))
    rounding = 1e-4  # a point on the edge of a pixel may fall to either side
    clear = [abs(value - round(value)) > rounding for value in (*x, *y)]
    if all(clear):
        assert ((shadow[..., 3] > 0) == (picture[..., 3] > 4)).all()
    assert shadow[..., 3].max(initial=0) < 60
