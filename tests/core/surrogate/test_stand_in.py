import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.surrogate.ridge import Ridge, weighted_ridge
from spexplain.core.surrogate.stand_in import Quadratic, controlled_ridge

N_SEGMENTS = 6
EVERY = np.array(list(itertools.product([0.0, 1.0], repeat=N_SEGMENTS)))


def quadratic(seed):
    rng = np.random.default_rng(seed)
    half = rng.normal(size=(N_SEGMENTS, N_SEGMENTS))
    return Quadratic(
        rng.normal(),
        rng.normal(size=N_SEGMENTS),
        half + half.T,
        rng.uniform(0.3, 0.95, N_SEGMENTS),
    )


def odds(g, z):
    return np.prod(np.where(z == 1, g.centre, 1 - g.centre), axis=1) * 2.0**N_SEGMENTS


@given(seed=st.integers(0, 1000))
def test_values_are_those_of_the_formula(seed):
    g = quadratic(seed)
    moved = EVERY - g.centre
    expected = g.constant + moved @ g.slopes + np.einsum("ni,ij,nj->n", moved, g.cross, moved)
    np.testing.assert_allclose(g.values(BinaryMasks.pack(EVERY)), expected, rtol=1e-9, atol=1e-9)


@given(seed=st.integers(0, 1000))
def test_its_lime_weights_are_those_of_all_masks_there_are(seed):
    g = quadratic(seed)
    masks = BinaryMasks.pack(EVERY)
    fit = weighted_ridge(masks, g.values(masks), odds(g, EVERY), alpha=1e-12)
    np.testing.assert_allclose(g.lime_weights(), fit.coefficients, rtol=1e-6, atol=1e-7)


def run(n, seed, g, extra):
    masks = BinaryMasks.random(n, N_SEGMENTS, seed=seed)
    z = masks.dense(slice(None), np.dtype(float))
    return masks, g.values(masks) + extra(z), odds(g, z)


def test_a_target_that_is_its_stand_in_is_explained_exactly_by_a_handful_of_samples():
    g = quadratic(1)
    masks, values, weights = run(5, 0, g, lambda z: 0 * z[:, 0])
    fit = controlled_ridge(Ridge(masks, weights), values, g)
    np.testing.assert_allclose(fit.coefficients, g.lime_weights(), rtol=1e-12)


def test_a_near_stand_in_leaves_the_limit_and_takes_most_of_the_error():
    g = quadratic(2)

    def extra(z):
        return 0.3 * z[:, 0] * z[:, 1] * z[:, 2] + 0.2 * z[:, 3]

    masks = BinaryMasks.pack(EVERY)
    truth = weighted_ridge(masks, g.values(masks) + extra(EVERY), odds(g, EVERY), alpha=1e-12)
    plain, controlled = [], []
    for seed in range(40):
        sample = run(300, seed, g, extra)
        plain.append(weighted_ridge(*sample, alpha=1e-9).coefficients)
        near = Ridge(sample[0], sample[2], alpha=1e-9)
        controlled.append(controlled_ridge(near, sample[1], g).coefficients)
    errors = [np.mean((np.array(c) - truth.coefficients) ** 2) for c in (plain, controlled)]
    assert errors[1] < errors[0] / 50
    np.testing.assert_allclose(np.mean(controlled, axis=0), truth.coefficients, atol=0.01)


def test_r2_and_local_prediction_are_of_the_values_themselves():
    g = quadratic(3)
    masks, values, weights = run(2000, 0, g, lambda z: 0 * z[:, 0])
    plain = weighted_ridge(masks, values, weights)
    controlled = controlled_ridge(Ridge(masks, weights), values, g)
    assert controlled.r2 == pytest.approx(plain.r2, abs=0.01)
    assert controlled.r2 <= plain.r2 + 1e-9
    assert controlled.intercept + controlled.coefficients.sum() == controlled.local_prediction
