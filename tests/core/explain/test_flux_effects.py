"""The same direction of flux on both sides of 1, and the same size: laws in closed form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.explain.flux_effects import effects, mirrored_settings
from spexplain.core.explain.mirrored import mirror
from spexplain.core.targets import CallableTarget

N_PIXELS, N_SEGMENTS = 120, 6
QUICK = ExplainSettings(n_segments=N_SEGMENTS, n_samples=300, ridge_alpha=1e-9)
SEEDS = st.integers(0, 10_000)
FACTORS = st.floats(0.5, 1.5).filter(lambda f: abs(f - 1) > 0.01)
SAMPLED = st.sampled_from(["lime", "occlusion"])


def spectrum(seed: int) -> np.ndarray:
    return 1 + np.random.default_rng(seed).gamma(2, 0.3, N_PIXELS)


def linear(seed: int) -> tuple[np.ndarray, CallableTarget]:
    slopes = np.random.default_rng([seed, 1]).normal(size=N_PIXELS)
    return slopes, CallableTarget(lambda spectra: spectra.astype(np.float64) @ slopes)


def bowl(x: np.ndarray, sign: float = 1.0) -> CallableTarget:
    """Least (or largest) at the spectrum itself: what any change raises (or lowers)."""
    bottom = x.astype(np.float32).astype(np.float64)
    return CallableTarget(lambda spectra: sign * ((spectra - bottom) ** 2).sum(axis=1))


def per_segment(values: np.ndarray) -> np.ndarray:
    return values.reshape(N_SEGMENTS, -1).sum(axis=1)


@given(SEEDS, FACTORS, SAMPLED)
@settings(deadline=None, max_examples=30)
def test_of_a_linear_target_the_effect_is_a_tenth_of_slope_times_flux_at_every_factor(
    seed, factor, method
):
    x = spectrum(seed)
    slopes, target = linear(seed)
    found = explain(x, target, replace(QUICK, method=method, factor=factor))
    true = 0.1 * per_segment(slopes * x)
    scale = np.abs(true).max()
    np.testing.assert_allclose(effects(found).values, true, rtol=0, atol=2e-4 * scale)


@pytest.mark.parametrize("method", ["lime", "occlusion", "shapley", "saliency"])
@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_where_the_flux_is_negative_more_of_it_is_less_negative(method, factor):
    """As in spectra without their continuum: what lies below 0 is absorption."""
    x = spectrum(0) * np.repeat([1.0, -1.0, 1.0, -1.0, 1.0, 1.0], N_PIXELS // N_SEGMENTS)
    target = CallableTarget(lambda spectra: spectra.sum(axis=1))
    found = explain(x, target, replace(QUICK, method=method, factor=factor))
    flux = x if method == "saliency" else None
    seen = effects(found, mirrored=mirror(found, x, target), flux=flux)
    assert (seen.values > 0).all()
    assert not seen.either.any()
    assert seen.n_below == (0 if method == "saliency" else 2)


@given(SEEDS, FACTORS)
@settings(deadline=None, max_examples=20)
def test_a_saliency_map_in_tenths_of_the_flux_adds_up_to_what_a_segment_does(seed, factor):
    x = spectrum(seed)
    _, target = linear(seed)
    slope = explain(x, target, replace(QUICK, method="saliency"))
    segments = explain(x, target, replace(QUICK, method="occlusion", factor=factor))
    tenths = effects(slope, flux=x)
    assert tenths.unit == "flux"
    np.testing.assert_allclose(
        per_segment(tenths.values), effects(segments).values, rtol=1e-5, atol=1e-7
    )


@given(SEEDS, FACTORS, SAMPLED, st.sampled_from([1.0, -1.0]))
@settings(deadline=None, max_examples=30)
def test_at_the_bottom_of_a_bowl_any_change_raises_it_and_at_the_top_lowers(
    seed, factor, method, sign
):
    x = spectrum(seed)
    target = bowl(x, sign)
    chosen = replace(QUICK, method=method, factor=factor)
    found = explain(x, target, chosen)
    effect = effects(found, mirrored=mirror(found, x, target))
    assert effect.either.all()
    assert (np.sign(effect.values) == sign).all()
    assert effect.in_words(0) == f"any change {'raises' if sign > 0 else 'lowers'}"


@given(SEEDS, FACTORS, SAMPLED)
@settings(deadline=None, max_examples=30)
def test_where_the_slope_wins_over_the_bend_the_direction_is_named_and_else_any_change(
    seed, factor, method
):
    """Of Σ (a_k t + b_k t²) in closed form: both sides of 1 agree where |a_k| > |b_k (f − 1)|."""
    rng = np.random.default_rng(seed)
    x = spectrum(seed)
    slope, bend = rng.normal(size=(2, N_SEGMENTS)) * [[1.0], [5.0]]
    first = np.arange(N_SEGMENTS) * (N_PIXELS // N_SEGMENTS)
    whole = x.astype(np.float32).astype(np.float64)[first]

    def value(spectra: np.ndarray) -> np.ndarray:
        change = spectra[:, first] / whole - 1
        return (slope * change + bend * change**2).sum(axis=1)

    target = CallableTarget(value)
    found = explain(x, target, replace(QUICK, method=method, factor=factor))
    effect = effects(found, mirrored=mirror(found, x, target))
    clear = np.abs(np.abs(slope) - np.abs(bend * (factor - 1))) > 1e-3
    wins = np.abs(slope) > np.abs(bend * (factor - 1))
    np.testing.assert_array_equal(~effect.either[clear], wins[clear])
    named = clear & wins
    np.testing.assert_array_equal(np.sign(effect.values[named]), np.sign(slope[named]))
    both = clear & ~wins
    np.testing.assert_array_equal(np.sign(effect.values[both]), np.sign(bend[both]))


def test_at_the_papers_factor_an_effect_is_its_weight_to_the_last_bit():
    x = spectrum(0)
    found = explain(x, linear(0)[1], replace(QUICK, factor=0.9))
    np.testing.assert_array_equal(effects(found).values, found.weights)


def test_intervals_turn_with_the_weights():
    x = spectrum(1)
    found = explain(x, linear(1)[1], replace(QUICK, factor=1.2))
    low, high = effects(found).ends(found.weights - 1, found.weights + 2)
    np.testing.assert_allclose(low, effects(found).values - 1.0)
    np.testing.assert_allclose(high, effects(found).values + 0.5)


@pytest.mark.parametrize(
    ("perturbation", "unit"),
    [("scale", "flux"), ("shrink", "contrast"), ("shrink-signal", "signal"), ("flat", "fill"),
     ("mean", "fill"), ("noise", "fill"), ("bump", "fill")],
)  # fmt: skip
def test_each_perturbation_says_what_it_changes(perturbation, unit):
    x = spectrum(2)
    found = explain(x, linear(2)[1], replace(QUICK, perturbation=perturbation, factor=0.8))
    effect = effects(found)
    assert effect.unit == unit
    if unit == "fill":
        np.testing.assert_array_equal(effect.values, found.weights)
        assert mirror(found, x, linear(2)[1]) is None
        assert effect.in_words(0) in ("raises", "lowers")
    else:
        np.testing.assert_allclose(effect.values, found.weights / 2)
        assert effect.in_words(0) in ("more raises", "more lowers")


def test_more_contrast_with_the_median_raises_a_target_that_sums_the_contrast():
    x = spectrum(3)
    median = np.median(x.astype(np.float32))
    above = x > median
    target = CallableTarget(
        lambda s: (s[:, above] - median).sum(1) - (s[:, ~above] - median).sum(1)
    )
    for factor in (0.8, 1.2):
        found = explain(x, target, replace(QUICK, perturbation="shrink", factor=factor))
        assert (effects(found).values > 0).all()


def test_saliency_stays_the_papers_derivative_unless_the_flux_is_given():
    x = spectrum(4)
    found = explain(x, linear(4)[1], replace(QUICK, method="saliency"))
    assert effects(found).unit == "slope"
    np.testing.assert_array_equal(effects(found).values, found.weights)
    np.testing.assert_allclose(effects(found, flux=x).values, 0.1 * x * found.weights)


def test_where_nothing_is_perturbed_no_effect_is_left_and_no_other_side():
    x = spectrum(5)
    found = explain(x, linear(5)[1], replace(QUICK, factor=1.0))
    assert not effects(found).values.any()
    assert effects(found).in_words(0) == "nothing"
    assert mirrored_settings(found.settings) is None


def test_the_other_side_is_asked_with_as_many_samples_and_the_same_masks():
    settings_ = replace(QUICK, factor=0.7)
    assert mirrored_settings(settings_) == replace(settings_, factor=1.3)
    assert mirrored_settings(replace(settings_, method="saliency")) is None
    x = spectrum(6)
    target = bowl(x)
    found = explain(x, target, settings_)
    np.testing.assert_allclose(mirror(found, x, target), found.weights, rtol=1e-3)


@pytest.mark.parametrize("given_", [{"mirrored": np.zeros(3)}, {"flux": np.zeros(3)}])
def test_what_does_not_fit_is_refused(given_):
    found = explain(spectrum(0), linear(0)[1], QUICK)
    with pytest.raises(ValueError, match=r"must be \(.*\), got \(3,\)"):
        effects(found, **given_)
