"""Grids, and resampling with its errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from spexplain.core.spectra.grid import (
    COLLECTION_GRID,
    WIDEST_STEP_AA,
    WaveGrid,
    reaches,
    resample,
)

SDSS_WAVE = 10 ** (3.58 + 1e-4 * np.arange(3800))
FLUX = st.floats(-1000, 1000, width=32)
IVAR = st.one_of(st.just(0.0), st.floats(2.0**-10, 2.0**10, width=32))


def test_the_collection_grid_holds_both_papers_ranges():
    wave = COLLECTION_GRID.wave_rest_aa
    assert (wave[0], wave[-1], wave.size) == (2700.0, 8399.0, 5700)
    o25 = WaveGrid(3500.0, 7500.0, 1.0).wave_rest_aa
    assert o25.size == 4000
    assert np.isin(o25, wave).all()


@pytest.mark.parametrize(
    "wrong", [(0, 10, 1), (10, 5, 1), (1, 2, 0), (1, 2, -1), (1, 2, 0.3), (1, float("inf"), 1)]
)
def test_an_impossible_grid_is_refused(wrong):
    with pytest.raises(ValueError, match=str(wrong[1])):
        WaveGrid(*wrong)


@given(st.integers(-5, 5), st.integers(-5, 5))
def test_a_straight_line_is_kept_exactly(offset, slope):
    flux = offset + slope * (SDSS_WAVE - 6000) / 1000
    new = COLLECTION_GRID.wave_rest_aa
    got, ivar = resample(SDSS_WAVE, flux, np.ones_like(flux), new)
    inside = (new >= SDSS_WAVE[0]) & (new <= SDSS_WAVE[-1])
    assert np.array_equal(np.isfinite(got), inside)
    assert np.array_equal(ivar > 0, inside)
    expected = offset + slope * (new[inside] - 6000) / 1000
    assert got[inside] == pytest.approx(expected, abs=1e-5)


@given(hnp.arrays(np.float32, 12, elements=FLUX), hnp.arrays(np.float32, 12, elements=IVAR))
def test_its_own_wavelengths_give_the_spectrum_back(flux, ivar):
    wave = SDSS_WAVE[:12]
    got, got_ivar = resample(wave, flux, ivar, wave)
    good = ivar > 0
    assert np.array_equal(got[good], flux[good])
    assert got_ivar[good] == pytest.approx(ivar[good], rel=1e-6)
    assert np.isnan(got[~good]).all()
    assert not got_ivar[~good].any()


@given(
    hnp.arrays(np.float32, 12, elements=FLUX),
    hnp.arrays(np.float32, 12, elements=IVAR),
    hnp.arrays(np.float64, 9, elements=st.floats(SDSS_WAVE[0] - 1, SDSS_WAVE[11] + 1)),
)
def test_new_values_lie_between_their_neighbours_and_errors_are_bounded(flux, ivar, new):
    wave = SDSS_WAVE[:12]
    got, got_ivar = resample(wave, flux, ivar, new)
    assert np.array_equal(np.isfinite(got), got_ivar > 0)
    for wavelength, value, weight in zip(new, got, got_ivar, strict=True):
        right = int(np.searchsorted(wave, wavelength))
        near = [k for k in (right - 1, right) if 0 <= k < 12]
        if not np.isfinite(value):
            assert len(near) < 2 or (ivar[near] == 0).any()
            continue
        assert flux[near].min() - 1e-3 <= value <= flux[near].max() + 1e-3
        used = [k for k in near if ivar[k] > 0]
        # an average of two is never worse than the worse, nor better than both together
        assert min(ivar[used]) * (1 - 1e-5) <= weight <= ivar[used].sum() * (1 + 1e-5)


def test_errors_are_those_of_repeated_noise():
    rng = np.random.default_rng(1)
    wave, new = np.arange(4000.0, 4010.0), np.array([4003.0, 4003.5, 4004.2])
    sigma = rng.uniform(0.5, 2.0, wave.size)
    noise = rng.normal(size=(20_000, wave.size)) * sigma
    ivar = np.broadcast_to(1 / sigma**2, noise.shape)
    got, got_ivar = resample(wave, noise, ivar, new)
    assert got.std(axis=0) == pytest.approx(1 / np.sqrt(got_ivar[0]), rel=0.03)


@given(st.integers(1, 3797), st.integers(1, 30))
def test_a_gap_stays_a_gap_and_touches_no_more_than_its_neighbours(start, length):
    ivar = np.ones(SDSS_WAVE.size)
    ivar[start : start + length] = 0
    new = COLLECTION_GRID.wave_rest_aa
    got, _ = resample(SDSS_WAVE, np.ones_like(ivar), ivar, new)
    last = min(start + length, SDSS_WAVE.size - 1)
    gap = (new > SDSS_WAVE[start - 1]) & (new < SDSS_WAVE[last])
    inside = (new >= SDSS_WAVE[0]) & (new <= SDSS_WAVE[-1])
    assert np.isnan(got[gap]).all()
    assert np.isfinite(got[inside & ~gap]).all() or last == SDSS_WAVE.size - 1


@pytest.mark.parametrize("wave", [SDSS_WAVE, np.arange(3800.0, 9200.0)])
def test_pixels_absent_from_the_table_are_a_gap_too(wave):
    keep = (wave < 5000) | (wave > 5020)
    new = np.arange(4900.0, 5100.0)
    got, ivar = resample(wave[keep], np.ones(keep.sum()), np.ones(keep.sum()), new)
    assert np.isnan(got[(new > 5001) & (new < 5019)]).all()
    assert np.isfinite(got[(new < 4999) | (new > 5022)]).all()
    assert np.array_equal(ivar > 0, np.isfinite(got))


def test_pixels_farther_apart_than_a_line_is_wide_are_not_joined_where_that_is_asked():
    photometry, new = np.array([3700.0, 4500.5, 5600.5, 6600.5, 9000.0]), np.arange(4000.0, 4500.0)
    flux = np.ones(5)
    assert np.isfinite(resample(photometry, flux, flux, new)[0]).all()
    assert np.isnan(resample(photometry, flux, flux, new, widest_step_aa=WIDEST_STEP_AA)[0]).all()
    coarse = np.arange(3700.0, 9000.0, WIDEST_STEP_AA)
    flux = np.ones_like(coarse)
    got, _ = resample(coarse, flux, flux, new, widest_step_aa=WIDEST_STEP_AA)
    assert np.isfinite(got).all()


def test_a_coarse_regular_table_is_not_all_gaps():
    wave = np.arange(4000.0, 5000.0, 25.0)
    got, _ = resample(wave, wave, np.ones_like(wave), np.arange(4000.0, 4900.0))
    assert np.isfinite(got).all()


def recovered_line_flux(z, centre, fwhm_kms):
    """Integral of a Gaussian line after resampling, over its true integral."""
    sigma = centre * fwhm_kms / 299_792.458 / 2.355
    wave, new = SDSS_WAVE / (1 + z), COLLECTION_GRID.wave_rest_aa
    wave = wave[np.abs(wave - centre) < 10 * sigma]
    new = new[np.abs(new - centre) < 8 * sigma]
    flux = np.exp(-0.5 * ((wave - centre) / sigma) ** 2)
    got, _ = resample(wave, flux, np.ones_like(flux), new)
    return np.nansum(got) / (sigma * np.sqrt(2 * np.pi))


@given(st.floats(0.0, 0.3), st.floats(4300.0, 6500.0), st.floats(450.0, 3000.0))
def test_the_flux_of_a_resolved_line_is_conserved(z, centre, fwhm_kms):
    assert recovered_line_flux(z, centre, fwhm_kms) == pytest.approx(1, abs=5e-3)


def test_the_flux_of_an_unresolved_line_is_conserved_to_a_few_parts_in_a_thousand():
    """Linear interpolation weighs pixels unevenly where the spacings beat; SDSS resolves 165 km/s.

    A single line may be off by 3 %; its sign changes with position, so that samples are unbiased.
    """
    rng = np.random.default_rng(3)
    z, centre = rng.uniform(0, 0.3, 400), rng.uniform(4300, 6500, 400)
    error = np.array([recovered_line_flux(*one, 165.0) - 1 for one in zip(z, centre, strict=True)])
    assert np.median(np.abs(error)) < 6e-3
    assert abs(error.mean()) < 2e-3
    assert np.abs(error).max() < 0.035


def test_a_block_is_the_same_as_its_rows_one_by_one():
    rng = np.random.default_rng(2)
    flux, ivar = rng.normal(size=(5, SDSS_WAVE.size)), rng.uniform(size=(5, SDSS_WAVE.size))
    ivar[ivar < 0.05] = 0
    new = COLLECTION_GRID.wave_rest_aa
    together = resample(SDSS_WAVE, flux, ivar, new)
    for row in range(5):
        alone = resample(SDSS_WAVE, flux[row], ivar[row], new)
        for a, b in zip(together, alone, strict=True):
            assert a.dtype == np.float32
            assert np.array_equal(a[row], b, equal_nan=True)


@pytest.mark.parametrize(
    ("wave", "flux", "ivar"),
    [
        (np.arange(3.0), np.ones(4), np.ones(4)),
        (np.arange(3.0), np.ones(3), np.ones((2, 3))),
        (np.arange(1.0), np.ones(1), np.ones(1)),
        (np.array([1.0, 1.0, 2.0]), np.ones(3), np.ones(3)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(wave, flux, ivar):
    with pytest.raises(ValueError, match=r"resample"):
        resample(wave, flux, ivar, np.array([1.0]))


@given(
    steps=st.lists(st.floats(0.5, 40.0), min_size=1, max_size=30),
    good=st.integers(0, 2**31 - 1),
    z=st.floats(0.0, 0.6),
)
def test_it_reaches_where_resampling_gives_data(steps, good, z):
    """Also where a few pixels that are asked first have none."""
    wave = (3000.0 + np.cumsum([0.0, *steps])) / (1 + z)
    has_data = np.array([good >> pixel & 1 for pixel in range(wave.size)], bool)
    ivar = np.where(has_data, 1.0, 0.0)
    new = COLLECTION_GRID.wave_rest_aa
    _, found = resample(wave, np.where(has_data, 1.0, np.nan), ivar, new)
    assert reaches(wave, has_data, new) == bool((found > 0).any())
