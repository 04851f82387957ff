import numpy as np
import pytest
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
