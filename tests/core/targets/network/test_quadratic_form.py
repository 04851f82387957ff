import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.neighbourhood.masks import BinaryMasks, OneHotMasks
from spexplain.core.targets.network.forward import LANES
from spexplain.core.targets.network.quadratic_form import BAND, QuadraticForm


def form(n_variables, n_segments, seed, *, alone):
    """A form, and what it is of variables (V, m) and masks (m, S)."""
    rng = np.random.default_rng(seed)
    square = rng.normal(size=(n_variables, n_variables))
    square += square.T
    along, own = rng.normal(size=n_variables), rng.normal(size=n_segments)
    mixing = rng.normal(size=(n_variables, n_segments))

    def dense(v, z):
        slopes = square @ v + along[:, None] + mixing @ z.T
        return np.sum(v * slopes, axis=0) + z @ own

    return QuadraticForm(square=square, along=along, mixing=mixing, own=own, alone=alone), dense


@settings(deadline=None, max_examples=30)
@given(
    n_variables=st.integers(1, 2 * BAND + 9),
    n_segments=st.integers(1, 40),
    n=st.integers(1, LANES + 50),
    alone=st.booleans(),
    resting=st.sampled_from([0.0, 0.6, 1.0]),
    seed=st.integers(0, 999),
)
def test_it_is_the_dense_form_over_bands_and_tiles(
    n_variables, n_segments, n, alone, resting, seed
):
    masks = (
        OneHotMasks(n_segments, n_segments)
        if alone
        else BinaryMasks.random(n, n_segments, seed=seed)
    )
    ours, dense = form(n_variables, n_segments, seed, alone=alone)
    rows = slice(masks.shape[0] // 3, masks.shape[0])
    z = masks.dense(rows, np.dtype(np.float64))
    rng = np.random.default_rng(seed + 1)
    variables = rng.normal(size=(n_variables, len(z)))
    variables[rng.random(n_variables) < resting] = 0
    found = ours.values(variables, masks, rows)
    np.testing.assert_allclose(found, dense(variables, z), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_answers_in_double_precision_of_either(dtype):
    masks = BinaryMasks.random(30, 5, seed=0)
    rng = np.random.default_rng(0)
    ours = QuadraticForm(
        square=np.eye(3, dtype=dtype),
        along=np.zeros(3, dtype),
        mixing=np.zeros((3, 5), dtype),
        own=np.zeros(5, dtype),
        alone=False,
    )
    variables = rng.normal(size=(3, 30)).astype(dtype)
    found = ours.values(variables, masks, slice(0, 30))
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, (variables.astype(float) ** 2).sum(axis=0), rtol=1e-5)
