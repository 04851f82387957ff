import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.neighbourhood.perturbations import perturb
from spexplain.core.neighbourhood.segments import uniform
from spexplain.core.targets import CallableTarget

N_PIXELS, N_SEGMENTS = 800, 16
LABELS = uniform(N_PIXELS, N_SEGMENTS)


def spectrum(seed=0, sigma=0.05):
    rng = np.random.default_rng(seed)
    pixels = np.arange(N_PIXELS)
    line = 5 * np.exp(-0.5 * ((pixels - 400) / 4) ** 2)
    return 2 + np.sin(pixels / 90) + line + rng.normal(0, sigma, N_PIXELS)


def test_shrinking_the_signal_keeps_the_noise_to_the_last_pixel():
    x = spectrum()
    signal = gaussian_filter1d(x, 3, mode="nearest")
    p = perturb(x, LABELS, method="shrink-signal", factor=0.5)
    median = np.median(signal)
    np.testing.assert_allclose(p - (x - signal), (signal + median) / 2, atol=1e-12)


@given(st.floats(0.1, 2), st.integers(0, 100))
def test_shrinking_by_a_factor_and_back_returns_the_signal(factor, seed):
    x = spectrum(seed, sigma=0)
    p = perturb(x, LABELS, method="shrink-signal", factor=1.0)
    np.testing.assert_allclose(p, x, atol=1e-12)
    flat = perturb(np.full(N_PIXELS, 3.0), LABELS, method="shrink-signal", factor=factor)
    np.testing.assert_allclose(flat, 3.0)


def test_noise_is_as_strong_as_asked_in_units_of_the_spectrums_own():
    x = spectrum(sigma=0.05)
    smooth = gaussian_filter1d(x, 3, mode="nearest")
    for factor in (0.5, 1.0, 3.0):
        drawn = perturb(x, LABELS, method="noise", factor=factor) - smooth
        assert np.std(drawn) == pytest.approx(0.05 * factor, rel=0.15)
    np.testing.assert_array_equal(perturb(x, LABELS, method="noise", factor=0.0), smooth)


def test_noise_depends_on_the_seed_and_on_nothing_else():
    x = spectrum()

    def drawn(seed):
        return perturb(x, LABELS, method="noise", factor=1.0, seed=seed)

    np.testing.assert_array_equal(drawn(3), drawn(3))
    assert np.abs(drawn(3) - drawn(4)).max() > 0.05
    np.testing.assert_array_equal(perturb(x, LABELS, method="noise", factor=1.0), drawn(0))


def test_an_explanation_by_noise_can_be_replayed():
    target = CallableTarget(lambda spectra: (spectra**2).sum(axis=1))
    chosen = ExplainSettings(perturbation="noise", factor=1.0, n_segments=10, n_samples=200, seed=5)
    once, again = (explain(spectrum(), target, chosen) for _ in range(2))
    np.testing.assert_array_equal(once.weights, again.weights)
    masks = lime_neighbourhood(spectrum(), chosen).masks.dense(slice(None), np.dtype(float))
    plain = ExplainSettings(n_segments=10, n_samples=200, seed=5)
    other = lime_neighbourhood(spectrum(), plain).masks.dense(slice(None), np.dtype(float))
    np.testing.assert_array_equal(masks, other)


def test_bumps_stand_in_the_middle_of_each_segment_and_end_within_it():
    x = spectrum()
    added = perturb(x, LABELS, method="bump", factor=0.5) - x
    height = 0.5 * np.median(np.abs(x))
    for k in range(N_SEGMENTS):
        piece = added[k == LABELS]
        assert piece.max() == pytest.approx(height, rel=0.02)
        assert abs(piece.argmax() - 24.5) <= 1
        assert max(piece[0], piece[-1]) < 1e-3 * height


@given(st.integers(1, N_PIXELS))
def test_bumps_are_finite_in_segments_of_any_size(n_segments):
    p = perturb(spectrum(), uniform(N_PIXELS, n_segments), method="bump", factor=1.0)
    assert np.isfinite(p).all()
    # A segment of one pixel is all bump.
    if n_segments == N_PIXELS:
        np.testing.assert_allclose(p - spectrum(), np.median(np.abs(spectrum())))
