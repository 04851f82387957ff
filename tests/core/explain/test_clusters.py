import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from spexplain.core.explain.clusters import (
    cluster_explanations,
    normalise_weights,
    on_common_segments,
    scan_k,
)
from spexplain.core.neighbourhood.segments import uniform


def causes(sizes=(50, 30, 15), n_segments=20, seed=0):
    """Explanations with one dominant segment each, of either sign and any strength."""
    rng = np.random.default_rng(seed)
    cause = np.repeat(np.arange(len(sizes)), sizes)
    weights = 0.05 * rng.normal(size=(len(cause), n_segments))
    weights[np.arange(len(cause)), 3 * cause] = rng.choice([-1, 1], len(cause))
    return weights * 10 ** rng.uniform(-2, 2, (len(cause), 1)), cause


finite = st.floats(-1e6, 1e6, allow_subnormal=False)


@given(arrays(np.float64, (4, 6), elements=finite))
def test_normalised_weights_have_unit_length_and_their_signs_unless_dropped_or_all_zero(weights):
    unit, plain = normalise_weights(weights), normalise_weights(weights, sign="drop")
    assert (plain >= 0).all()
    np.testing.assert_array_equal(np.abs(unit), plain)
    np.testing.assert_array_equal(np.sign(unit), np.sign(weights) * (plain > 0))
    length = np.linalg.norm(unit, axis=1)
    np.testing.assert_allclose(length[length > 0], 1, rtol=1e-6)
    np.testing.assert_array_equal(length == 0, (weights == 0).all(axis=1))


def test_clusters_are_the_causes_whatever_sign_and_strength_and_the_largest_comes_first():
    weights, cause = causes()
    clusters = cluster_explanations(normalise_weights(weights, sign="drop"), 3)
    assert adjusted_rand_score(cause, clusters.labels) == 1
    assert clusters.counts.tolist() == [50, 30, 15]
    np.testing.assert_array_equal(clusters.centres.argmax(axis=1), [0, 3, 6])


def test_the_scan_finds_how_many_causes_there_are():
    weights, _ = causes((40, 40, 40, 40))
    seen = []
    unit = normalise_weights(weights, sign="drop")
    found = scan_k(unit, callback=lambda done, total: seen.append((done, total)))
    assert found.k.tolist() == list(range(2, 13))
    assert found.best_silhouette == found.elbow == 4
    assert (np.diff(found.inertia) < 0).all()
    assert seen[-1] == (11, 11)


def test_few_explanations_limit_k_and_none_is_an_error_that_counts():
    weights, _ = causes((2, 2))
    assert scan_k(normalise_weights(weights)).k.tolist() == [2, 3]
    with pytest.raises(ValueError, match="k=5 clusters of 4"):
        cluster_explanations(normalise_weights(weights), 5)
    with pytest.raises(ValueError, match="1 distinct"):
        scan_k(np.ones((5, 3)))


def test_the_same_seed_gives_the_same_clusters():
    unit = normalise_weights(np.random.default_rng(0).normal(size=(80, 10)))
    first, again = (cluster_explanations(unit, 5, seed=3) for _ in range(2))
    assert first.labels.tobytes() == again.labels.tobytes()
    assert first.centres.tobytes() == again.centres.tobytes()


def test_few_explanations_are_clustered_from_more_starts_than_twenty():
    # Causes that overlap: the best of 20 starts differs from seed to seed.
    rng = np.random.default_rng(2)
    unit = normalise_weights(rng.normal(size=(160, 12)) + 2 * rng.integers(0, 2, (160, 12)))
    inertia = [cluster_explanations(unit, 8, seed=seed).inertia for seed in range(4)]
    of_twenty = [
        float(np.asarray(KMeans(8, n_init=20, random_state=seed).fit(unit).inertia_))  # pyright: ignore[reportArgumentType]
        for seed in range(4)
    ]
    assert np.ptp(inertia) < np.ptp(of_twenty)
    assert np.mean(inertia) < np.mean(of_twenty)


def test_weights_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="finite"):
        normalise_weights(np.array([[1.0, np.nan]]))
    with pytest.raises(ValueError, match="'flip'"):
        normalise_weights(np.ones((1, 2)), sign="flip")


def test_a_line_too_strong_and_one_cut_off_are_two_reasons_if_signs_are_kept():
    rng = np.random.default_rng(1)
    weights, sign = 0.05 * rng.normal(size=(60, 9)), rng.choice([-1, 1], 60)
    weights[:, 4] = sign
    kept, dropped = (
        cluster_explanations(normalise_weights(weights, sign=how), 2).labels
        for how in ("keep", "drop")
    )
    assert adjusted_rand_score(sign, kept) == 1
    assert adjusted_rand_score(sign, dropped) < 0.2


def test_equal_segments_lie_over_themselves():
    weights = np.random.default_rng(0).normal(size=(3, 7))
    laid = on_common_segments(weights, uniform(100, 7), 7)
    np.testing.assert_allclose(laid, weights, rtol=1e-12)


@given(st.integers(1, 20), st.integers(1, 30), st.integers(0, 99))
def test_what_matters_is_neither_gained_nor_lost(n_own, n_common, seed):
    rng = np.random.default_rng(seed)
    borders = np.sort(rng.choice(np.arange(1, 60), n_own - 1, replace=False))
    labels = np.searchsorted(borders, np.arange(60), side="right")
    weights = np.zeros((2, 25))
    weights[:, :n_own] = rng.normal(size=(2, n_own))
    laid = on_common_segments(weights, np.stack([labels, labels]), n_common)
    np.testing.assert_allclose(laid.sum(axis=1), weights.sum(axis=1), atol=1e-12)
    # A segment within another equal one gives that one all it has.
    alone = np.zeros((1, 25))
    alone[0, 0] = 1
    assert on_common_segments(alone, labels, n_common)[0, 0] > 0


def test_labels_that_have_no_weight_are_refused():
    with pytest.raises(ValueError, match="labels up to 4"):
        on_common_segments(np.ones((1, 3)), uniform(10, 5), 2)


@given(arrays(np.float64, (4, 6), elements=finite), st.permutations(range(6)), st.integers(-40, 40))
def test_normalised_weights_follow_segments_about_and_do_not_know_the_strength(
    weights, order, doublings
):
    unit = normalise_weights(weights)
    np.testing.assert_allclose(
        normalise_weights(weights[:, order]), unit[:, order], rtol=1e-12, atol=1e-300
    )
    np.testing.assert_allclose(
        normalise_weights(weights * 2.0**doublings), unit, rtol=1e-12, atol=1e-300
    )
    np.testing.assert_allclose(normalise_weights(-weights), -unit, rtol=1e-12, atol=1e-300)
