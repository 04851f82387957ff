import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.neighbourhood.bit_sums import bit_sums, bit_totals

SHAPES = st.tuples(st.integers(0, 40), st.integers(1, 40), st.integers(0, 1000))


def drawn(n, n_segments, seed):
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 256, (n, -(-n_segments // 8)), dtype=np.uint8)
    dense = np.unpackbits(bits, axis=1, count=n_segments, bitorder="little").astype(float)
    return bits, dense, rng


@given(SHAPES)
def test_sums_are_the_product_with_the_unpacked_bits(shape):
    bits, dense, rng = drawn(*shape)
    pieces = rng.normal(size=shape[1])
    np.testing.assert_allclose(bit_sums(bits, pieces), dense @ pieces, atol=1e-12)


@given(SHAPES)
def test_totals_are_the_product_with_the_unpacked_bits_transposed(shape):
    bits, dense, rng = drawn(*shape)
    values = rng.normal(size=shape[0])
    totals = bit_totals(bits, values)[: shape[1]]
    np.testing.assert_allclose(totals, dense.T @ values, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_they_are_of_the_precision_asked_and_the_same_whatever_is_beside_a_row(dtype):
    bits, _, rng = drawn(30, 20, 1)
    pieces = rng.normal(size=20).astype(dtype)
    sums = bit_sums(bits, pieces)
    assert sums.dtype == dtype
    assert bit_sums(bits[7:9], pieces).tobytes() == sums[7:9].tobytes()
