import numpy as np
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.neighbourhood.segments import uniform
from spexplain.core.targets import CallableTarget


def occlude(function, x, **knobs):
    return explain(x, CallableTarget(function), ExplainSettings(method="occlusion", **knobs))


def test_the_weight_is_what_the_target_loses_with_the_segment():
    x = np.arange(1.0, 13)
    found = occlude(lambda s: s.sum(axis=1), x, n_segments=4, factor=0.5)
    np.testing.assert_allclose(found.weights, 0.5 * np.bincount(uniform(12, 4), weights=x))
    assert found.value == x.sum()


def test_only_the_segment_the_target_looks_at_matters():
    x = np.ones(100)
    found = occlude(lambda s: s[:, 42] ** 2, x, n_segments=10)
    assert found.top(1).tolist() == [4]
    assert np.count_nonzero(found.weights) == 1


def test_the_perturbation_is_the_chosen_one():
    x = np.array([1.0, 3.0, 10.0, 20.0])
    found = occlude(lambda s: s[:, 0], x, n_segments=2, perturbation="mean", factor=1.0)
    np.testing.assert_allclose(found.weights, [-1, 0])
