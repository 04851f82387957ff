"""The sample of a plane that is laid out: rare kinds are in it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.planes.laid_on_sample import fitting_sample


@pytest.fixture(scope="module")
def clumps():
    """Four clumps of 100 in ten dimensions, and six points of a fifth kind."""
    rng = np.random.default_rng(0)
    kind = np.concatenate([np.repeat(np.arange(4), 100), np.full(6, 4)])
    features = 8 * rng.normal(size=(5, 10))[kind] + rng.normal(size=(len(kind), 10))
    return features.astype(np.float32)


@settings(max_examples=5)
@given(st.integers(20, 400), st.integers(0, 99))
def test_a_sample_has_the_size_asked_for_and_every_row_once(clumps, most, seed):
    features = clumps
    sample = fitting_sample(features, most, seed=seed)
    assert len(sample) == min(most, len(features))
    assert (np.diff(sample) > 0).all()
    assert np.array_equal(sample, fitting_sample(features, most, seed=seed))


def test_a_rare_kind_is_in_the_sample():
    rng = np.random.default_rng(1)
    features = rng.normal(size=(20_000, 6)).astype(np.float32)
    rare = np.array([17, 4_000, 19_999])
    features[rare] += 30  # three of twenty thousand: any thousand would have none of them mostly
    assert set(rare) <= set(fitting_sample(features, 1_000, seed=0).tolist())
