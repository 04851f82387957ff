import numpy as np
import pytest
from sklearn.svm import SVC
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.explain.methods.saliency import smoothed
from spexplain.core.models.svm.coupled_svc import CoupledSvc
from spexplain.core.targets import CallableTarget, SvmTarget


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


def svm_target(kernel):
    rng = np.random.default_rng(3)
    x = 1 + 0.3 * rng.normal(size=(90, 40))
    labels = x[:, :3].argmax(axis=1)
    svc = SVC(kernel=kernel, degree=2, coef0=1, C=2)
    return SvmTarget(CoupledSvc(svc).fit(x, labels), 1, "log p"), x[4]


@pytest.mark.parametrize("kernel", ["linear", "rbf", "poly"])
def test_the_analytic_map_is_what_differences_tend_to_as_the_step_shrinks(kernel):
    target, x = svm_target(kernel)
    exact = explain(x, target, ExplainSettings(method="saliency", gradient="analytic"))
    scale = np.abs(exact.weights).max()
    errors = []
    for step in (0.1, 0.01, 0.001, 1e-5):
        rough = explain(x, target, ExplainSettings(method="saliency", step=step))
        errors.append(np.abs(rough.weights - exact.weights).max() / scale)
        assert rough.value == pytest.approx(exact.value)
    assert errors[1] < 0.2 * errors[0]
    assert errors[2] < 0.2 * errors[1]
    assert errors[3] < 1e-4
    assert exact.n_samples == 1


def test_a_target_that_knows_no_gradient_says_so():
    with pytest.raises(ValueError, match=r"'function' has no analytic gradient.*difference"):
        gradient_of(lambda spectra: spectra.sum(axis=1), np.ones(9), gradient="analytic")


def test_smoothing_spreads_a_spike_and_a_median_takes_it_out():
    spike = np.zeros(41)
    spike[20] = 1
    gaussian = smoothed(spike, px=3)
    assert gaussian.sum() == pytest.approx(1)
    assert gaussian[20] == pytest.approx(1 / (3 * np.sqrt(2 * np.pi)), rel=0.01)
    assert (smoothed(spike, method="median", px=2) == 0).all()
    np.testing.assert_array_equal(smoothed(spike, px=0), spike)


@pytest.mark.parametrize("method", ["median", "gaussian"])
def test_a_smooth_map_is_the_map_smoothed(method):
    slopes = np.random.default_rng(0).normal(size=50)
    rough = gradient_of(lambda spectra: spectra @ slopes, np.ones(50))
    found = gradient_of(
        lambda spectra: spectra @ slopes, np.ones(50), smoothing=method, smoothing_px=4
    )
    np.testing.assert_array_equal(found.weights, smoothed(rough.weights, method=method, px=4))


def test_smoothing_that_cannot_be_is_quoted():
    with pytest.raises(ValueError, match=r"smoothing must be one of .*, got 'mean'"):
        smoothed(np.ones(3), method="mean", px=1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="px must be 0 or more, got -1"):
        smoothed(np.ones(3), px=-1)
