import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.neighbourhood.mask_draws import ROWS_PER_DRAW, draw_masks
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.surrogate.influential import influence
from spexplain.core.trust.intervals import weight_intervals

N_SEGMENTS = 10
EVERY = np.array(list(itertools.product([0.0, 1.0], repeat=N_SEGMENTS)))
WIDE = np.linspace(0.5, 0.75, N_SEGMENTS)


def drawn(sampling, n, seed, n_segments=N_SEGMENTS):
    return draw_masks(n, n_segments, seed=seed, sampling=sampling)


def dense(masks):
    return masks.dense(slice(None), np.dtype(float))


def smooth(z):
    """Pairs of segments matter together, triples a little."""
    rng = np.random.default_rng(0)
    mixed = (z - 0.5) @ rng.normal(size=(N_SEGMENTS, 6))
    return (mixed**2).sum(axis=1) + 3 * z[:, 0] + 0.05 * (mixed**3).sum(axis=1)


def limit(z, weights):
    centred = z - weights @ z / weights.sum()
    weighted = centred * weights[:, None]
    return np.linalg.solve(weighted.T @ centred, weighted.T @ smooth(z))


def kernel(z, presence):
    return np.prod(np.where(z == 1, presence, 1 - presence), axis=1) * 2.0**N_SEGMENTS


def estimate(sampling, n, seed, presence):
    masks = drawn(sampling, n, seed)
    z = dense(masks)
    weights = kernel(z, presence)
    weights[: ROWS_PER_DRAW[sampling]] = 0
    return influence(masks, smooth(z), weights, rows_per_draw=ROWS_PER_DRAW[sampling])


def squared_error(sampling, presence):
    truth = limit(EVERY, kernel(EVERY, presence))
    runs = [estimate(sampling, 400, seed, presence).estimate - truth for seed in range(40)]
    return np.mean(np.square(runs))


@given(sampling=st.sampled_from(list(ROWS_PER_DRAW)), n=st.integers(1, 60), seed=st.integers(0, 99))
def test_fewer_masks_are_a_prefix_of_more_and_the_first_is_all_ones(sampling, n, seed):
    few, many = drawn(sampling, n, seed), drawn(sampling, 61, seed)
    assert few.shape == (n, N_SEGMENTS)
    np.testing.assert_array_equal(dense(few), dense(many)[:n])
    assert dense(few)[0].all()


def test_independent_masks_are_the_papers():
    np.testing.assert_array_equal(
        drawn("independent", 50, 3).bits, BinaryMasks.random(50, N_SEGMENTS, seed=3).bits
    )


@given(n_segments=st.integers(1, 80), seed=st.integers(0, 99))
def test_every_second_antithetic_mask_is_the_complement_of_the_one_before(n_segments, seed):
    z = dense(drawn("antithetic", 40, seed, n_segments))
    np.testing.assert_array_equal(z[::2] + z[1::2], np.ones((20, n_segments)))


@pytest.mark.parametrize("sampling", list(ROWS_PER_DRAW))
def test_all_reach_the_same_limit_and_their_intervals_hold_it(sampling):
    truth = limit(EVERY, kernel(EVERY, WIDE))
    inside = []
    for seed in range(100):
        found = weight_intervals(estimate(sampling, 600, seed, WIDE))
        inside.append((found.low <= truth) & (truth <= found.high))
    assert 0.92 < np.mean(inside) < 0.98


def test_complements_still_help_under_a_kernel_that_prefers_presence():
    assert squared_error("antithetic", WIDE) < 0.9 * squared_error("independent", WIDE)


def test_under_a_wide_kernel_complements_cancel_what_pairs_do():
    even = np.full(N_SEGMENTS, 0.5)
    assert squared_error("antithetic", even) < squared_error("independent", even) / 5


def test_what_cannot_be_drawn_is_quoted():
    with pytest.raises(ValueError, match=r"sampling must be one of .*, got 'sobol'"):
        draw_masks(10, 5, seed=0, sampling="sobol")  # type: ignore[arg-type]
