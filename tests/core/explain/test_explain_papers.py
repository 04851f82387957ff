"""Both papers' methods, written down once more as plainly as can be, against the engine.

Nothing of the engine but its masks is used on the left-hand side: spectra are built one by one,
the model is asked about each, scikit-learn fits the surrogate.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d
from sklearn.linear_model import Ridge
from sklearn.svm import SVC
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.models.svm.coupled_svc import CoupledSvc
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.targets import CallableTarget, CoupledSvm, SvmTarget, VaeScore

N_PIXELS = 180
TYPES = np.array(["intermediate", "type 1", "type 2"])


def galaxy(seed: int, n_pixels: int = N_PIXELS) -> np.ndarray:
    rng = np.random.default_rng(seed)
    pixels = np.arange(n_pixels)
    line = rng.uniform(0.5, 2) * np.exp(-0.5 * ((pixels - rng.uniform(30, 150)) / 3) ** 2)
    return 1 + line + 0.1 * np.sin(pixels / 25) + 0.03 * rng.normal(size=n_pixels)


# --- O25, section 4 ---------------------------------------------------------------------------


def pieces(n_pixels: int, n_segments: int) -> list[np.ndarray]:
    """Uniform segments: so many, their sizes differing by one at most."""
    of_pixel = np.arange(n_pixels) * n_segments // n_pixels
    return [np.flatnonzero(of_pixel == number) for number in range(n_segments)]


def perturbed(x: np.ndarray, segments: list[np.ndarray], how: str, factor: float) -> np.ndarray:
    out = x.copy()
    for pixels in segments:
        if how == "scale":
            out[pixels] = x[pixels] * factor
        elif how == "shrink":
            out[pixels] = (x[pixels] - np.median(x)) * factor + np.median(x)
        elif how == "flat":
            out[pixels] = factor
        else:
            out[pixels] = factor * x[pixels].mean()
    return out


def plain_lime(x, function, z, segments, how, factor, kernel, alpha):
    """Perturb, ask, weigh, fit: one spectrum at a time."""
    gone = perturbed(x, segments, how, factor)
    spectra = np.empty((len(z), x.size))
    for row, mask in enumerate(z):
        spectra[row] = x
        for kept, pixels in zip(mask, segments, strict=True):
            if not kept:
                spectra[row, pixels] = gone[pixels]
    values = function(spectra)
    if kernel == "text":
        distance = np.linalg.norm(spectra - x, axis=1)
        weights = np.exp(-(distance**2) / (0.5 * np.sum((x - gone) ** 2)))
    else:
        with np.errstate(invalid="ignore"):
            cosine = z.sum(axis=1) / np.sqrt(z.sum(axis=1) * z.shape[1])
        distance = 1 - np.nan_to_num(cosine)
        weights = np.sqrt(np.exp(-(distance**2) / 0.25**2))
    fit = Ridge(alpha).fit(z, values, sample_weight=weights)
    return fit, fit.score(z, values, weights), values


@given(
    seed=st.integers(0, 500),
    n_segments=st.sampled_from([1, 2, 11, 77, 111]),
    how=st.sampled_from(["scale", "shrink", "flat", "mean"]),
    factor=st.sampled_from([0.6, 0.9, 1.2]),
    kernel=st.sampled_from(["text", "code"]),
    alpha=st.sampled_from([0.1, 1.0, 30.0]),
)
@settings(deadline=None, max_examples=25)
def test_lime_is_the_papers(seed, n_segments, how, factor, kernel, alpha):
    x = galaxy(seed).astype(np.float32).astype(np.float64)
    slopes = np.random.default_rng(seed).normal(size=N_PIXELS)

    def function(spectra):
        return np.log1p((spectra @ slopes / 10) ** 2) + spectra.max(axis=1)

    chosen = ExplainSettings(
        n_segments=n_segments,
        n_samples=300,
        perturbation=how,
        factor=factor,
        kernel=kernel,
        ridge_alpha=alpha,
        seed=seed,
    )
    found = explain(x, CallableTarget(function), chosen)
    z = BinaryMasks.random(300, n_segments, seed=seed).dense(slice(None), np.dtype(float))
    assert z[0].all()
    fit, r2, values = plain_lime(
        x, function, z, pieces(N_PIXELS, n_segments), how, factor, kernel, alpha
    )
    scale = max(np.ptp(values), 1e-3)
    np.testing.assert_allclose(found.sample_values, values, rtol=0, atol=3e-5 * scale)
    np.testing.assert_allclose(found.weights, fit.coef_, rtol=0, atol=3e-4 * scale)
    assert found.intercept == pytest.approx(fit.intercept_, abs=3e-4 * scale)
    assert found.r2 == pytest.approx(r2, abs=3e-3)


@pytest.mark.parametrize("n_segments", [11, 64, 77, 111, 150])
def test_segments_are_exactly_so_many_though_the_released_code_adds_one(n_segments):
    found = explain(
        galaxy(0),
        CallableTarget(lambda spectra: spectra.sum(axis=1)),
        ExplainSettings(n_segments=n_segments, n_samples=50),
    )
    sizes = np.bincount(found.labels)
    assert sizes.size == n_segments == found.weights.size
    assert np.ptp(sizes) <= 1


# --- O25, section 3: the eight scores -----------------------------------------------------------


def plain_score(x: np.ndarray, other: np.ndarray, name: str, kept: np.ndarray | None) -> float:
    """Filter, residual, trim, mean (FACTS: in this order)."""
    if kept is not None:
        x, other = x[kept], other[kept]
    residual = other - x
    parts = residual**2 / (np.maximum(x, 0) + 1e-3) if name.endswith("chi2") else residual**2
    if "trimmed" in name:
        n_out = int(0.03 * parts.size)
        parts = parts[np.argsort(np.abs(residual), kind="stable")[: parts.size - n_out]]
    return float(parts.mean())


@pytest.mark.parametrize("form", ["mse", "chi2"])
@pytest.mark.parametrize("trimmed", ["", "trimmed-"])
@pytest.mark.parametrize("filtered", ["", "filtered-"])
@pytest.mark.parametrize("seed", [3, 4])
def test_each_score_is_its_formula(form, trimmed, filtered, seed):
    """Filter, residual, trim, mean, on a spectrum with a negative pixel too."""
    rng = np.random.default_rng(seed)
    vae = Vae(N_PIXELS, hidden=(24, 12), n_latent=3, seed=seed)
    vae.output.bias.data += 1
    kept = rng.random(N_PIXELS) < 0.7 if filtered else None
    name = f"{filtered}{trimmed}{form}"
    spectra = np.stack([galaxy(seed + number) for number in range(6)]).astype(np.float32)
    spectra[0, 10] = -0.5  # a negative flux must not make a score NaN or negative
    other = vae.reconstruct(spectra)
    found = VaeScore(vae, name, kept=kept)(spectra)
    expected = [plain_score(x, y, name, kept) for x, y in zip(spectra, other, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=2e-5)
    assert (found > 0).all()


def test_the_reconstruction_decodes_the_latent_mean_by_plain_layers():
    vae = Vae(N_PIXELS, hidden=(24, 12), n_latent=3, seed=1)
    x = torch.from_numpy(np.stack([galaxy(1), galaxy(2)]).astype(np.float32))
    with torch.no_grad():
        mean = torch.from_numpy(vae.latent_mean(x.numpy()))
        decoded = vae.decode(mean)
    np.testing.assert_allclose(vae.reconstruct(x.numpy()), decoded.numpy(), rtol=1e-5)
    np.testing.assert_array_equal(vae.reconstruct(x.numpy()), vae.reconstruct(x.numpy()))


# --- P21, section 3 -----------------------------------------------------------------------------


def classifier(kernel: str, degree: int = 3):
    rng = np.random.default_rng(5)
    labels = np.arange(150) % 3
    spectra = np.stack([galaxy(number) for number in range(150)])
    spectra[:, 90:100] += 0.6 * labels[:, None] + 0.05 * rng.normal(size=(150, 1))
    svc = SVC(kernel=kernel, C=2.0, gamma=0.01, degree=degree, coef0=1.0, class_weight="balanced")
    fitted = CoupledSvc(svc).fit(spectra, TYPES[labels])
    return fitted, spectra


@pytest.mark.parametrize(
    ("kernel", "degree"), [("linear", 3), ("rbf", 3), ("poly", 2), ("poly", 3)]
)
@pytest.mark.parametrize("step", [0.01, 0.2, -0.05])
def test_saliency_is_the_papers_difference_of_log_probabilities(kernel, degree, step):
    fitted, spectra = classifier(kernel, degree)
    x = spectra[7]
    chosen = int(fitted.predict_proba(x[None]).argmax())
    expected = np.empty(N_PIXELS)
    before = np.log(fitted.predict_proba(x[None])[0, chosen])
    for pixel in range(N_PIXELS):
        raised = x.copy()
        raised[pixel] += step * x[pixel]
        after = np.log(fitted.predict_proba(raised[None])[0, chosen])
        expected[pixel] = (after - before) / (step * x[pixel])
    target = SvmTarget(CoupledSvm.from_sklearn(fitted), chosen, "log p")
    found = explain(x, target, ExplainSettings(method="saliency", step=step))
    tolerance = 1e-8 * np.abs(expected).max() + 1e-9
    np.testing.assert_allclose(found.weights, expected, rtol=0, atol=tolerance)
    assert found.value == pytest.approx(before)


@pytest.mark.parametrize("kernel", ["linear", "rbf"])
def test_the_map_points_at_the_pixels_that_make_the_type(kernel):
    fitted, spectra = classifier(kernel)
    machine = CoupledSvm.from_sklearn(fitted)
    found = explain(
        spectra[1],
        SvmTarget(machine, list(machine.classes).index("type 1")),
        ExplainSettings(method="saliency"),
    )
    smooth = gaussian_filter1d(found.weights, 3)
    assert 87 <= smooth.argmax() <= 103  # flux there was raised for class 1, type 1


@given(seed=st.integers(0, 200), n_segments=st.integers(1, 60))
@settings(deadline=None, max_examples=20)
def test_occlusion_is_what_is_lost_by_each_segment_alone(seed, n_segments):
    x = galaxy(seed)

    def function(spectra):
        return np.sqrt((spectra**2).sum(axis=1))

    found = explain(
        x,
        CallableTarget(function),
        ExplainSettings(method="occlusion", n_segments=n_segments, factor=0.8),
    )
    for number, pixels in enumerate(pieces(N_PIXELS, n_segments)):
        without = x.copy()
        without[pixels] *= 0.8
        lost = function(x[None])[0] - function(without[None])[0]
        assert found.weights[number] == pytest.approx(lost, abs=1e-9)
