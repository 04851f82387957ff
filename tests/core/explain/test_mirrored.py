"""The other side of 1 is the same explanation but for its factor."""

import numpy as np
from spexplain.core.explain.entry import ExplainSettings, explain, explain_progressively
from spexplain.core.explain.mirrored import mirror
from spexplain.core.targets import CallableTarget

X = 1 + np.random.default_rng(0).gamma(2, 0.3, 120)
CURVED = CallableTarget(lambda s: (s.astype(np.float64) ** 3).mean(axis=1))
SETTINGS = ExplainSettings(n_segments=6, n_samples=400, factor=0.8)


def test_a_complete_explanation_is_mirrored_by_the_complete_one():
    found = explain(X, CURVED, SETTINGS)
    other = explain(X, CURVED, ExplainSettings(n_segments=6, n_samples=400, factor=1.2))
    np.testing.assert_array_equal(mirror(found, X, CURVED), other.weights)


def test_an_early_answer_is_mirrored_by_an_early_one():
    early = next(explain_progressively(X, CURVED, SETTINGS, counts=(100,)))
    other = ExplainSettings(n_segments=6, n_samples=400, factor=1.2)
    wanted = next(explain_progressively(X, CURVED, other, counts=(100,)))
    np.testing.assert_array_equal(mirror(early, X, CURVED), wanted.weights)


def test_fills_and_saliency_maps_have_no_other_side():
    for changes in ({"perturbation": "flat"}, {"method": "saliency"}, {"factor": 1.0}):
        chosen = ExplainSettings(**{"n_segments": 6, "n_samples": 100, **changes})
        assert mirror(explain(X, CURVED, chosen), X, CURVED) is None
