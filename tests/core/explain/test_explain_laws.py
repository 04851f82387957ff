"""Laws that hold for every explanation, whatever the target: what an astronomer may rely on."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.svm import SVC
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.models.svm.coupled_svc import CoupledSvc
from spexplain.core.settings import MethodName, PerturbationName, SegmentationName
from spexplain.core.targets import CallableTarget, SvmTarget, VaeScore

N_PIXELS = 240
QUICK = ExplainSettings(n_segments=24, n_samples=400)
SEEDS = st.integers(0, 10_000)
METHODS = st.sampled_from(get_args(MethodName))


def spectrum(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    pixels = np.arange(N_PIXELS)
    line = 1.5 * np.exp(-0.5 * ((pixels - rng.integers(20, 220)) / 4) ** 2)
    return 1 + line + 0.04 * rng.normal(size=N_PIXELS)


def curved(seed: int):
    slopes = np.random.default_rng(seed).normal(size=N_PIXELS)
    return lambda spectra: np.sin(spectra @ slopes / 20) + (spectra**2).mean(axis=1)


def found_by(function, x, **changes):
    return explain(x, CallableTarget(function), replace(QUICK, **changes))


@given(SEEDS, METHODS, st.floats(-50, 50))
@settings(deadline=None, max_examples=30)
def test_a_constant_added_to_the_target_moves_the_intercept_and_nothing_else(seed, method, add):
    x, function = spectrum(seed), curved(seed)
    plain = found_by(function, x, method=method)
    moved = found_by(lambda s: function(s) + add, x, method=method)
    scale = np.abs(plain.weights).max()
    np.testing.assert_allclose(moved.weights, plain.weights, rtol=0, atol=1e-6 * scale + 1e-9)
    assert moved.intercept == pytest.approx(plain.intercept + add, abs=1e-6)
    assert moved.value == pytest.approx(plain.value + add, abs=1e-9)


@given(SEEDS, METHODS, st.floats(-9, 9).filter(lambda f: abs(f) > 0.01))
@settings(deadline=None, max_examples=30)
def test_a_target_in_other_units_has_its_weights_in_those_units(seed, method, factor):
    x, function = spectrum(seed), curved(seed)
    plain = found_by(function, x, method=method)
    scaled = found_by(lambda s: factor * function(s), x, method=method)
    scale = np.abs(factor * plain.weights).max()
    np.testing.assert_allclose(scaled.weights, factor * plain.weights, rtol=0, atol=1e-6 * scale)
    assert scaled.r2 == pytest.approx(plain.r2, abs=1e-6, nan_ok=True)  # NaN: nothing is fitted


@given(SEEDS, METHODS)
@settings(deadline=None, max_examples=30)
def test_two_targets_explained_together_are_the_sum_of_both(seed, method):
    x, one, two = spectrum(seed), curved(seed), curved(seed + 1)
    both = found_by(lambda s: one(s) + two(s), x, method=method)
    parts = [found_by(function, x, method=method) for function in (one, two)]
    total = parts[0].weights + parts[1].weights
    # Sampled Shapley values fit threes along directions of each target's own: alike, not the same.
    near = 0.02 if method == "shapley" else 1e-6
    size = max(np.abs(part.weights).max() for part in parts)
    np.testing.assert_allclose(both.weights, total, rtol=0, atol=near * size)


@given(SEEDS, METHODS)
@settings(deadline=None, max_examples=30)
def test_segments_the_target_does_not_look_at_have_no_weight(seed, method):
    x = spectrum(seed)
    found = found_by(lambda s: s[:, 100:110].mean(axis=1), x, method=method, ridge_alpha=1e-6)
    pixels = np.flatnonzero(np.abs(found.weight_of_pixel) > 1e-4 * np.abs(found.weights).max())
    size = 1 if method == "saliency" else N_PIXELS // 24
    assert pixels.min() > 100 - size
    assert pixels.max() < 110 + size


@given(SEEDS, METHODS)
@settings(deadline=None, max_examples=20)
def test_what_raises_the_target_is_positive_and_what_lowers_it_negative(seed, method):
    x = np.abs(spectrum(seed))
    found = found_by(
        lambda s: s[:, 60:80].mean(axis=1) - s[:, 160:180].mean(axis=1), x, method=method
    )
    weight = found.weight_of_pixel
    assert (weight[62:78] > 0).all()
    assert (weight[162:178] < 0).all()


@given(SEEDS, st.integers(1, N_PIXELS))
@settings(deadline=None, max_examples=20)
def test_saliency_of_a_linear_target_is_its_slopes(seed, n_segments):
    slopes = np.random.default_rng(seed).normal(size=N_PIXELS)
    found = found_by(lambda s: s @ slopes, spectrum(seed), method="saliency", n_segments=n_segments)
    np.testing.assert_allclose(found.weights, slopes, rtol=1e-6, atol=1e-6)
    assert found.labels.tolist() == list(range(N_PIXELS))  # pixels, whatever the segments


@given(SEEDS, st.integers(1, 80), st.sampled_from([0.6, 0.9, 1.2]))
@settings(deadline=None, max_examples=20)
def test_occlusion_of_a_linear_target_adds_up_to_the_whole(seed, n_segments, factor):
    slopes = np.random.default_rng(seed).normal(size=N_PIXELS)
    x = spectrum(seed)
    found = found_by(
        lambda s: s @ slopes, x, method="occlusion", n_segments=n_segments, factor=factor
    )
    assert found.weights.sum() == pytest.approx((1 - factor) * x @ slopes, abs=1e-8)


@given(SEEDS, METHODS)
@settings(deadline=None, max_examples=15)
def test_the_precision_of_the_file_does_not_matter(seed, method):
    x = spectrum(seed).astype(np.float32)
    narrow = found_by(curved(seed), x, method=method)
    wide = found_by(curved(seed), x.astype(np.float64), method=method)
    scale = np.abs(wide.weights).max()
    np.testing.assert_allclose(narrow.weights, wide.weights, rtol=0, atol=1e-5 * scale)


@given(SEEDS)
@settings(deadline=None, max_examples=10)
def test_explaining_does_not_touch_the_spectrum(seed):
    x = spectrum(seed)
    x.flags.writeable = False
    before = x.tobytes()
    for method in get_args(MethodName):
        found_by(curved(seed), x, method=method)
    assert x.tobytes() == before


# --- every choice with every other ------------------------------------------------------------


def targets():
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    spectra = np.stack([spectrum(number) for number in range(60)])
    spectra[:, 50:60] += labels[:, None]
    svm = CoupledSvc(SVC(kernel="rbf", gamma=0.02))
    kept = rng.random(N_PIXELS) < 0.9
    vae = Vae(N_PIXELS, hidden=(16, 8), n_latent=3, seed=0)
    return {
        "svm": SvmTarget(svm.fit(spectra, np.array(["a", "b", "c"])[labels]), 1, "log p"),
        "mse": VaeScore(vae, "mse"),
        "filtered": VaeScore(vae, "filtered-mse", kept=kept),
        "trimmed": VaeScore(vae, "trimmed-chi2"),
        "callable": CallableTarget(curved(3), "curved"),
    }


TARGETS = targets()


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize("method", get_args(MethodName))
def test_any_method_works_on_any_target_with_any_segments_and_perturbation(target, method):
    x = spectrum(7)
    if method == "saliency":
        choices = [("uniform", "scale")]  # pixels, each by a step of its own
    else:
        choices = itertools.product(get_args(SegmentationName), get_args(PerturbationName))
    for segmentation, perturbation in choices:
        chosen = replace(
            QUICK,
            method=method,
            segmentation=segmentation,
            perturbation=perturbation,
            n_samples=60,
        )
        found = explain(x, target, chosen)
        assert np.isfinite(found.weights).all()
        assert found.labels.shape == (N_PIXELS,)
        assert set(found.labels) == set(range(found.weights.size))
        assert found.value == pytest.approx(float(target(x[None].astype(np.float64))[0]), rel=1e-4)
        assert found.complete
        assert found.settings == chosen
        assert found.target == target.name


@given(st.lists(st.floats(-5, 5), min_size=24, max_size=24), st.integers(1, 30))
def test_the_top_segments_are_those_of_the_largest_weights(weights, k):
    found = replace(found_by(curved(0), spectrum(0)), weights=np.array(weights))
    top = found.top(k)
    sizes = np.abs(weights)
    assert len(top) == min(k, 24)
    assert len(set(top.tolist())) == len(top)
    rest = np.delete(sizes, top)
    assert sizes[top].min() >= (rest.max() if rest.size else 0)
    assert (np.diff(sizes[top]) <= 0).all()


def test_edges_of_segments_are_in_angstroms_and_cover_the_spectrum():
    wave = np.linspace(3800.0, 5200.0, N_PIXELS)
    found = found_by(curved(0), spectrum(0))
    edges = found.edges(wave)
    assert edges.shape == (24, 2)
    assert (edges[:, 0] < edges[:, 1]).all()
    for number, (low, high) in enumerate(edges):
        inside = wave[found.labels == number]
        assert low <= inside.min()
        assert inside.max() <= high
    assert edges.min() <= wave[0]
    assert edges.max() >= wave[-1]
