"""What tells a labelled sample from its survey, also where some of the survey is of the kind."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.trust.domain.kind import OUTSIDE_SHARE, fit_kind, labelled_share

WAVE = np.linspace(0, 1, 80)


def spectra(kind: str, n: int, rng: np.random.Generator) -> np.ndarray:
    """Slopes of any kind; a line in those of the sample."""
    line = np.exp(-0.5 * ((WAVE - 0.6) / 0.03) ** 2) if kind == "sample" else 0 * WAVE
    slope = rng.normal(size=(n, 1)) * (WAVE - 0.5)
    return (1 + slope + line + 0.15 * rng.normal(size=(n, 80))).astype(np.float32)


def test_the_rest_of_the_survey_is_outside_and_few_of_the_sample_are() -> None:
    rng = np.random.default_rng(0)
    found = fit_kind(spectra("sample", 400, rng), spectra("rest", 500, rng))
    assert np.mean(found.of_labelled < 0) == pytest.approx(OUTSIDE_SHARE, abs=0.003)
    assert np.mean(found.of_background < 0) > 0.97
    # What was learned holds for spectra that had no part in it.
    assert np.mean(found.measure(spectra("rest", 300, rng)) < 0) > 0.97
    assert np.mean(found.measure(spectra("sample", 300, rng)) < 0) < 0.06


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 99), st.floats(0, 0.5))
def test_unlabelled_ones_of_the_kind_are_found_and_cost_little(seed: int, hidden: float) -> None:
    rng = np.random.default_rng(seed)
    n = int(hidden * 400)
    background = np.concatenate([spectra("rest", 400 - n, rng), spectra("sample", n, rng)])
    found = fit_kind(spectra("sample", 300, rng), background, seed=seed)
    # Of so few the share is known to 0.06 (standard deviation over seeds): three of these.
    assert found.alike == pytest.approx(n / 400, abs=0.18)
    assert np.mean(found.of_background[: 400 - n] < 0) > 0.85
    if n > 40:
        assert np.mean(found.of_background[400 - n :] < 0) < 0.15


@given(st.integers(1, 50), st.floats(-3, 3))
def test_a_share_is_a_share(n: int, shift: float) -> None:
    rng = np.random.default_rng(n)
    share = labelled_share(rng.normal(size=n), rng.normal(size=30) + shift)
    assert 0 <= share <= 1
    assert labelled_share(rng.normal(size=n), np.full(30, -99.0)) == 0


def test_the_same_seed_gives_the_same_bytes() -> None:
    rng = np.random.default_rng(1)
    sample, rest = spectra("sample", 100, rng), spectra("rest", 320, rng)
    first, second = (fit_kind(sample, rest, seed=4).measure for _ in range(2))
    assert first.weights.tobytes() == second.weights.tobytes()
    assert first.offset == second.offset


def test_spectra_of_one_object_stay_together() -> None:
    rng = np.random.default_rng(2)
    sample, rest = spectra("sample", 100, rng), spectra("rest", 320, rng)
    groups = np.arange(420) // 2
    assert np.isfinite(fit_kind(sample, rest, groups=groups).of_background).all()


def test_too_few_are_refused_with_what_it_takes() -> None:
    rng = np.random.default_rng(3)
    with pytest.raises(ValueError, match="takes 50 labelled and 300 other spectra, got 60 and 200"):
        fit_kind(spectra("sample", 60, rng), spectra("rest", 200, rng))
