"""Numbers on the plane: beside their points, over nothing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from spexplain.dashboard.figures.planes.number_labels import label_places

BOX, FRAME = (20.0, 18.0), (400.0, 360.0)


def places(points, frame=FRAME):
    return label_places(np.array(points, float), box_px=BOX, frame_px=frame)


def overlapping(centres):
    apart = np.abs(centres[:, None] - centres[None]) < np.array(BOX)
    return np.triu(apart.all(axis=2), 1).any()


@st.composite
def crowds(draw):
    """Up to a dozen points, mostly near each other."""
    middle = draw(st.tuples(st.floats(0, FRAME[0]), st.floats(0, FRAME[1])))
    spread = draw(st.sampled_from([0.0, 2.0, 15.0, 80.0]))
    n = draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    return np.clip(middle + spread * rng.normal(size=(n, 2)), 0, FRAME)


@given(crowds())
def test_labels_never_cover_each_other_and_stay_in_the_frame(points):
    centres = places(points)
    assert not overlapping(centres)
    assert np.all(centres >= np.array(BOX) / 2 - 1e-9)
    assert np.all(centres <= np.array(FRAME) - np.array(BOX) / 2 + 1e-9)
    np.testing.assert_array_equal(places(points), centres)


@given(crowds())
def test_a_label_covers_no_other_point_where_points_are_apart(points):
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    if len(points) > 1 and np.min(apart[~np.eye(len(points), dtype=bool)]) < 40:
        return
    over = np.abs(places(points)[:, None] - points[None]) < np.array(BOX) / 2
    assert not over.all(axis=2).any()


def test_alone_a_label_stands_close_by():
    (centre,) = places([[200, 150]])
    assert 14 < np.hypot(*(centre - [200, 150])) < 20


def test_of_two_neighbours_each_label_goes_outwards():
    left, right = places([[195, 150], [205, 150]])
    assert left[0] < 195 < 205 < right[0]


def test_leaders_do_not_cross_where_there_is_room():
    points = np.array([[200.0, 150], [203, 152], [198, 155], [204, 147]])
    centres = places(points)
    angle = np.arctan2(*(points - points.mean(axis=0)).T)
    out = np.arctan2(*(centres - points.mean(axis=0)).T)
    turned = np.abs((out - angle + np.pi) % (2 * np.pi) - np.pi)
    assert turned.max() < np.pi / 2  # each on its own side


def test_no_points_no_labels():
    assert places(np.empty((0, 2))).shape == (0, 2)


def test_a_small_frame_still_gives_every_point_a_place():
    assert np.isfinite(places([[5, 5], [6, 6], [30, 30]], frame=(40.0, 40.0))).all()
