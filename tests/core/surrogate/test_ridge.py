import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import linear_model
from spexplain.core.compute.workers import Workers
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.surrogate.ridge import Ridge, weighted_ridge


def problem(n, n_segments, seed):
    rng = np.random.default_rng(seed)
    masks = BinaryMasks.random(n, n_segments, seed=seed)
    z = masks.dense(slice(None), np.dtype(float))
    values = 3 + z @ rng.normal(size=n_segments) + 0.1 * rng.normal(size=n)
    return masks, z, values, rng.uniform(0.1, 1, n)


@settings(deadline=None, max_examples=20)
@given(st.integers(2, 700), st.integers(1, 120), st.floats(0.01, 100), st.integers(0, 10_000))
def test_it_is_scikit_learns_weighted_ridge(n, n_segments, alpha, seed):
    masks, z, values, weights = problem(n, n_segments, seed)
    ours = weighted_ridge(masks, values, weights, alpha=alpha)
    theirs = linear_model.Ridge(alpha).fit(z, values, sample_weight=weights)
    scale = np.abs(theirs.coef_).max() + 1e-3
    np.testing.assert_allclose(ours.coefficients, theirs.coef_, rtol=0, atol=1e-8 * scale)
    assert ours.intercept == pytest.approx(theirs.intercept_, rel=1e-8, abs=1e-8)
    assert ours.r2 == pytest.approx(theirs.score(z, values, weights), abs=1e-8)
    local = theirs.predict(np.ones((1, n_segments)))[0]
    assert ours.local_prediction == pytest.approx(local, rel=1e-8, abs=1e-8)


@pytest.mark.parametrize(("n", "n_segments"), [(2000, 40), (6000, 130), (150, 700)])
def test_one_regression_serves_any_values_in_single_and_in_double_precision(n, n_segments):
    masks, z, values, weights = problem(n, n_segments, 6)
    ridge = Ridge(masks, weights, alpha=0.5)
    # The blocks' squares, if they are several, and the factor of their sum.
    assert len(ridge.ahead) == (1 if n <= 2500 else -(-n // 2500) + 1)
    for of_values in (values, values**2, np.sin(values)):
        ours = ridge.fit(of_values)
        theirs = linear_model.Ridge(0.5).fit(z, of_values, sample_weight=weights)
        scale = np.abs(theirs.coef_).max()
        np.testing.assert_allclose(ours.coefficients, theirs.coef_, rtol=0, atol=1e-9 * scale)
        for prepare in ridge.ahead:
            prepare()
        again = ridge.fit(of_values)
        assert again.coefficients.tobytes() == ours.coefficients.tobytes()


def test_a_large_offset_of_the_values_changes_nothing_but_the_intercept():
    masks, _, values, weights = problem(500, 20, 1)
    near = weighted_ridge(masks, values, weights)
    far = weighted_ridge(masks, values + 1e6, weights)
    np.testing.assert_allclose(far.coefficients, near.coefficients, rtol=1e-6)
    assert far.intercept == pytest.approx(near.intercept + 1e6)


@given(st.floats(-1e6, 1e6), st.integers(0, 999))
def test_values_that_do_not_vary_are_explained_by_the_intercept_alone(value, seed):
    masks, _, _, weights = problem(100, 5, seed)
    fit = weighted_ridge(masks, np.full(100, value), weights)
    assert (fit.coefficients == 0).all()
    assert (fit.intercept, fit.r2, fit.local_prediction) == (value, 1.0, value)


def test_the_bytes_do_not_depend_on_the_number_of_threads():
    masks, _, values, weights = problem(1200, 300, 3)
    alone = weighted_ridge(masks, values, weights, workers=Workers(1))
    shared = weighted_ridge(masks, values, weights, workers=Workers(3))
    assert alone.coefficients.tobytes() == shared.coefficients.tobytes()


def test_values_that_are_not_finite_are_counted():
    masks, _, values, weights = problem(10, 3, 4)
    values[[4, 6]] = np.nan, np.inf
    with pytest.raises(ValueError, match="2 of 10 values are not finite, first at 4"):
        weighted_ridge(masks, values, weights)


def test_weights_that_all_vanish_are_refused():
    masks, _, values, _ = problem(10, 3, 5)
    with pytest.raises(ValueError, match=r"sum is 0\.0"):
        weighted_ridge(masks, values, np.zeros(10))


def test_weights_are_found_when_they_are_first_wanted_and_once():
    masks, _, values, weights = problem(300, 8, 7)
    asked = []

    def found():
        asked.append(1)
        return weights

    ridge = Ridge(masks, found)
    assert not asked
    expected = weighted_ridge(masks, values, weights).coefficients
    for _ in range(2):
        np.testing.assert_array_equal(ridge.fit(values).coefficients, expected)
    assert len(asked) == 1
