"""The promise of core: what is computed from the pieces is what the spectra themselves give."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.models.svm.coupled_svc import CoupledSvc
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.settings import PerturbationName, SegmentationName
from spexplain.core.targets import SCALES, CallableTarget, Score, SvmTarget, VaeScore, evaluate

quick = settings(
    deadline=None, max_examples=7, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
SEEDS = st.integers(0, 2**20)
PERTURBATIONS = st.sampled_from(get_args(PerturbationName))
SEGMENTATIONS = st.sampled_from(get_args(SegmentationName))
FACTORS = st.sampled_from([0.6, 0.8, 0.9, 1.1, 1.2])


def spectrum(n_pixels, seed):
    rng = np.random.default_rng(seed)
    smooth = 1 + 0.3 * np.sin(np.linspace(0, rng.uniform(1, 9), n_pixels))
    return (smooth + 0.05 * rng.normal(size=n_pixels)).astype(np.float32)


def vae_score(score, n_pixels, seed):
    rng = np.random.default_rng(seed)
    vae = Vae(n_pixels, hidden=(32, 16, 8), n_latent=4, seed=seed)
    # A believable residual: the trained network's output is near the spectrum, not near 0.
    vae.output.bias.data += 1
    kept = rng.random(n_pixels) < 0.8
    return VaeScore(vae, score, kept=kept if score.startswith("filtered") else None)


def svm(kernel, n_pixels, seed, *, n_classes=3, scaled=False, degree=2):
    rng = np.random.default_rng(seed)
    labels = np.arange(90) % n_classes
    x = np.stack([spectrum(n_pixels, seed + i) for i in range(90)]).astype(np.float64)
    x[np.arange(90), labels] += 0.5
    svc = SVC(kernel=kernel, C=rng.uniform(0.5, 20), degree=degree, gamma=3 / n_pixels)
    estimator = make_pipeline(StandardScaler(), svc) if scaled else svc
    return CoupledSvc(estimator).fit(x, labels), x


def assert_scores_agree(target, neighbourhood, tolerance):
    structured = evaluate(target, neighbourhood)
    dense = target(neighbourhood.spectra())
    np.testing.assert_allclose(structured, dense, rtol=tolerance)


def assert_explanations_agree(x, target, chosen, tolerance):
    structured = explain(x, target, chosen)
    dense = explain(x, CallableTarget(target), chosen)
    scale = np.abs(dense.weights).max()
    np.testing.assert_allclose(structured.weights, dense.weights, rtol=0, atol=tolerance * scale)
    assert structured.intercept == pytest.approx(dense.intercept, rel=tolerance)
    assert structured.value == pytest.approx(dense.value, rel=tolerance)


@pytest.mark.parametrize("score", get_args(Score))
@quick
@given(
    seed=SEEDS,
    segmentation=SEGMENTATIONS,
    perturbation=PERTURBATIONS,
    factor=FACTORS,
    n_segments=st.integers(1, 60),
)
def test_scores_of_random_networks_in_single_precision(
    score, seed, segmentation, perturbation, factor, n_segments
):
    x = spectrum(301, seed)
    target = vae_score(score, 301, seed)
    chosen = ExplainSettings(
        segmentation=segmentation,
        n_segments=n_segments,
        n_samples=300,
        perturbation=perturbation,
        factor=factor,
        seed=seed,
    )
    assert_scores_agree(target, lime_neighbourhood(x, chosen), 1e-5)


@pytest.mark.parametrize("score", get_args(Score))
@quick
@given(seed=SEEDS, perturbation=PERTURBATIONS, factor=FACTORS)
def test_scores_of_random_networks_in_double_precision(score, seed, perturbation, factor):
    x = spectrum(301, seed).astype(np.float64)
    single = lime_neighbourhood(
        x, ExplainSettings(n_segments=20, n_samples=60, perturbation=perturbation, factor=factor)
    )
    double = Neighbourhood(
        single.base.astype(float), single.delta.astype(float), single.labels, single.masks
    )
    assert_scores_agree(vae_score(score, 301, seed), double, 1e-11)


@pytest.mark.parametrize("score", ["mse", "filtered-mse"])
@quick
@given(seed=SEEDS, factor=FACTORS, n_segments=st.integers(2, 40))
def test_lime_weights_of_random_networks(score, seed, factor, n_segments):
    chosen = ExplainSettings(n_segments=n_segments, n_samples=700, factor=factor, seed=seed)
    assert_explanations_agree(spectrum(301, seed), vae_score(score, 301, seed), chosen, 1e-5)


@pytest.mark.parametrize("kernel", ["linear", "rbf", "poly"])
@quick
@given(seed=SEEDS, perturbation=PERTURBATIONS, factor=FACTORS, n_segments=st.integers(1, 40))
def test_log_probabilities_of_random_machines(kernel, seed, perturbation, factor, n_segments):
    classifier, x = svm(kernel, 40, seed)
    chosen = ExplainSettings(
        n_segments=n_segments, n_samples=300, perturbation=perturbation, factor=factor, seed=seed
    )
    target = SvmTarget(classifier, seed % 3, "log p")
    assert_scores_agree(target, lime_neighbourhood(x[0], chosen), 1e-9)
    assert_explanations_agree(x[0], target, chosen, 1e-8)


@pytest.mark.parametrize("method", ["saliency", "occlusion"])
@pytest.mark.parametrize("kernel", ["linear", "rbf", "poly"])
def test_one_hot_methods_on_machines(method, kernel):
    classifier, x = svm(kernel, 40, 5)
    chosen = ExplainSettings(method=method, n_segments=7)
    assert_explanations_agree(x[0], SvmTarget(classifier, 0, "log p"), chosen, 1e-7)


@pytest.mark.parametrize("method", ["saliency", "occlusion"])
@pytest.mark.parametrize("score", get_args(Score))
def test_one_hot_methods_on_scores(method, score):
    chosen = ExplainSettings(method=method, n_segments=7)
    assert_explanations_agree(spectrum(301, 5), vae_score(score, 301, 5), chosen, 1e-7)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("n_classes", [2, 3, 4])
@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("degree", [2, 3])
def test_every_kind_of_classifier_that_is_read(scale, n_classes, scaled, degree):
    kernel = "poly" if degree == 3 else "rbf"
    classifier, x = svm(kernel, 30, 8, n_classes=n_classes, scaled=scaled, degree=degree)
    target = SvmTarget(classifier, n_classes - 1, scale)
    chosen = ExplainSettings(n_segments=6, n_samples=50)
    assert_scores_agree(target, lime_neighbourhood(x[0], chosen), 1e-9)


@pytest.mark.parametrize("score", ["mse", "chi2"])
@pytest.mark.parametrize("method", ["lime", "saliency"])
def test_a_network_that_nothing_wakes(score, method):
    vae = Vae(301, hidden=(32, 16, 8), n_latent=4, seed=1)
    vae.encoder[0].bias.data -= 1e3
    chosen = ExplainSettings(method=method, n_segments=5, n_samples=50)
    assert_explanations_agree(spectrum(301, 0), VaeScore(vae, score), chosen, 1e-5)
