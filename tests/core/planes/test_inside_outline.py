import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path
from spexplain.core.planes.inside_outline import inside_outline


def test_the_same_points_as_matplotlib_s_path():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 5000))
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    star = np.column_stack([np.cos(angle), np.sin(angle)]) * rng.uniform(0.3, 2, (40, 1))
    expected = Path(star).contains_points(np.column_stack([x, y]))
    assert 0 < expected.sum() < 5000
    np.testing.assert_array_equal(inside_outline(x, y, star), expected)


def test_a_loop_within_a_loop_is_a_hole():
    ring = [(0, 0), (4, 0), (4, 4), (0, 4), (0, 0), (1, 1), (1, 3), (3, 3), (3, 1), (1, 1)]
    x, y = np.array([0.5, 2.0, 5.0]), np.array([2.0, 2.0, 2.0])
    assert inside_outline(x, y, np.array(ring)).tolist() == [True, False, False]


@pytest.mark.parametrize("outline", [[(0, 0), (1, 1)], [(0, 0), (1, 1), (np.nan, 0)], [1, 2, 3]])
def test_what_is_no_outline_is_refused(outline):
    with pytest.raises(ValueError, match="outline"):
        inside_outline(np.zeros(2), np.zeros(2), np.array(outline))


corners = st.lists(
    st.tuples(st.integers(-8, 8), st.integers(-8, 8)), min_size=3, max_size=12, unique=True
)


@pytest.fixture(scope="module")
def points():
    """Between the whole numbers that corners lie on, so that none lies on an edge by chance."""
    return np.random.default_rng(1).uniform(-9, 9, (2, 400))


@given(corners)
def test_any_outline_of_corners_by_the_even_odd_rule(points, outline):
    x, y = points
    expected = np.zeros(len(x), bool)
    for (x0, y0), (x1, y1) in zip(outline, outline[1:] + outline[:1], strict=True):
        if y0 != y1:
            crossed = (y > min(y0, y1)) & (y <= max(y0, y1))
            expected ^= crossed & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    np.testing.assert_array_equal(inside_outline(x, y, np.array(outline)), expected)


@given(corners, st.integers(0, 11), st.booleans())
def test_neither_the_first_corner_nor_the_way_round_matters(points, outline, first, backwards):
    x, y = points
    turned = np.roll(np.array(outline), first, axis=0)[:: -1 if backwards else 1]
    inside = inside_outline(x, y, np.array(outline))
    np.testing.assert_array_equal(inside_outline(x, y, turned), inside)


@given(st.integers(-8, 7), st.integers(-8, 7), st.integers(1, 9), st.integers(1, 9))
def test_a_box_holds_what_lies_between_its_sides(points, left, low, width, height):
    x, y = points
    right, high = left + width, low + height
    box = np.array([(left, low), (right, low), (right, high), (left, high)])
    expected = (x > left) & (x < right) & (y > low) & (y < high)
    np.testing.assert_array_equal(inside_outline(x, y, box), expected)


def test_points_without_a_place_are_in_no_outline():
    box = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    x = np.array([0.0, np.nan, 0.0, np.inf])
    y = np.array([0.0, 0.0, np.nan, 0.0])
    assert inside_outline(x, y, box).tolist() == [True, False, False, False]


def test_no_points_are_no_trouble():
    box = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    assert inside_outline(np.empty(0), np.empty(0), box).shape == (0,)


@given(corners, st.integers(-4, 4), st.integers(-4, 4), st.sampled_from([0.25, 0.5, 2.0, 8.0]))
def test_an_outline_moved_and_scaled_with_the_points_holds_the_same(
    points, outline, right, up, scale
):
    x, y = points
    moved = np.add(outline, (right, up)) * scale
    inside = inside_outline(x, y, np.array(outline))
    shifted = inside_outline((x + right) * scale, (y + up) * scale, moved)
    # Rounding may turn a point that lies on an edge to within the last place, and no other.
    assert np.count_nonzero(shifted != inside) <= 1


@given(corners, st.permutations(range(400)))
def test_the_order_of_points_does_not_matter(points, outline, order):
    x, y = points
    inside = inside_outline(x, y, np.array(outline))
    found = inside_outline(x[order], y[order], np.array(outline))
    np.testing.assert_array_equal(found, inside[order])


def test_points_in_single_precision_are_taken():
    box = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    x, y = np.array([[0.0, 2.0], [0.5, 0.5]], np.float32)
    assert inside_outline(x, y, box).tolist() == [True, False]
