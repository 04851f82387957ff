import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.targets import CallableTarget

N_PIXELS = 600


def line_strength(centre):
    """Equivalent-width-like measure: flux within 10 pixels of a line against the rest."""
    pixels = np.arange(N_PIXELS)
    inside = np.abs(pixels - centre) <= 10

    def strength(spectra):
        return spectra[:, inside].mean(axis=1) - spectra[:, ~inside].mean(axis=1)

    return CallableTarget(strength)


def galaxy(centre, seed=0):
    pixels = np.arange(N_PIXELS)
    line = 2 * np.exp(-0.5 * ((pixels - centre) / 4) ** 2)
    return 1 + line + 0.05 * np.random.default_rng(seed).normal(size=N_PIXELS)


@settings(deadline=None, max_examples=10)
@given(centre=st.integers(30, N_PIXELS - 30), kernel=st.sampled_from(["text", "code"]))
def test_the_segment_of_a_planted_line_comes_first_and_raises_its_strength(centre, kernel):
    chosen = ExplainSettings(n_segments=30, n_samples=400, kernel=kernel)
    found = explain(galaxy(centre), line_strength(centre), chosen)
    first = found.top(1)[0]
    assert np.abs(np.flatnonzero(found.labels == first) - centre).min() <= 10
    assert found.weights[first] > 0


def test_weights_are_the_slopes_of_a_linear_target():
    slopes = np.random.default_rng(1).normal(size=N_PIXELS)
    target = CallableTarget(lambda spectra: spectra @ slopes + 5)
    x = galaxy(300)
    found = explain(x, target, ExplainSettings(n_segments=20, n_samples=800, ridge_alpha=1e-9))
    lost = 0.1 * np.bincount(found.labels, weights=x * slopes)
    np.testing.assert_allclose(found.weights, lost, atol=1e-5)
    assert found.r2 == pytest.approx(1)
    assert found.local_prediction == pytest.approx(found.value, rel=1e-6)
    assert found.intercept == pytest.approx(0.9 * x @ slopes + 5, rel=1e-5)


def test_more_samples_bring_the_weights_closer_to_the_limit():
    target = line_strength(200)
    rough, fine, limit = (
        explain(galaxy(200), target, ExplainSettings(n_segments=15, n_samples=n, seed=n)).weights
        for n in (60, 1000, 20_000)
    )
    assert np.linalg.norm(fine - limit) < 0.3 * np.linalg.norm(rough - limit)


def test_the_neighbourhood_starts_with_the_spectrum_and_mixes_it_with_the_perturbed():
    x = galaxy(100).astype(np.float32)
    nb = lime_neighbourhood(x, ExplainSettings(n_segments=25, n_samples=50, factor=0.6))
    spectra = nb.spectra()
    np.testing.assert_allclose(spectra[0], x, rtol=1e-6)
    ratio = spectra / x
    assert (np.isclose(ratio, 1, atol=1e-5) | np.isclose(ratio, 0.6, atol=1e-5)).all()


def test_the_explanation_keeps_its_samples_values_in_order():
    target, chosen = line_strength(100), ExplainSettings(n_segments=25, n_samples=300)
    found = explain(galaxy(100), target, chosen)
    spectra = lime_neighbourhood(galaxy(100), chosen).spectra()
    np.testing.assert_array_equal(found.sample_values, target(spectra))
    assert found.sample_values[0] == found.value
