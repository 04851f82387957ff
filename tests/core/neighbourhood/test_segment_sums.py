import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.neighbourhood.segment_sums import segment_sums


@given(
    st.integers(1, 60), st.integers(1, 12), st.integers(1, 3), st.integers(1, 9), st.integers(0, 99)
)
def test_it_is_the_sum_by_segment_of_products(n_pixels, n_segments, k, m, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, n_segments, n_pixels).astype(np.int32)
    vectors, columns = rng.normal(size=(k, n_pixels)), rng.normal(size=(n_pixels, m))
    sums = segment_sums(labels, n_segments, vectors, columns)
    for v in range(k):
        for s in range(n_segments):
            inside = labels == s
            np.testing.assert_allclose(sums[v, s], vectors[v, inside] @ columns[inside], atol=1e-12)
    np.testing.assert_allclose(sums.sum(axis=1), vectors @ columns, atol=1e-12)


def test_precision_is_the_finer_of_both_and_rounding_that_of_a_segment():
    n = 100_000
    labels = (np.arange(n) // 50).astype(np.int32)
    ones = np.full((1, n), 0.1, np.float32)
    sums = segment_sums(labels, n // 50, ones, np.ones((n, 1), np.float32))
    assert sums.dtype == np.float32
    np.testing.assert_allclose(sums.sum(dtype=np.float64), 1e4, rtol=1e-6)
    double = segment_sums(labels, n // 50, ones.astype(float), np.ones((n, 1), np.float32))
    assert double.dtype == np.float64
    np.testing.assert_allclose(double.sum(), ones[0].astype(float).sum(), rtol=1e-12)
