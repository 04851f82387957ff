import numpy as np
import pytest
from spexplain.core.explain import ExplainSettings, explain
from spexplain.core.targets import CallableTarget

SALIENCY = ExplainSettings(method="saliency")


def gradient_of(function, x, **knobs):
    settings = ExplainSettings(method="saliency", **knobs)
    return explain(x, CallableTarget(function), settings)


def test_a_linear_target_gives_its_slopes_exactly():
    slopes = np.random.default_rng(0).normal(size=50)
    x = np.random.default_rng(1).uniform(0.5, 2, 50)
    found = gradient_of(lambda spectra: spectra @ slopes, x)
    np.testing.assert_allclose(found.weights, slopes, atol=1e-11)
    assert found.value == pytest.approx(x @ slopes)


def test_the_difference_is_one_sided_and_relative_to_each_pixel():
    x = np.array([1.0, 2.0, 4.0])
    found = gradient_of(lambda spectra: (spectra**2).sum(axis=1), x, step=0.01)
    # [(x + e)² − x²]/e = 2x + e with e = 0.01 x
    np.testing.assert_allclose(found.weights, 2.01 * x)


def test_negative_and_zero_flux_have_a_derivative_too():
    x = np.array([-1.0, 0.0, 2.0])
    found = gradient_of(lambda spectra: (spectra**2).sum(axis=1), x, step=1e-6)
    np.testing.assert_allclose(found.weights, 2 * x, atol=1e-5)


def test_a_spectrum_of_zeros_is_stepped_in_units_of_one():
    found = gradient_of(lambda spectra: spectra.sum(axis=1), np.zeros(4))
    np.testing.assert_allclose(found.weights, 1)


def test_every_pixel_is_its_own_segment():
    found = gradient_of(lambda spectra: spectra.sum(axis=1), np.ones(30))
    assert found.labels.tolist() == list(range(30))
    assert (found.n_samples, found.complete) == (30, True)


def test_single_precision_input_is_differenced_in_double():
    seen = []

    def function(spectra):
        seen.append(spectra.dtype)
        return spectra.sum(axis=1)

    gradient_of(function, np.ones(5, np.float32))
    assert set(seen) == {np.dtype(np.float64)}
