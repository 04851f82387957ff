import itertools

import numpy as np
import pytest
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.settings import ExplainSettings
from spexplain.core.surrogate.kernel import locality_weights, presence

X = 1 + np.random.default_rng(0).gamma(1, 1, 200)


@pytest.mark.parametrize("width", [None, 0.3, 2.0])
def test_weighing_all_masks_by_the_kernel_is_drawing_them_with_these_odds(width):
    nb = lime_neighbourhood(X, ExplainSettings(n_segments=8))
    every = np.array(list(itertools.product([0, 1], repeat=8)))
    nb = Neighbourhood(nb.base, nb.delta, nb.labels, BinaryMasks.pack(every))
    weights = locality_weights(nb, width=width)
    p = presence(nb, width=width)
    odds = np.prod(np.where(every == 1, p, 1 - p), axis=1)
    np.testing.assert_allclose(weights / weights.sum(), odds, rtol=1e-5)


def test_a_narrow_kernel_keeps_strong_segments_present_and_leaves_idle_ones_alone():
    x = X.copy()
    x[:25] = 0
    p = presence(lime_neighbourhood(x, ExplainSettings(n_segments=8)), width=0.3)
    assert p[0] == 0.5
    assert np.all(p[1:] > 0.6)


def test_without_any_perturbation_the_odds_are_even():
    nb = lime_neighbourhood(X, ExplainSettings(n_segments=8, factor=1.0))
    np.testing.assert_array_equal(presence(nb), np.full(8, 0.5))
