import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from spexplain.core.models.reliability_diagram import calibration_error, reliability

CLASSES = ("a", "b", "c")


def drawn(n, seed=0, power=1.0):
    """Probabilities, and labels drawn from them; with a power the former are no longer true."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet([0.4, 0.4, 0.4], n)
    labels = np.array(CLASSES)[(rng.random((n, 1)) > np.cumsum(p, axis=1)[:, :-1]).sum(axis=1)]
    said = p**power
    return said / said.sum(axis=1, keepdims=True), labels


@given(st.integers(0, 10**6), st.integers(1, 80))
@settings(max_examples=40)
def test_the_figures_are_their_formulas(seed, n):
    p, labels = drawn(n, seed)
    one_hot = labels[:, None] == np.array(CLASSES)
    found = reliability(p, labels, CLASSES)
    assert found.n == n
    assert found.log_loss == pytest.approx(-np.log(np.maximum(p[one_hot], 1e-300)).mean(), rel=1e-6)
    assert found.brier == pytest.approx(((p - one_hot) ** 2).sum(axis=1).mean())


def test_true_probabilities_are_off_by_no_more_than_chance():
    p, labels = drawn(3000)
    found = reliability(p, labels, CLASSES)
    assert found.ece < 1.6 * found.ece_if_true
    assert ((found.low <= found.confidence) & (found.confidence <= found.high)).mean() >= 0.8


def test_overstated_probabilities_are_found_out():
    p, labels = drawn(3000, power=4)
    found = reliability(p, labels, CLASSES)
    assert found.ece > 5 * found.ece_if_true
    assert found.log_loss > reliability(*drawn(3000), CLASSES).log_loss


def test_bins_hold_as_many_spectra_each():
    p, labels = drawn(669)
    found = reliability(p, labels, CLASSES)
    assert found.counts.tolist() == [67] * 9 + [66]
    assert (np.diff(found.confidence) > 0).all()
    assert_allclose(found.counts @ found.confidence / 669, p.max(axis=1).mean())
    of_bins = np.abs(found.right - found.confidence) @ found.counts / 669
    assert found.ece == pytest.approx(of_bins)


def test_fewer_spectra_than_bins_are_a_bin_each():
    p, labels = drawn(4)
    assert reliability(p, labels, CLASSES).counts.tolist() == [1, 1, 1, 1]


def test_the_error_of_one_bin_is_mean_confidence_against_share_right():
    right = np.array([True, False, True, True])
    assert calibration_error(np.full(4, 0.9), right, n_bins=1) == pytest.approx(0.15)


def test_equal_seeds_give_equal_json():
    p, labels = drawn(50)
    one, other = (reliability(p, labels, CLASSES, seed=2).to_dict() for _ in range(2))
    assert json.dumps(one, allow_nan=False) == json.dumps(other, allow_nan=False)


def test_nothing_to_compare_with_is_said():
    with pytest.raises(ValueError, match="no labelled spectrum"):
        reliability(np.empty((0, 3)), [], CLASSES)
    with pytest.raises(ValueError, match="row 0"):
        reliability(np.array([[np.nan, 0.5, 0.5]]), ["a"], CLASSES)
