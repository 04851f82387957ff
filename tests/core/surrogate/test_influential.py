import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.surrogate.influential import Underdetermined, influence

N_SEGMENTS = 8


def drawn(n, seed):
    masks = BinaryMasks.random(n, N_SEGMENTS, seed=seed)
    return masks, masks.dense(slice(None), np.dtype(float))


def misfit(z, seed=0):
    """Curved in the masks, as every model is."""
    rng = np.random.default_rng(seed)
    mixed = np.maximum((z - 0.5) @ rng.normal(size=(N_SEGMENTS, 12)), 0)
    return (mixed @ rng.normal(size=12)) ** 2


def near(z):
    return np.exp(-(1 - z).mean(axis=1) * 2)


@settings(max_examples=15)
@given(seed=st.integers(0, 1000), n=st.integers(40, 200))
def test_the_estimate_is_the_unpenalised_weighted_regression(seed, n):
    masks, z = drawn(n, seed)
    expected = LinearRegression().fit(z, misfit(z), sample_weight=near(z)).coef_
    np.testing.assert_allclose(influence(masks, misfit(z), near(z)).estimate, expected, atol=1e-8)


@settings(max_examples=5)
@given(seed=st.integers(0, 1000))
def test_a_move_is_towards_where_the_sample_takes_the_weights_and_no_further(seed):
    masks, z = drawn(60, seed)
    found = influence(masks, misfit(z), near(z))
    for left_out in (0, 7, 59):
        rest = np.arange(60) != left_out
        fit = LinearRegression().fit(z[rest], misfit(z)[rest], sample_weight=near(z)[rest])
        taken, move = found.estimate - fit.coef_, found.moves[left_out]
        share = (move @ taken) / (taken @ taken)
        np.testing.assert_allclose(move, share * taken, rtol=1e-3, atol=1e-4)
        assert 0 < share <= 1


def test_a_move_of_one_sample_of_many_is_what_leaving_it_out_does():
    masks, z = drawn(4000, 1)
    found = influence(masks, misfit(z), near(z))
    rest = np.arange(4000) != 17
    fit = LinearRegression().fit(z[rest], misfit(z)[rest], sample_weight=near(z)[rest])
    expected, size = found.estimate - fit.coef_, np.abs(found.moves[17]).max()
    np.testing.assert_allclose(found.moves[17], expected, atol=0.01 * size)


@settings(max_examples=8)
@given(
    seed=st.integers(0, 1000),
    n=st.sampled_from([24, 40, 60]),
    rows_per_draw=st.sampled_from([1, 2]),
    strength=st.floats(0, 3),
)
def test_the_variance_is_unbiased_for_misfit_that_is_alike_everywhere(
    seed, n, rows_per_draw, strength
):
    # Values of variance 1 apart from each other: variances of the weights, and the mean of what is
    # said of them, are sums over values that are 1 at one sample and 0 elsewhere.
    masks, z = drawn(n, seed)
    assume(np.linalg.matrix_rank(z - z.mean(axis=0)) == N_SEGMENTS)
    w = near(z) ** strength
    alone = [influence(masks, one, w, rows_per_draw=rows_per_draw) for one in np.eye(n)]
    said = sum(one.standard_error**2 for one in alone)
    true = sum(one.estimate**2 for one in alone)
    np.testing.assert_allclose(said, true, rtol=5e-3)


def test_r2_unseen_is_that_of_predicting_each_sample_from_the_others():
    masks, z = drawn(50, 3)
    y, w = misfit(z), near(z)
    errors = []
    for i in range(50):
        rest = np.arange(50) != i
        fit = LinearRegression().fit(z[rest], y[rest], sample_weight=w[rest])
        errors.append(y[i] - fit.predict(z[i : i + 1])[0])
    mean = w @ y / w.sum()
    expected = 1 - (w @ np.square(errors)) / (w @ (y - mean) ** 2)
    assert influence(masks, y, w).r2_unseen == pytest.approx(expected, abs=1e-5)


def test_the_standard_error_is_that_of_a_bootstrap():
    masks, z = drawn(800, 1)
    y, w = misfit(z), near(z)
    rng = np.random.default_rng(0)
    again = []
    for _ in range(400):
        rows = rng.integers(0, 800, 800)
        again.append(LinearRegression().fit(z[rows], y[rows], sample_weight=w[rows]).coef_)
    ratio = influence(masks, y, w).standard_error / np.std(again, axis=0)
    assert np.all((ratio > 0.85) & (ratio < 1.2))
    assert ratio.mean() == pytest.approx(1, abs=0.05)


def test_the_textbook_error_of_a_true_model_would_be_wrong_here():
    # Misfit grows away from the middle, so errors of equal variance underrate some weights.
    every = np.array(list(itertools.product([0.0, 1.0], repeat=N_SEGMENTS)))
    y = every[:, 0] * (every[:, 1:].sum(axis=1) - 3.5) ** 3
    rng = np.random.default_rng(0)
    estimates, sandwich, textbook = [], [], []
    for _ in range(200):
        z, values = (rows := rng.integers(0, 256, 300), every[rows], y[rows])[1:]
        found = influence(BinaryMasks.pack(z), values, np.ones(300))
        centred = z - z.mean(axis=0)
        residual = values - values.mean() - centred @ found.estimate
        inverse = np.linalg.inv(centred.T @ centred)
        estimates.append(found.estimate[0])
        sandwich.append(found.standard_error[0])
        textbook.append(np.sqrt(residual.var() * inverse[0, 0]))
    truth = np.std(estimates)
    assert np.mean(sandwich) == pytest.approx(truth, rel=0.12)
    assert abs(np.mean(textbook) - truth) > abs(np.mean(sandwich) - truth)


def test_draws_of_two_rows_move_the_weights_together():
    masks, z = drawn(4000, 2)
    single = influence(masks, misfit(z), near(z))
    pairs = influence(masks, misfit(z), near(z), rows_per_draw=2)
    assert pairs.moves.shape == (2000, N_SEGMENTS)
    together = single.moves[::2] + single.moves[1::2]
    np.testing.assert_allclose(pairs.moves, together, atol=0.01 * np.abs(together).max())
    assert pairs.degrees < single.degrees


def test_covariance_agrees_with_the_standard_errors():
    masks, z = drawn(100, 2)
    found = influence(masks, misfit(z), near(z))
    chosen = np.array([4, 1])
    diagonal = np.diag(found.covariance(chosen))
    np.testing.assert_allclose(np.sqrt(diagonal), found.standard_error[chosen], rtol=1e-5)


def test_too_few_samples_are_refused():
    masks, z = drawn(9, 0)
    with pytest.raises(Underdetermined, match="9 samples in draws of 1 are too few for 8 weights"):
        influence(masks, misfit(z), near(z))


def test_a_segment_that_never_varies_is_refused():
    _, z = drawn(100, 0)
    z[:, 3] = 1
    with pytest.raises(Underdetermined, match="unvaried"):
        influence(BinaryMasks.pack(z), misfit(z), near(z))


def test_only_ratios_of_weights_matter_down_to_the_smallest_numbers():
    masks, z = drawn(100, 2)
    usual = influence(masks, misfit(z), near(z))
    tiny = influence(masks, misfit(z), 1e-200 * near(z))
    np.testing.assert_allclose(tiny.estimate, usual.estimate, rtol=1e-9)
    np.testing.assert_allclose(tiny.standard_error, usual.standard_error, rtol=1e-5)
    assert tiny.degrees == pytest.approx(usual.degrees)


def test_samples_without_any_weight_are_refused():
    masks, z = drawn(100, 2)
    with pytest.raises(Underdetermined, match="none of 100 samples has any weight"):
        influence(masks, misfit(z), np.zeros(100))
