import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.neighbourhood.bit_squares import _halved, bit_squares


def problem(n, n_bytes, seed):
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 256, (n, n_bytes), dtype=np.uint8)
    dense = np.unpackbits(bits, axis=1, bitorder="little").astype(float)
    return bits, dense, rng.exponential(size=n)


@given(
    st.one_of(st.integers(0, 40), st.integers(995, 1010)), st.integers(1, 12), st.integers(0, 999)
)
def test_they_are_the_product_with_the_unpacked_bits(n, n_bytes, seed):
    bits, dense, weights = problem(n, n_bytes, seed)
    found = bit_squares(bits, weights)
    np.testing.assert_allclose(found, dense.T * weights @ dense, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(found, found.T)


@pytest.mark.parametrize("n", [60, 1200])
def test_rows_apart_in_memory_are_taken_as_they_are(n):
    bits, dense, weights = problem(2 * n, 5, 1)
    found = bit_squares(bits[::2], weights[::2])
    np.testing.assert_allclose(found, dense[::2].T * weights[::2] @ dense[::2], rtol=1e-12)


@pytest.mark.parametrize("n_bits", [4, 5])
def test_sums_are_taken_in_the_order_that_is_written(n_bits):
    """However it is compiled, afresh or from a cache, the bytes are those of the plain loops."""
    table = np.random.default_rng(0).exponential(size=4**n_bits)
    compiled, plain = np.empty((n_bits, n_bits)), np.empty((n_bits, n_bits))
    _halved(table.copy(), n_bits, compiled)
    _halved.py_func(table.copy(), n_bits, plain)
    np.testing.assert_array_equal(compiled, plain)
