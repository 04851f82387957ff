"""A plane laid out on a sample: rare kinds are in it, and the others come to lie with their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.planes.laid_on_sample import fitting_sample, lay_out_on_sample
from spexplain.core.planes.quality import plane_quality
from spexplain.core.planes.tsne import EmbedSettings, lay_out

QUICK = EmbedSettings(perplexity=15, early=100, iterations=150)


@pytest.fixture(scope="module")
def clumps():
    """Four clumps of 100 in ten dimensions, and six points of a fifth kind."""
    rng = np.random.default_rng(0)
    kind = np.concatenate([np.repeat(np.arange(4), 100), np.full(6, 4)])
    features = 8 * rng.normal(size=(5, 10))[kind] + rng.normal(size=(len(kind), 10))
    return features.astype(np.float32), kind


@settings(max_examples=5)
@given(st.integers(20, 400), st.integers(0, 99))
def test_a_sample_has_the_size_asked_for_and_every_row_once(clumps, most, seed):
    features, _ = clumps
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


def test_those_placed_lie_with_their_kind_and_neighbours_are_kept_as_on_a_whole_plane(clumps):
    features, kind = clumps
    sample = fitting_sample(features, 250, seed=0)
    xy, used = lay_out_on_sample(features, sample, QUICK)
    assert xy.shape == (len(features), 2)
    assert np.isfinite(xy).all()
    assert used.perplexity == 15
    middles = np.array([np.median(xy[kind == k], axis=0) for k in range(5)])
    nearest = np.hypot(*(xy[:, None] - middles).transpose(2, 0, 1)).argmin(axis=1)
    assert (nearest == kind).mean() > 0.98
    whole, _ = lay_out(features, QUICK)
    trusted = [plane_quality(features, plane).trustworthiness for plane in (xy, whole)]
    assert trusted[0] > trusted[1] - 0.03


def test_a_plane_on_a_sample_is_told_of_its_steps_and_is_of_opentsne_alone(clumps):
    features, _ = clumps
    steps = []
    sample = np.arange(0, len(features), 2)
    quick = EmbedSettings(perplexity=5, early=25, iterations=25)
    lay_out_on_sample(features, sample, quick, callback=lambda done, total: steps.append(done))
    assert steps[-1] == 50
    with pytest.raises(ValueError, match="opentsne can"):
        lay_out_on_sample(features, sample, EmbedSettings(method="sklearn"))
