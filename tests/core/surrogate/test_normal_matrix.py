"""The matrix of the normal equations, against the same written out."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.surrogate.normal_matrix import NormalMatrix, Weighed
from spexplain.core.surrogate.ridge import Ridge

N, S, ALPHA, BLOCK = 300, 7, 0.5, 128


@pytest.fixture
def masks() -> BinaryMasks:
    return BinaryMasks.random(N, S, seed=0)


@pytest.fixture
def weights() -> np.ndarray:
    return np.random.default_rng(1).random(N)


def test_factors_are_those_of_the_matrix_written_out(masks, weights):
    matrix = NormalMatrix(masks, lambda: Weighed.of(masks, weights), ALPHA, BLOCK)
    z = masks.across(slice(0, N), np.dtype(np.float64)).T
    away = z - np.average(z, axis=0, weights=weights)
    wanted = away.T @ (weights[:, None] * away) + ALPHA * np.eye(S)
    starts = range(0, N, BLOCK)
    exact = matrix.exact_factor([lambda at=at: matrix.exact_square(at) for at in starts])
    np.testing.assert_allclose(np.tril(exact) @ np.tril(exact).T, wanted, rtol=1e-12)
    single = matrix.factor([lambda at=at: matrix.square(at) for at in starts])
    assert single is not None
    upper = np.triu(single.numpy())
    np.testing.assert_allclose(upper.T @ upper, wanted, rtol=1e-4, atol=1e-3)


def test_weights_that_all_vanish_are_told(masks):
    with pytest.raises(ValueError, match="must not all vanish"):
        Weighed.of(masks, np.zeros(N))


def test_a_surrogate_is_gone_with_its_last_reference(masks, weights):
    gc.disable()
    try:
        ridge = Ridge(masks, weights)
        ridge.fit(np.arange(N, dtype=np.float64))
        gone = weakref.ref(ridge)
        del ridge
        assert gone() is None
    finally:
        gc.enable()
