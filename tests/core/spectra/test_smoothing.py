"""Smoothing for the eye: a weighted mean of neighbours that closes no gap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from spexplain.core.spectra.smoothing import smoothed

SIZE = 40
FLUX = arrays(np.float64, SIZE, elements=st.floats(-1e6, 1e6))
IVAR = arrays(np.float64, SIZE, elements=st.just(0.0) | st.floats(1e-6, 1e6))
WIDTH = st.floats(0.0, 12.0)


@given(flux=FLUX, ivar=IVAR, width=WIDTH)
def test_no_gap_is_closed_and_none_made(flux: np.ndarray, ivar: np.ndarray, width: float) -> None:
    np.testing.assert_array_equal(np.isfinite(smoothed(flux, ivar, width)), ivar > 0)


@given(flux=FLUX, ivar=IVAR, width=WIDTH)
def test_nothing_higher_or_lower_than_the_data_appears(
    flux: np.ndarray, ivar: np.ndarray, width: float
) -> None:
    found, good = smoothed(flux, ivar, width), ivar > 0
    if good.any():
        assert found[good].min() >= flux[good].min()
        assert found[good].max() <= flux[good].max()


@given(flux=FLUX, ivar=IVAR)
def test_of_no_width_it_is_the_spectrum_itself(flux: np.ndarray, ivar: np.ndarray) -> None:
    good = ivar > 0
    np.testing.assert_array_equal(smoothed(flux, ivar, 0.0)[good], flux[good])


@given(ivar=IVAR, level=st.floats(-1e6, 1e6), width=WIDTH)
def test_a_flat_spectrum_stays_flat(ivar: np.ndarray, level: float, width: float) -> None:
    found = smoothed(np.full(SIZE, level), ivar, width)
    np.testing.assert_array_equal(found[ivar > 0], level)


@given(flux=FLUX, width=st.floats(0.3, 12.0))
def test_with_equal_errors_it_is_the_same_read_backwards(flux: np.ndarray, width: float) -> None:
    ivar = np.ones(SIZE)
    there, back = smoothed(flux, ivar, width), smoothed(flux[::-1], ivar, width)[::-1]
    np.testing.assert_allclose(there, back, rtol=1e-9, atol=1e-6)


@given(flux=FLUX, width=WIDTH, wild=st.floats(-1e9, 1e9) | st.just(float("nan")))
def test_what_a_pixel_without_data_holds_changes_nothing(
    flux: np.ndarray, width: float, wild: float
) -> None:
    ivar = np.ones(SIZE)
    ivar[17] = 0
    other = flux.copy()
    other[17] = wild
    np.testing.assert_array_equal(smoothed(flux, ivar, width), smoothed(other, ivar, width))


def test_noise_falls_as_the_gaussian_says_it_must() -> None:
    noise = np.random.default_rng(5).normal(size=20_000)
    found = smoothed(noise, np.ones(noise.size), 3.0)
    # The variance of a mean by a Gaussian of width s is 1 / (2 s √π).
    assert found.var() == pytest.approx(1 / (6 * np.sqrt(np.pi)), rel=0.05)


def test_a_pixel_without_worth_does_not_pull_its_neighbours() -> None:
    flux, ivar = np.zeros(SIZE), np.ones(SIZE)
    flux[20], ivar[20] = 1000.0, 1e-9
    assert np.abs(np.delete(smoothed(flux, ivar, 2.0), 20)).max() < 1e-5


@pytest.mark.parametrize("width", [-1.0, np.nan, np.inf])
def test_a_width_that_is_none_is_refused(width: float) -> None:
    with pytest.raises(ValueError, match="width_px must be 0 or more"):
        smoothed(np.zeros(SIZE), np.ones(SIZE), width)


def test_flux_and_errors_must_be_of_one_spectrum() -> None:
    with pytest.raises(ValueError, match=r"flux \(40,\) and ivar \(39,\)"):
        smoothed(np.zeros(SIZE), np.ones(SIZE - 1), 1.0)
