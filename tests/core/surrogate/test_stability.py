import itertools

import numpy as np
import pytest
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.surrogate.influential import Influence, influence
from spexplain.core.surrogate.stability import rank_stability

N_SEGMENTS = 10
EVERY = np.array(list(itertools.product([0.0, 1.0], repeat=N_SEGMENTS)))


def influence_of(estimate, error, n=1000):
    """Independent errors of the given size."""
    signs = np.random.default_rng(0).choice([-1.0, 1.0], (n, len(estimate)))
    moves = (signs * error / np.sqrt(n)).astype(np.float32)
    return Influence(np.array(estimate, float), moves, n - len(estimate) - 1, 0.9)


def top(weights, k):
    return np.argsort(-np.abs(weights), kind="stable")[:k]


def target(seed):
    rng = np.random.default_rng(seed)
    into, out = rng.normal(size=(N_SEGMENTS, 16)), rng.normal(size=16)
    return lambda z: (np.maximum((z - 0.5) @ into + 0.3, 0) @ out) ** 2


def run(model, seed, n):
    masks = BinaryMasks.random(n, N_SEGMENTS, seed=seed)
    z = masks.dense(slice(None), np.dtype(float))
    return influence(masks, target(model)(z), np.ones(n))


def true_order(model, k):
    centred = EVERY - 0.5
    return top(centred.T @ target(model)(EVERY), k)


def test_two_weights_keep_their_order_as_a_normal_variable_says():
    drawn = influence_of([3.0, 2.0], error=0.5)
    found = rank_stability(drawn, np.array([0, 1]), n_samples=1000)
    # 3 − 2 over √2 · 0.5 is 1.41 standard deviations.
    assert found.probability() == pytest.approx(0.921, abs=0.02)


def test_what_counts_is_the_size_not_the_sign():
    order = np.array([0, 1])
    plain = rank_stability(influence_of([3.0, 2.0], 0.5), order, n_samples=1000)
    mixed = rank_stability(influence_of([-3.0, 2.0], 0.5), order, n_samples=1000)
    assert mixed.probability() == pytest.approx(plain.probability(), abs=0.03)


def test_more_samples_make_an_order_surer_and_the_number_told_is_the_one():
    found = rank_stability(influence_of([3.0, 2.5, 0], 0.5), np.array([0, 1]), n_samples=1000)
    probabilities = [found.probability(n) for n in (10, 100, 1000, 10_000, 100_000)]
    assert probabilities == sorted(probabilities)
    needed = found.samples_for(0.95)
    assert needed > 1000
    assert found.probability(int(needed) + 1) >= 0.95 > found.probability(int(0.9 * needed))


def test_settled_counts_the_leading_segments_that_stay():
    drawn = influence_of([9.0, 5.0, 2.0, 1.99, 0.1], error=0.2)
    found = rank_stability(drawn, np.array([0, 1, 2, 3]), n_samples=1000)
    assert found.settled(0.95) == 2
    assert found.probability(k=2) > 0.99
    assert found.probability(k=3) < 0.7


def test_an_order_against_the_estimate_never_settles():
    found = rank_stability(influence_of([1.0, 2.0], 0.1), np.array([0, 1]), n_samples=1000)
    assert found.probability(10**9) == 0
    assert found.settled() == 0
    # More samples would show and settle the other order.
    assert found.samples_for() < 1000


def test_a_tie_is_settled_by_no_number_of_samples():
    found = rank_stability(influence_of([2.0, 2.0], 0.1), np.array([0, 1]), n_samples=1000)
    assert found.samples_for() == np.inf


def test_no_error_means_certainty_with_twice_the_samples_that_determine_the_weights():
    found = rank_stability(influence_of([3.0, 2.0, 1.0], 0.0), np.arange(3), n_samples=1000)
    assert found.probability() == 1
    assert found.samples_for() == pytest.approx(8, abs=0.1)


def test_an_order_called_settled_is_wrong_in_no_more_than_5_percent():
    wrong = calls = 0
    for model in range(20):
        for seed in range(10):
            drawn = run(model, seed, 800)
            order = top(drawn.estimate, 3)
            found = rank_stability(drawn, order, n_samples=800, seed=seed)
            settled = found.settled(0.95)
            calls += settled > 0
            wrong += not np.array_equal(order[:settled], true_order(model, settled))
    assert calls > 100
    assert wrong <= 0.05 * calls


def test_the_samples_said_to_do_are_enough_for_another_run():
    model = 4
    drawn = run(model, 0, 4000)
    order = true_order(model, 3)
    needed = int(rank_stability(drawn, order, n_samples=4000).samples_for(0.95))
    assert needed < 4000
    again = [top(run(model, seed, needed).estimate, 3) for seed in range(100)]
    assert np.mean([np.array_equal(order, one) for one in again]) > 0.88


def test_the_same_seed_gives_the_same_answer():
    drawn = run(1, 0, 300)
    order = top(drawn.estimate, 5)
    first, second = (rank_stability(drawn, order, n_samples=300, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.excess, second.excess)


def test_a_prefix_out_of_range_is_quoted():
    found = rank_stability(run(0, 0, 100), np.array([0, 1]), n_samples=100)
    with pytest.raises(ValueError, match="k must be 1 to 2, got 3"):
        found.probability(k=3)
