"""Wavelengths come back to the last bit, and regular ones take three numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.collection.pixels.wave_code import LastWave, decode_wave, encode_wave


@given(
    steps=st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=40),
    first=st.floats(1.0, 1e5),
)
def test_any_wavelengths_come_back_to_the_last_bit(steps, first):
    wave = first + np.cumsum([0.0, *steps])
    code = encode_wave(wave)
    assert np.array_equal(decode_wave(code, wave.size), wave)


@given(
    first=st.integers(35000, 40000),
    n=st.integers(2, 5000),
    kind=st.sampled_from(["loglam", "loglam32"]),
)
def test_a_logarithmic_grid_of_a_survey_takes_three_numbers(first, n, kind):
    log = first * 1e-4 + 1e-4 * np.arange(n)
    if kind == "loglam32":
        log = log.astype(np.float32).astype(np.float64)
    wave = 10.0**log
    code = encode_wave(wave)
    assert np.array_equal(decode_wave(code, n), wave)
    if n > 100:  # of few pixels, either spacing may fit
        assert not code.listed.size


@pytest.mark.parametrize(("first", "step", "n"), [(3600.0, 0.8, 7781), (3727.0, 1.0, 1000)])
def test_a_linear_grid_takes_three_numbers(first, step, n):
    code = encode_wave(first + step * np.arange(n))
    assert (code.kind, code.first, code.step) == ("linear", first, step)


def test_what_is_nearly_regular_is_listed_and_not_rounded():
    wave = 3600 + 0.8 * np.arange(500)
    wave[250] = np.nextafter(wave[250], np.inf)
    code = encode_wave(wave)
    assert code.kind == "listed"
    assert np.array_equal(decode_wave(code, 500), wave)


def test_wavelengths_that_follow_one_another_alike_have_one_code():
    last = LastWave()
    one, other = 4000.0 + np.arange(50.0), 3600 + np.cumsum(np.linspace(0.5, 1, 50))
    first = last.of(one)
    assert last.of(one.copy()) is first
    assert first.kind == "linear"
    assert np.array_equal(decode_wave(last.of(other), 50), other)
    assert np.array_equal(decode_wave(last.of(one), 50), one)
