"""From votes to probabilities, in log space."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, softmax
from spexplain.core.targets.calibration import Sigmoid, Temperature, one_versus_rest

SCORES = arrays(np.float64, (4, 3), elements=st.floats(-20, 20))
COLUMN = arrays(np.float64, (4, 1), elements=st.floats(-20, 20))
KNOBS = arrays(np.float64, 3, elements=st.floats(-5, -0.1))


@given(SCORES, KNOBS, arrays(np.float64, 3, elements=st.floats(-3, 3)))
def test_three_classes_are_normalised_sigmoids(scores, slope, offset):
    p = expit(-(scores * slope + offset))
    expected = p / p.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.exp(Sigmoid(slope, offset)(scores)), expected, rtol=1e-9)


@given(COLUMN, st.floats(-5, -0.1), st.floats(-3, 3))
def test_two_classes_share_one_sigmoid(scores, slope, offset):
    log_p = Sigmoid(np.array([slope]), np.array([offset]))(scores)
    np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(
        np.exp(log_p[:, 1]), expit(-(scores[:, 0] * slope + offset)), rtol=1e-9
    )


@given(SCORES, st.floats(0.05, 10))
def test_temperature_is_a_softmax(scores, beta):
    np.testing.assert_allclose(
        np.exp(Temperature(beta)(scores)), softmax(beta * scores, axis=1), rtol=1e-9
    )


@given(COLUMN, st.floats(0.05, 10))
def test_temperature_of_two_classes_is_symmetric(scores, beta):
    log_p = Temperature(beta)(scores)
    np.testing.assert_allclose(log_p, Temperature(beta)(-scores)[:, ::-1], rtol=1e-12)


@given(arrays(np.float64, (5, 6), elements=st.floats(-1e6, 1e6)))
def test_confidence_breaks_ties_and_never_outweighs_a_vote(decisions):
    scores = one_versus_rest(decisions, 4)
    first, second = np.triu_indices(4, k=1)
    wins = decisions >= 0
    votes = np.stack(
        [
            wins[:, first == number].sum(axis=1) + (~wins)[:, second == number].sum(axis=1)
            for number in range(4)
        ],
        axis=1,
    )
    assert np.abs(scores - votes).max() < 1 / 3
    np.testing.assert_array_equal(np.rint(scores), votes)


def test_a_cyclic_tie_goes_to_the_most_confident():
    # 0 beats 1 clearly, 1 beats 2 and 2 beats 0 hardly: one vote each.
    scores = one_versus_rest(np.array([[2.0, -0.1, 0.1]]), 3)
    assert scores.argmax() == 0
    np.testing.assert_array_equal(np.rint(scores), [[1, 1, 1]])


@pytest.mark.parametrize("decisions", [np.array([[0.3], [-2.0]])])
def test_two_classes_need_no_votes(decisions):
    assert one_versus_rest(decisions, 2) is decisions


@given(SCORES, SCORES)
def test_a_higher_score_never_lowers_its_own_probability(scores, rise):
    sigmoid = Sigmoid(np.full(3, -1.0), np.zeros(3))
    higher = scores.copy()
    higher[:, 1] += np.abs(rise[:, 1])
    assert (sigmoid(higher)[:, 1] >= sigmoid(scores)[:, 1] - 1e-12).all()
