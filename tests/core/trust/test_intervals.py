import itertools
from functools import cache

import numpy as np
import pytest
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.surrogate.influential import influence
from spexplain.core.trust.intervals import exact_intervals, weight_intervals

N_SEGMENTS = 10
EVERY = np.array(list(itertools.product([0.0, 1.0], repeat=N_SEGMENTS)))


def target(seed):
    rng = np.random.default_rng(seed)
    into, out = rng.normal(size=(N_SEGMENTS, 16)), rng.normal(size=16)
    return lambda z: (np.maximum((z - 0.5) @ into + 0.3, 0) @ out) ** 2


def near(z, seed):
    energy = np.random.default_rng(seed).gamma(1, 1, N_SEGMENTS)
    return np.exp(-(1 - z) @ energy / (0.5 * energy.sum()))


@cache
def limit(seed):
    """The weights that infinitely many samples give: every mask there is, once."""
    w = near(EVERY, seed)
    centred = EVERY - w @ EVERY / w.sum()
    weighted = centred * w[:, None]
    return np.linalg.solve(weighted.T @ centred, weighted.T @ target(seed)(EVERY))


def covered(n, seed, model, confidence=0.95):
    masks = BinaryMasks.random(n, N_SEGMENTS, seed=seed)
    z = masks.dense(slice(None), np.dtype(float))
    found = weight_intervals(
        influence(masks, target(model)(z), near(z, model)), confidence=confidence
    )
    return (found.low <= limit(model)) & (limit(model) <= found.high)


@pytest.mark.parametrize(("n", "seeds"), [(30, 600), (150, 200), (1000, 200)])
def test_95_percent_intervals_cover_93_to_97_percent(n, seeds):
    coverage = np.mean([covered(n, seed, model=seed % 20) for seed in range(seeds)])
    assert 0.93 <= coverage <= 0.97


def test_they_cover_as_often_where_most_of_the_samples_only_determine_the_weights():
    n_segments, n = 77, 200
    rng = np.random.default_rng(0)
    slopes, cross = rng.normal(size=n_segments), rng.normal(size=(n_segments, n_segments))
    energy = rng.gamma(1, 1, n_segments)
    inside = []
    for seed in range(60):
        masks = BinaryMasks.random(n, n_segments, seed=seed)
        z = masks.dense(slice(None), np.dtype(float))
        tilt = energy / (0.5 * energy.sum())
        # As if presences had other odds, round which the limit of a quadratic is known.
        around = z - 1 / (1 + np.exp(-tilt))
        pairs = np.einsum("ik,kl,il->i", around, cross - np.diag(np.diag(cross)), around)
        drawn = influence(masks, around @ slopes + 0.3 * pairs, np.exp(-(1 - z) @ tilt))
        found = weight_intervals(drawn)
        inside.append((found.low <= slopes) & (slopes <= found.high))
    assert 0.93 <= np.mean(inside) <= 0.97


def test_confidence_is_what_was_asked_for():
    coverage = np.mean([covered(400, seed, seed % 20, confidence=0.5) for seed in range(200)])
    assert coverage == pytest.approx(0.5, abs=0.04)


def test_a_linear_target_has_no_error():
    masks = BinaryMasks.random(300, N_SEGMENTS, seed=0)
    slopes = np.arange(N_SEGMENTS, dtype=float)
    z = masks.dense(slice(None), np.dtype(float))
    found = weight_intervals(influence(masks, z @ slopes, np.ones(300)))
    np.testing.assert_allclose(found.low, slopes, atol=1e-9)
    np.testing.assert_allclose(found.high, slopes, atol=1e-9)


def test_what_was_not_sampled_is_exact():
    weights = np.array([1.0, -2.0])
    found = exact_intervals(weights)
    np.testing.assert_array_equal(found.low, weights)
    np.testing.assert_array_equal(found.high, weights)
    assert found.confidence == 1


def test_a_confidence_out_of_range_is_quoted():
    masks = BinaryMasks.random(50, N_SEGMENTS, seed=0)
    drawn = influence(masks, np.arange(50.0), np.ones(50))
    with pytest.raises(ValueError, match=r"within 0 to 1, got 95"):
        weight_intervals(drawn, confidence=95)
