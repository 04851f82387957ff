"""Lines where a sample has them are its own, at any strength; elsewhere they are not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.trust.domain.pattern import fit_pattern

STEP = 1.5
WAVE = 4000 + STEP * np.arange(600)


def spectra(n: int, rng: np.random.Generator) -> np.ndarray:
    """Two lines whose strengths vary, on a slope, with some noise."""
    lines = sum(
        rng.gamma(4, 0.25, (n, 1)) * np.exp(-0.5 * ((WAVE - at) / 8) ** 2) for at in (4150, 4500)
    )
    slope = rng.normal(0, 0.2, (n, 1)) * (WAVE - 4450) / 450
    return (1 + slope + lines + 0.02 * rng.normal(size=(n, 600))).astype(np.float32)


PATTERN = fit_pattern(spectra(200, np.random.default_rng(0)), STEP)
OTHERS = spectra(30, np.random.default_rng(1))
STRENGTH, UNLIKE = PATTERN(OTHERS)


def test_others_of_the_sample_are_like_it_and_reversed_ones_are_not() -> None:
    assert UNLIKE.max() < 0.5
    assert PATTERN(OTHERS[:, ::-1])[1].min() > 2 * UNLIKE.max()
    assert PATTERN(np.roll(OTHERS, 30, axis=1))[1].min() > 2 * UNLIKE.max()
    assert np.mean(PATTERN.strong > STRENGTH) > 0.9


@given(st.floats(0.1, 10), st.floats(-5, 5))
def test_neither_scale_nor_level_of_the_flux_counts(factor: float, level: float) -> None:
    strength, unlike = PATTERN(factor * OTHERS + level)
    np.testing.assert_allclose(strength, factor * STRENGTH, rtol=1e-3)
    np.testing.assert_allclose(unlike, UNLIKE, rtol=1e-2)


@given(st.permutations(range(5)))
def test_each_spectrum_is_measured_by_itself(order: list[int]) -> None:
    strength, unlike = PATTERN(OTHERS[order])
    np.testing.assert_allclose(strength, STRENGTH[order], rtol=1e-5)
    np.testing.assert_allclose(unlike, UNLIKE[order], rtol=1e-4)


def test_a_spectrum_without_features_is_of_no_strength() -> None:
    strength, unlike = PATTERN(np.full((1, 600), 3.0, np.float32))
    assert strength[0] == pytest.approx(0, abs=1e-5)
    assert np.isfinite(unlike[0])


def test_one_spectrum_has_no_patterns() -> None:
    with pytest.raises(ValueError, match="no 1 components"):
        fit_pattern(OTHERS[:1], STEP)
