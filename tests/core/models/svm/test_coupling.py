"""Probabilities from pairs: those of scikit-learn, the minimum they are defined by, and far out."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, log_softmax
from spexplain.core.models.svm.coupling import Coupling
from spexplain.core.models.svm.coupling_many import log_weights_of_many

# Of SVC(kernel="linear", C=0.5, class_weight="balanced", probability=True, random_state=0) in
# scikit-learn 1.9.1, where it still is: decisions, A and B, and predict_proba, which stops its own
# search for the minimum some thousandths short of it.
KEPT = {
    2: (
        [[2.795206], [3.896813], [-2.748204], [0.53765], [3.476084]],
        ([-1.301215], [-0.060975]),
        [[0.027207, 0.972793], [0.006629, 0.993371], [0.973754, 0.026246], [0.345558, 0.654442],
         [0.011405, 0.988595]],
    ),
    3: (
        [[-0.25363, -2.361684, -1.823044], [-0.944541, -1.728828, -0.341611],
         [1.513282, 1.778832, -0.306868], [0.043965, 0.513806, 0.353154],
         [0.551215, 0.589496, -0.098643]],
        ([-1.432708, -1.275719, -1.408283], [-0.060869, 0.064281, -0.001904]),
        [[0.043625, 0.066468, 0.889908], [0.075556, 0.348712, 0.575732],
         [0.821828, 0.081708, 0.096464], [0.412671, 0.362781, 0.224548],
         [0.516409, 0.224603, 0.258988]],
    ),
    4: (
        [[3.131523, 1.103795, -0.93171, -1.813302, -4.159715, -1.954154],
         [-3.923279, -2.996059, -3.842548, 0.183379, -0.123782, 0.245176],
         [-1.222851, 1.408008, -1.507752, 2.521637, -0.017265, -2.051148],
         [1.386059, 2.24171, 1.58987, 1.293775, 0.452118, -0.60586],
         [-0.378691, 0.296827, -0.163135, 0.673198, 0.237729, -0.151146]],
        ([-1.4214, -1.398829, -1.333786, -1.345862, -1.388086, -1.307649],
         [-0.017949, 0.027089, -0.03473, 0.055752, 0.000489, -0.001566]),
        [[0.218205, 0.002945, 0.052718, 0.726133], [0.004227, 0.336255, 0.344572, 0.314946],
         [0.072831, 0.447054, 0.019706, 0.460409], [0.775794, 0.114045, 0.03087, 0.079291],
         [0.21948, 0.365524, 0.16716, 0.247836]],
    ),
}  # fmt: skip
CLASSES = st.integers(2, 5)
SEEDS = st.integers(0, 2**20)


def coupling(n_classes, seed=0, *, plain=False):
    n = n_classes * (n_classes - 1) // 2
    rng = np.random.default_rng(seed)
    slope = -np.ones(n) if plain else -rng.uniform(0.5, 2, n)
    return Coupling(slope, np.zeros(n) if plain else rng.normal(size=n) / 5, n_classes)


def decisions(n_classes, seed, *, size=1.0, n=1):
    shape = (n, n_classes * (n_classes - 1) // 2)
    return size * np.random.default_rng([seed, 1]).normal(size=shape)


def minimum(found, row):
    """The p that minimise the sum of squares of Wu, Lin & Weng's method 2, by a general solver."""
    sign = -1 if found.n_classes == 2 else 1
    t = found.slope * sign * row + found.offset
    pairs = list(combinations(range(found.n_classes), 2))

    def loss(free):
        p = np.append(free, 1 - free.sum())
        return sum(
            (expit(t[at]) * p[i] - expit(-t[at]) * p[j]) ** 2 for at, (i, j) in enumerate(pairs)
        )

    start = np.full(found.n_classes - 1, 1 / found.n_classes)
    best = minimize(loss, start, method="BFGS", options={"gtol": 1e-12}).x
    return np.append(best, 1 - best.sum())


@pytest.mark.parametrize("n_classes", KEPT)
def test_probabilities_are_those_of_scikit_learn(n_classes):
    found, (slope, offset), expected = KEPT[n_classes]
    ours = Coupling(np.array(slope), np.array(offset), n_classes).log_proba(np.array(found))
    np.testing.assert_allclose(np.exp(ours), expected, atol=0.003)


@given(CLASSES, SEEDS)
def test_probabilities_are_the_minimum_found_numerically(n_classes, seed):
    found, row = coupling(n_classes, seed), decisions(n_classes, seed)
    np.testing.assert_allclose(np.exp(found.log_proba(row)[0]), minimum(found, row[0]), atol=1e-6)


@given(CLASSES, SEEDS, st.sampled_from([0.1, 3.0, 30.0, 1e3]))
def test_they_are_positive_and_sum_to_one_however_far_out(n_classes, seed, size):
    found, rows = coupling(n_classes, seed), decisions(n_classes, seed, size=size, n=20)
    with np.errstate(all="raise", under="ignore"):
        log_p, log_odds = found.log_proba(rows), found.log_odds(rows)
    assert np.isfinite(log_p).all()
    assert np.isfinite(log_odds).all()
    np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1, rtol=1e-9)
    for at in range(n_classes):
        np.testing.assert_array_equal(found.log_odds_of(rows, at), log_odds[:, at])


@given(CLASSES, SEEDS, st.sampled_from([1.0, 10.0, 1e3]))
def test_the_gradient_is_what_differences_tend_to_far_out_too(n_classes, seed, size):
    found, row = coupling(n_classes, seed), decisions(n_classes, seed, size=size)
    step = 1e-5 * max(1.0, size / 30) * np.eye(row.shape[1])
    for at in range(n_classes):
        up, down = found.log_odds_of(row + step, at), found.log_odds_of(row - step, at)
        np.testing.assert_allclose(
            found.slopes(row, at), (up - down) / (2 * step[0, 0]), rtol=1e-4, atol=1e-4
        )


@given(st.integers(2, 5), SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_the_classes_does_not_matter(n_classes, seed, random):
    order = random.sample(range(n_classes), n_classes)
    rows, first = decisions(n_classes, seed, size=5, n=4), np.triu_indices(n_classes, 1)
    square = np.zeros((4, n_classes, n_classes))
    square[:, *first] = rows
    square -= square.transpose(0, 2, 1)
    moved = square[:, order][:, :, order][:, *first]
    sign = -1 if n_classes == 2 else 1  # the one decision of two is positive for the second
    plain = coupling(n_classes, plain=True)
    found, expected = plain.log_odds(sign * moved), plain.log_odds(sign * rows)[:, order]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@given(SEEDS, st.sampled_from([1.0, 30.0, 300.0]))
def test_elimination_and_closed_form_agree_on_three(seed, size):
    rows = decisions(3, seed, size=size, n=10)
    closed = coupling(3, plain=True).log_odds(rows)
    log_p = log_softmax(log_weights_of_many(-rows, 3), axis=1)
    likely = log_p < -1e-3  # nearer to 1, log p tells nothing of the rest
    expected = log_p[likely] - np.log(-np.expm1(log_p[likely]))
    np.testing.assert_allclose(closed[likely], expected, rtol=1e-8, atol=1e-8)


def test_pairs_that_agree_give_the_probabilities_that_they_agree_on():
    for n_classes in (3, 4, 5):
        log_p = log_softmax(np.random.default_rng(n_classes).normal(size=n_classes))
        first, second = np.triu_indices(n_classes, 1)
        found = coupling(n_classes, plain=True).log_proba((log_p[first] - log_p[second])[None])
        np.testing.assert_allclose(found[0], log_p, atol=1e-7)


def test_log_odds_move_on_where_p_is_one_in_double_precision():
    found = coupling(3, plain=True)
    rows = np.array([[50.0, 60.0, 1.0], [100.0, 120.0, 1.0]])
    assert (found.log_proba(rows)[:, 0] > -1e-20).all()
    near, far = found.log_odds(rows)[:, 0]
    assert 40 < near < far - 40
    assert np.abs(found.slopes(rows[1:], 0)).max() > 0.5


def test_as_many_sigmoids_are_wanted_as_there_are_pairs():
    with pytest.raises(ValueError, match=r"3 classes have 3 pairs, got slopes \(2,\)"):
        Coupling(np.ones(2), np.ones(2), 3)
