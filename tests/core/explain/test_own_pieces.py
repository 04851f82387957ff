"""Pieces of any shape, and baselines, by the same methods."""

import numpy as np
import pytest
from spexplain.core.explain.entry import explain
from spexplain.core.explain.own_pieces import PiecesTarget, pieces_settings
from spexplain.core.settings import ExplainSettings
from spexplain.core.targets import CallableTarget

X = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], np.float32)
LABELS = np.array([0, 1, 0, 2, 2, 1], np.int32)
SUM = CallableTarget(lambda spectra: spectra.sum(axis=1), name="sum")


def pieces(baseline) -> PiecesTarget:
    return PiecesTarget(SUM, X, np.broadcast_to(np.float32(baseline), X.shape), LABELS)


def test_all_present_is_the_spectrum_and_none_the_baseline():
    target = pieces(0.5)
    assert target(np.ones((1, 3), np.float32))[0] == X.sum()
    assert target(np.zeros((1, 3), np.float32))[0] == 3.0
    assert target.name == "sum"


@pytest.mark.parametrize("method", ["occlusion", "shapley"])
def test_of_a_sum_a_piece_weighs_what_it_adds_to_the_baseline(method):
    asked = ExplainSettings(method=method, n_samples=64)
    chosen = pieces_settings(asked, 3, baseline=True)
    found = explain(np.ones(3, np.float32), pieces(0.5), chosen)
    expected = [float(np.sum(X[k == LABELS] - 0.5)) for k in range(3)]
    np.testing.assert_allclose(found.weights, expected, atol=1e-4)


def test_without_a_baseline_a_piece_is_scaled():
    asked = ExplainSettings(method="occlusion", factor=0.8)
    found = explain(np.ones(3), pieces(0.0), pieces_settings(asked, 3, baseline=False))
    expected = [0.2 * X[k == LABELS].sum() for k in range(3)]
    np.testing.assert_allclose(found.weights, expected, atol=1e-5)


def test_what_has_no_pieces_is_refused():
    with pytest.raises(ValueError, match="no segments and no baseline"):
        pieces_settings(ExplainSettings(method="saliency"), 3, baseline=True)
    with pytest.raises(ValueError, match="not 'mean'"):
        pieces_settings(ExplainSettings(perturbation="mean"), 3, baseline=False)
