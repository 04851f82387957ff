import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from spexplain.core.targets.network.ranges import unwatched, widened

FINITE = st.floats(allow_nan=False, allow_infinity=True, width=32)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(st.data())
def test_a_range_is_widened_to_the_least_and_most_of_what_enters(dtype, data):
    shape = array_shapes(min_dims=2, max_dims=2, max_side=40)
    entering = data.draw(arrays(dtype, shape, elements=FINITE))
    n = len(entering)
    units = np.random.default_rng(0).permutation(n + 3)[:n]
    least, most = np.zeros((2, n + 3), dtype)
    *_, ordinals = unwatched(np.dtype(dtype))
    widened(entering, units, least, most, ordinals)
    np.testing.assert_array_equal(least[units], np.minimum(entering.min(axis=1), 0))
    np.testing.assert_array_equal(most[units], np.maximum(entering.max(axis=1), 0))
    others = np.delete(np.arange(n + 3), units)
    assert (least[others] == 0).all()
    assert (most[others] == 0).all()


def test_nobody_watches_nothing():
    least, most, ordinals = unwatched(np.dtype(np.float32))
    assert least.size == most.size == ordinals.size == 0
    assert ordinals.dtype == np.int32
