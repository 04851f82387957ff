"""The figures of reviewers: equal to Quantus's own on the arrays it used, and what they promise."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from spexplain.core.explain.entry import Cancelled, ExplainSettings, explain
from spexplain.core.targets import CallableTarget
from spexplain.core.trust.reviewers_figures import (
    completeness_gap,
    faithfulness,
    faithfulness_correlation,
    infidelity,
    max_sensitivity,
    random_logit,
    segment_contributions,
)

# Made by benchmarks/quantus_arrays.py with Quantus 0.6.0.
QUANTUS = json.loads((Path(__file__).parent / "quantus.json").read_text())


def kept(name):
    """Scores (3,), shares (3, S), masks (n, 3, S) and values (n, 3), the first of x itself."""
    return [np.array(QUANTUS[name][key]) for key in ("scores", "shares", "masks", "values")]


@pytest.mark.parametrize(
    ("name", "ours"),
    [("faithfulness_correlation", faithfulness_correlation), ("infidelity", infidelity)],
)
def test_taking_segments_away_scores_as_in_quantus(name, ours):
    scores, shares, masks, values = kept(name)
    for i, score in enumerate(scores):
        said = (1 - masks[1:, i]) @ shares[i]
        assert ours(said, values[0, i] - values[1:, i]) == pytest.approx(score, rel=1e-6)
    assert np.isfinite(scores).all()
    assert (scores != 0).all()


def test_adding_up_is_true_where_it_is_in_quantus():
    scores, shares, _, values = kept("completeness")
    for i, score in enumerate(scores):
        difference = values[0, i] - values[1, i]
        assert (completeness_gap(shares[i], difference) == 0) == score
        assert completeness_gap(shares[i] * difference / shares[i].sum(), difference) < 1e-12


def test_sensitivity_and_other_classes_score_as_in_quantus():
    scores, shares, *_ = kept("max_sensitivity")
    noisy = np.array(QUANTUS["max_sensitivity_weights"])
    for i, score in enumerate(scores):
        assert max_sensitivity(shares[i], noisy[:, i]) == pytest.approx(score, rel=1e-6)
    scores, shares, *_ = kept("random_logit")
    for i, other in enumerate(np.array(QUANTUS["random_logit_weights"])):
        assert random_logit(shares[i], other) == pytest.approx(scores[i], rel=1e-6)


X = (1 + np.random.default_rng(0).gamma(1, 1, 60)).astype(np.float32)
SLOPES = np.random.default_rng(1).normal(size=60)
LINEAR = CallableTarget(lambda s: s @ SLOPES)
CURVED = CallableTarget(lambda s: (s @ SLOPES) ** 2 + s[:, 0] * s[:, 59])
SETTINGS = ExplainSettings(n_segments=12, n_samples=800, factor=0.5)


@pytest.mark.parametrize("method", ["occlusion", "saliency", "shapley"])
def test_of_a_linear_model_they_are_perfect(method):
    found = explain(X, LINEAR, dataclasses.replace(SETTINGS, method=method))
    figures = faithfulness(found, X, LINEAR, n_noisy=3)
    assert figures.infidelity == pytest.approx(0, abs=1e-6)
    assert figures.correlation == pytest.approx(1)
    assert figures.completeness == pytest.approx(0, abs=1e-4)
    assert figures.max_sensitivity < 0.1
    labels, shares = segment_contributions(found, X)
    assert (labels.max() + 1, len(shares)) == (12, 12)


def test_shapley_values_add_up_and_nonsense_does_not():
    found = explain(X, CURVED, dataclasses.replace(SETTINGS, method="shapley"))
    figures = faithfulness(found, X, CURVED, n_noisy=2)
    assert figures.completeness == pytest.approx(0, abs=1e-6)
    nonsense = dataclasses.replace(found, weights=np.roll(found.weights, 5) * 3)
    worse = faithfulness(nonsense, X, CURVED, n_noisy=2)
    assert worse.infidelity > 10 * figures.infidelity
    assert worse.correlation < figures.correlation


def test_a_model_that_answers_alike_has_no_figures_and_one_may_give_up():
    still = CallableTarget(lambda s: np.ones(len(s)))
    found = explain(X, still, dataclasses.replace(SETTINGS, method="occlusion"))
    figures = faithfulness(found, X, still, n_noisy=2)
    assert (figures.infidelity, figures.completeness, figures.max_sensitivity) == (0, 0, 0)
    assert np.isnan(figures.correlation)
    with pytest.raises(Cancelled):
        faithfulness(found, X, still, cancelled=lambda: True)
    with pytest.raises(ValueError, match="got 1 and 10"):
        faithfulness(found, X, still, n_subsets=1)
