"""Rubbish lies far from a sample, at whatever scale it is odd; the sample's own kind does not."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.trust.domain.distance import STATISTICS, fit_distance, noise_of

STEP = 1.5
WAVE = 4000 + STEP * np.arange(600)


def spectra(n: int, rng: np.random.Generator) -> np.ndarray:
    """Continua of two slopes, a line of some strength, and noise."""
    x = (WAVE - 4450) / 450
    line = np.exp(-0.5 * ((WAVE - 4300) / 6) ** 2)
    shape = 1 + rng.normal(0, 0.2, (n, 1)) * x + rng.normal(0, 0.1, (n, 1)) * x**2
    flux = shape + rng.gamma(2, 0.5, (n, 1)) * line
    return (flux + rng.uniform(0.03, 0.1, (n, 1)) * rng.normal(size=(n, 600))).astype(np.float32)


RNG = np.random.default_rng(0)
DISTANCE, HELD_OUT = fit_distance(spectra(600, RNG), STEP)
OTHERS = spectra(60, np.random.default_rng(1))
AMONG = DISTANCE(OTHERS)


def test_of_the_sample_and_of_others_like_it_hardly_any_lies_outside() -> None:
    assert len(HELD_OUT.value) == 600
    assert np.mean(HELD_OUT.value > 1) < 0.01
    assert np.mean(DISTANCE(OTHERS).value > 1) < 0.05


@pytest.mark.parametrize(
    ("made", "of"),
    [
        (lambda x: np.ones_like(x), ("noise",)),
        (lambda x: 5 * x, STATISTICS),
        (lambda x: x + 6 * (np.arange(600) == 200), ("largest 1.5",)),
        (lambda x: x * np.where(WAVE > 4500, 3, 1), ("largest 30", "rms 30", "largest 12")),
        (lambda x: x + 1.5 * np.random.default_rng(2).normal(size=x.shape), ("noise", "rms 1.5")),
    ],
)
def test_rubbish_lies_outside_by_what_is_wrong_with_it(made, of) -> None:
    found = DISTANCE(made(OTHERS).astype(np.float32))
    assert np.mean(found.value > 1) > 0.95
    assert np.isin(found.statistic, of).mean() > 0.9


@given(st.integers(60, 540), st.integers(0, 59))
def test_it_says_where_a_spike_is(at: int, row: int) -> None:
    spiked = OTHERS[row].copy()
    spiked[at] += 15
    found = DISTANCE(spiked[None])
    assert found.value[0] > 1
    assert found.where_px[0] == pytest.approx(at, abs=8)


@given(st.integers(0, 59))
def test_a_spectrum_lies_as_far_alone_as_among_others(row: int) -> None:
    alone = DISTANCE(OTHERS[row][None])
    assert alone.value[0] == pytest.approx(AMONG.value[row], rel=1e-4)


@given(st.floats(0.03, 1), st.integers(0, 99))
def test_noise_is_read_off_a_spectrum_with_lines(sigma: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = sum(np.exp(-0.5 * ((WAVE - at) / 4) ** 2) for at in (4100, 4300, 4700))
    noisy = 1 + 3 * lines + sigma * rng.normal(size=(20, 600))
    # Lines on a tenth of the pixels move the median of the absolute differences by a sixth.
    assert noise_of(noisy, STEP).mean() == pytest.approx(sigma, rel=0.25)


def test_of_spectra_with_a_line_the_reversed_lie_outside() -> None:
    line = np.exp(-0.5 * ((WAVE - 4300) / 6) ** 2)
    assert DISTANCE(OTHERS + 0.5 * line).value.max() < 1
    assert DISTANCE((OTHERS + 0.5 * line)[:, ::-1]).value.min() > 1


def test_what_is_left_of_stronger_features_may_be_more() -> None:
    line = np.exp(-0.5 * ((WAVE - 4300) / 6) ** 2)
    stronger = (OTHERS + 12 * line).astype(np.float32)
    without = replace(DISTANCE, pattern=None, limits=DISTANCE.limits[:-1])
    lines = [STATISTICS.index(f"largest {scale}") for scale in ("5", "12", "30")]
    now, then = DISTANCE.statistics(stronger)[0], without.statistics(stronger)[0]
    assert np.all(now[:, lines] < then[:, lines])
    np.testing.assert_array_equal(now[:, 8:10], then[:, 8:10])


def test_too_few_are_refused() -> None:
    with pytest.raises(ValueError, match="take 20 spectra, got 7"):
        fit_distance(OTHERS[:7], STEP)


def test_the_samples_own_are_measured_without_them_in_their_order() -> None:
    sample = spectra(60, np.random.default_rng(3))
    sample[17] *= 5
    distance, held_out = fit_distance(sample, STEP)
    assert held_out.value.argmax() == 17
    assert held_out.value[17] > 1.5 * distance(sample).value[17]


def test_of_none_it_says_nothing() -> None:
    found = DISTANCE(OTHERS[:0])
    assert found.value.shape == found.statistic.shape == found.where_px.shape == (0,)
