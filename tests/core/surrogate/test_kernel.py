import numpy as np
import pytest
from scipy.spatial.distance import cosine
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.settings import ExplainSettings
from spexplain.core.surrogate.kernel import locality_weights

X = 1 + 0.3 * np.random.default_rng(3).normal(size=120)
NEIGHBOURHOOD = lime_neighbourhood(X, ExplainSettings(n_segments=10, n_samples=400, factor=0.5))


def test_text_kernel_is_a_gaussian_of_the_distance_between_spectra():
    distance = np.linalg.norm(NEIGHBOURHOOD.spectra() - X, axis=1)
    sigma = 0.7 * np.sqrt(0.5) * np.linalg.norm(NEIGHBOURHOOD.delta)
    np.testing.assert_allclose(
        locality_weights(NEIGHBOURHOOD, kernel="text", width=0.7),
        np.exp(-(distance**2) / sigma**2),
        rtol=1e-5,
    )


def test_code_kernel_is_limes_own_of_the_cosine_distance_between_masks():
    z = NEIGHBOURHOOD.masks.dense(slice(None), np.dtype(float))
    occupied = z.any(axis=1)
    distance = np.array([cosine(row, np.ones(10)) for row in z[occupied]])
    np.testing.assert_allclose(
        locality_weights(NEIGHBOURHOOD, kernel="code")[occupied],
        np.sqrt(np.exp(-(distance**2) / 0.25**2)),
        rtol=1e-12,
    )


@pytest.mark.parametrize("kernel", ["text", "code"])
def test_the_spectrum_itself_weighs_one_and_nothing_weighs_more(kernel):
    weights = locality_weights(NEIGHBOURHOOD, kernel=kernel)
    assert weights[0] == pytest.approx(1, abs=1e-12)
    assert weights.min() > 0
    assert weights.max() <= 1 + 1e-12


def test_the_default_width_gives_the_typical_sample_a_weight_of_one_over_e():
    median = np.median(locality_weights(NEIGHBOURHOOD, kernel="text"))
    assert median == pytest.approx(np.exp(-1), rel=0.1)


def test_the_weight_of_a_sample_does_not_depend_on_how_many_follow():
    fewer = lime_neighbourhood(X, ExplainSettings(n_segments=10, n_samples=50, factor=0.5))
    np.testing.assert_array_equal(locality_weights(fewer), locality_weights(NEIGHBOURHOOD)[:50])


def test_a_perturbation_that_changes_nothing_leaves_all_weights_one():
    same = lime_neighbourhood(X, ExplainSettings(n_segments=10, n_samples=20, factor=1.0))
    assert (locality_weights(same) == 1).all()


def test_an_unknown_kernel_is_named():
    with pytest.raises(ValueError, match=r"'text', 'code'.*got 'box'"):
        locality_weights(NEIGHBOURHOOD, kernel="box")
