import numpy as np
import pytest
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.targets import CallableTarget
from spexplain.core.trust.curves import contributions, deletion_insertion

N_PIXELS = 300
RNG = np.random.default_rng(0)
SLOPES = RNG.normal(size=N_PIXELS)
X = 1 + RNG.gamma(1, 1, N_PIXELS)
LINEAR = CallableTarget(lambda spectra: spectra @ SLOPES)


def explained(method="lime", **settings):
    chosen = ExplainSettings(method=method, n_segments=15, n_samples=500, **settings)
    return explain(X, LINEAR, chosen)


@pytest.mark.parametrize("method", ["lime", "saliency", "occlusion"])
def test_deletion_leads_from_the_spectrum_to_the_perturbed_one_and_insertion_back(method):
    curves = deletion_insertion(explained(method), X, LINEAR)
    whole, gone = X @ SLOPES, 0.9 * X @ SLOPES
    assert curves.fraction[[0, -1]].tolist() == [0, 1]
    np.testing.assert_allclose(curves.deletion[[0, -1]], [whole, gone], rtol=1e-5)
    np.testing.assert_allclose(curves.insertion[[0, -1]], [gone, whole], rtol=1e-5)


def test_of_a_linear_target_the_curves_are_sums_of_the_largest_contributions():
    curves = deletion_insertion(explained(), X, LINEAR)
    lost = np.sort(0.1 * np.bincount(explained().labels, weights=X * SLOPES))[::-1]
    np.testing.assert_allclose(
        curves.deletion, X @ SLOPES - np.concatenate([[0], np.cumsum(lost)]), rtol=1e-4
    )


def test_weights_that_find_what_matters_beat_random_orders_and_wrong_ones_do_not():
    found = explained()
    good = deletion_insertion(found, X, LINEAR)
    assert good.gain > 2
    insertion_area = np.trapezoid(good.insertion, good.fraction)
    assert good.deletion_area < good.random.mean() < insertion_area
    shuffled = np.random.default_rng(1).permutation(found.weights)
    wrong = type(found)(
        **{name: getattr(found, name) for name in found.__slots__} | {"weights": shuffled}
    )
    assert abs(deletion_insertion(wrong, X, LINEAR).gain) < good.gain / 2


def test_many_segments_are_taken_in_few_steps():
    curves = deletion_insertion(explained("saliency"), X, LINEAR, n_steps=10, n_random=3)
    assert curves.fraction.shape == (11,)
    assert curves.random.shape == (3, 11)


def test_a_saliency_maps_contributions_are_slopes_times_the_perturbations_change():
    found = explained("saliency", factor=0.5)
    np.testing.assert_allclose(contributions(found, X), SLOPES * 0.5 * X, rtol=1e-5)
    lime = explained()
    assert contributions(lime, X) is lime.weights


def test_a_target_that_never_changes_has_no_better_order():
    flat = CallableTarget(lambda spectra: np.ones(len(spectra)))
    curves = deletion_insertion(explain(X, flat, ExplainSettings(n_segments=15)), X, flat)
    assert curves.gain == 0


def test_the_same_explanation_gives_the_same_curves():
    first, second = (deletion_insertion(explained(), X, LINEAR) for _ in range(2))
    np.testing.assert_array_equal(first.random, second.random)


def test_too_few_random_orders_are_quoted():
    with pytest.raises(ValueError, match="got 1 and 100"):
        deletion_insertion(explained(), X, LINEAR, n_random=1)
