"""Exact answers are the limits that samples tend to, and say when they cannot be had."""

import dataclasses

import numpy as np
import pytest
from spexplain.core.explain.entry import ExplainSettings, explain, explain_progressively
from spexplain.core.models.svm.coupling import Coupling
from spexplain.core.targets import CallableTarget, CoupledSvm, SvmMargin
from spexplain.core.targets.svm.svm_kernels import Linear, Rbf
from spexplain.core.trust.trust import assess

D, S = 40, 8
RNG = np.random.default_rng(3)
X = (1 + 0.3 * RNG.normal(size=D)).astype(np.float32)
LIMIT = ExplainSettings(n_segments=S, factor=0.5, sampling="limit")
SHAPLEY = ExplainSettings(method="shapley", n_segments=S, factor=0.5, n_samples=300)


def margin(machine, classes=("a", "b")):
    pairs = len(classes) * (len(classes) - 1) // 2
    coupling = Coupling(-np.ones(pairs), np.zeros(pairs), len(classes))
    return SvmMargin(CoupledSvm(machine, coupling, classes), 0)


def rbf(pairs=1):
    vectors = 1 + 0.5 * RNG.normal(size=(D, 25))
    squares, alpha = (vectors**2).sum(axis=0), RNG.normal(size=(25, pairs))
    return Rbf(vectors, alpha, RNG.normal(size=pairs), 0.05, squares)


def test_lime_tends_to_its_limit():
    target = margin(rbf())
    exact = explain(X, target, LIMIT)
    assert exact.exact
    assert (exact.n_samples, exact.sample_values, exact.sampled) == (0, None, "")
    many = dataclasses.replace(LIMIT, sampling="independent", n_samples=200_000)
    sampled = explain(X, target, many)
    size = np.abs(exact.weights).max()
    np.testing.assert_allclose(sampled.weights, exact.weights, atol=0.01 * size)
    assert sampled.r2 == pytest.approx(exact.r2, abs=0.005)
    assert sampled.value == pytest.approx(exact.value, abs=1e-9)
    assert sampled.local_prediction == pytest.approx(exact.local_prediction, abs=0.05 * size)


def test_shapley_values_from_samples_are_near_the_exact_ones():
    target = margin(rbf())
    exact = explain(X, target, SHAPLEY)
    assert exact.exact
    assert exact.weights.sum() == pytest.approx(exact.value - exact.intercept, abs=1e-12)
    sampled = explain(X, CallableTarget(target), SHAPLEY)
    assert (sampled.exact, sampled.sampled, sampled.n_samples) == (False, "", 300)
    size = np.abs(exact.weights).max()
    np.testing.assert_allclose(sampled.weights, exact.weights, atol=0.02 * size)
    assert sampled.weights.sum() == pytest.approx(sampled.value - sampled.intercept, abs=1e-9)


@pytest.mark.parametrize("asked", [LIMIT, SHAPLEY])
def test_where_the_nearest_rival_changes_samples_are_drawn_and_it_is_said(asked):
    weights = np.zeros((D, 3))
    weights[:10, 0], weights[10:, 1] = 1.0, 0.3
    fixed, changing = ([0.0, 20.0, 0.0], [0.0, 0.5, 0.0])
    classes = ("a", "b", "c")
    same = margin(Linear(weights, np.array(fixed)), classes)
    found = explain(X, same, asked)
    assert found.exact
    np.testing.assert_allclose(found.weights[2:], 0, atol=1e-12)
    other = explain(X, margin(Linear(weights, np.array(changing)), classes), asked)
    assert not other.exact
    assert other.sampled == (
        "the nearest rival of a may change from c to b within the neighbourhood"
    )
    plain = dataclasses.replace(asked, sampling="independent")
    again = explain(X, margin(Linear(weights, np.array(changing)), classes), plain)
    assert again.weights.tobytes() == other.weights.tobytes()


@pytest.mark.parametrize(
    ("asked", "words"),
    [(LIMIT, "exact, no samples: LIME's limit"), (SHAPLEY, "exact, no samples: Shapley values")],
)
def test_there_is_nothing_to_doubt_but_the_fit(asked, words):
    target = margin(rbf())
    found = explain(X, target, asked)
    trust = assess(found, X, target)
    assert trust.exact
    assert trust.sentence().startswith(words)
    assert ("R²" in trust.sentence()) == (asked is LIMIT)
    assert trust.intervals is not None
    np.testing.assert_array_equal(trust.intervals.low, found.weights)


def test_nothing_perturbed_is_said_of_an_exact_answer_too():
    found = explain(X, margin(rbf()), dataclasses.replace(LIMIT, factor=1.0))
    assert found.nothing.startswith("at factor 1 nothing is perturbed")
    blind = margin(Linear(np.zeros((D, 1)), np.ones(1)))
    assert "leaves the answer as it is" in explain(X, blind, SHAPLEY).nothing


def test_the_limit_is_of_the_text_kernel_and_answers_at_once():
    with pytest.raises(ValueError, match="'text' where sampling is 'limit', got 'code'"):
        ExplainSettings(sampling="limit", kernel="code")
    assert len(list(explain_progressively(X, margin(rbf()), LIMIT))) == 1
