import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.neighbourhood.masks import BinaryMasks, OneHotMasks

F64 = np.dtype(np.float64)
ALL = slice(None)


@given(st.integers(1, 60), st.integers(1, 40), st.integers(0, 2**32))
def test_packed_masks_are_the_array_they_were_packed_from(n, n_segments, seed):
    array = np.random.default_rng(seed).integers(0, 2, (n, n_segments))
    masks = BinaryMasks.pack(array)
    assert masks.shape == (n, n_segments)
    np.testing.assert_array_equal(masks.dense(ALL, F64), array)
    np.testing.assert_array_equal(masks.head(2).dense(ALL, F64), array[:2])


@pytest.mark.parametrize(
    "masks", [BinaryMasks.random(23, 9, seed=4), OneHotMasks(9, 9), OneHotMasks(5, 9)]
)
@pytest.mark.parametrize("rows", [ALL, slice(2, 5), slice(3, 100)])
@pytest.mark.parametrize("pieces", [np.arange(9.0), np.arange(27.0).reshape(9, 3)])
def test_applying_is_the_matrix_product_of_the_dense_rows(masks, rows, pieces):
    np.testing.assert_allclose(masks.apply(pieces, rows), masks.dense(rows, F64) @ pieces)
    assert len(masks.head(4).apply(pieces, ALL)) == 4


@given(st.integers(1, 300), st.integers(0, 2**40))
def test_fewer_random_masks_are_a_prefix_of_more(n_segments, seed):
    few = BinaryMasks.random(20, n_segments, seed=seed)
    many = BinaryMasks.random(90, n_segments, seed=seed)
    np.testing.assert_array_equal(few.dense(ALL, F64), many.dense(slice(20), F64))


def test_random_masks_are_fair_independent_coins_after_a_first_row_of_ones():
    z = BinaryMasks.random(20_000, 50, seed=1).dense(ALL, F64)
    assert (z[0] == 1).all()
    assert np.abs(z.mean(axis=0) - 0.5).max() < 0.02
    correlation = np.corrcoef(z.T) - np.eye(50)
    assert np.abs(correlation).max() < 0.04


def test_seeds_differ():
    a, b = (BinaryMasks.random(10, 77, seed=seed).bits for seed in (1, 2))
    assert (a != b).any()


def test_one_hot_pieces_are_not_copied():
    pieces = np.ones((1000, 4))
    assert np.shares_memory(OneHotMasks(1000, 1000).apply(pieces, slice(10, 20)), pieces)


@pytest.mark.parametrize("masks", [BinaryMasks.random(23, 9, seed=4), OneHotMasks(9, 9)])
@pytest.mark.parametrize("rows", [ALL, slice(2, 5), np.array([2, 0])])
def test_factors_make_the_transposed_product_and_lie_row_by_row(masks, rows):
    left = np.random.default_rng(0).normal(size=(4, 9))
    factors = masks.factors(left, rows)
    expected = masks.apply(left.T.copy(), rows).T
    assert factors.n_columns == expected.shape[1]
    product = factors.left @ factors.right if len(factors.right) else factors.left
    np.testing.assert_allclose(product, expected)
    assert factors.left.flags.c_contiguous
    assert factors.right.flags.c_contiguous


@pytest.mark.parametrize(
    "masks",
    [BinaryMasks.random(23, 9, seed=4), BinaryMasks.random(23, 16, seed=4), OneHotMasks(5, 9)],
)
@pytest.mark.parametrize("rows", [ALL, slice(2, 5), np.array([4, 0, 3])])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_across_are_the_dense_ones_transposed(masks, rows, dtype):
    across = masks.across(rows, np.dtype(dtype))
    assert across.dtype == dtype
    assert across.flags.c_contiguous
    np.testing.assert_array_equal(across, masks.dense(rows, F64).T)


@given(st.integers(1, 500), st.integers(1, 300))
def test_typical_rows_are_few_and_reach_as_far_as_there_are_any(n, few):
    random = BinaryMasks.random(n, 5, seed=0).typical(few)
    assert (random.start, random.stop, random.step) == (0, min(n, few), 1)
    spread = np.arange(n)[OneHotMasks(n, n).typical(few)]
    assert len(spread) <= 2 * few
    assert n - spread[-1] <= spread[-1] - spread[0] + n / few + 1


@pytest.mark.parametrize("masks", [BinaryMasks.random(23, 9, seed=4), OneHotMasks(5, 9)])
def test_gathering_adds_up_the_values_of_the_rows_that_have_a_segment(masks):
    values = np.random.default_rng(0).normal(size=masks.shape[0])
    np.testing.assert_allclose(masks.gather(values), masks.dense(ALL, F64).T @ values, atol=1e-12)


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_no_mask_makes_more_of_pieces_and_one_makes_the_most(seed, n_segments):
    pieces = np.random.default_rng(seed).normal(size=(n_segments, 5))
    every = BinaryMasks.pack(np.indices((2,) * n_segments).reshape(n_segments, -1).T)
    for masks in (every, OneHotMasks(n_segments, n_segments)):
        applied = masks.apply(pieces, ALL)
        np.testing.assert_allclose(masks.most(pieces), applied.max(axis=0))


@pytest.mark.parametrize(
    "masks", [BinaryMasks.random(23, 9, seed=4), OneHotMasks(9, 9), OneHotMasks(5, 9)]
)
@pytest.mark.parametrize("rows", [slice(0, 5), slice(2, 4)])
def test_squares_weigh_every_pair_of_segments(masks, rows):
    z = masks.dense(rows, np.dtype(np.float64))
    weights = np.random.default_rng(0).uniform(size=len(z))
    np.testing.assert_allclose(masks.squares(weights, rows), (z.T * weights) @ z, atol=1e-14)


@given(st.integers(1, 90), st.integers(1, 40), st.integers(0, 2**40))
def test_random_masks_are_the_bytes_of_numpys_generator(n, n_segments, seed):
    # Saved explanations name no more than the seed.
    n_bytes = -(-n_segments // 8)
    drawn = np.frombuffer(np.random.default_rng(seed).bytes(n * n_bytes), np.uint8)
    bits = BinaryMasks.random(n, n_segments, seed=seed).bits
    np.testing.assert_array_equal(bits[1:], drawn.reshape(n, n_bytes)[1:])
    assert (bits[0] == 255).all()


def test_the_head_of_masks_is_their_first_rows():
    masks = BinaryMasks.random(50, 9, seed=4)
    few = masks.head(20)
    assert (masks.shape, few.shape, masks.head(90).shape) == ((50, 9), (20, 9), (50, 9))
    np.testing.assert_array_equal(few.dense(ALL, F64), masks.dense(slice(0, 20), F64))
