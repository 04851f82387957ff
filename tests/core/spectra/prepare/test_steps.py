"""Steps the recipes share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from spexplain.core.spectra.prepare.steps import bridge_gaps, check_block, deredden

WAVE = np.arange(4000.0, 4040.0)
NAN = np.nan


def with_gap(start, stop):
    flux = (WAVE - 4000.0)[None, :].copy()
    flux[0, start:stop] = NAN
    return flux


def test_a_narrow_gap_is_joined_by_a_straight_line():
    filled, widest = bridge_gaps(WAVE, with_gap(10, 19), 10.0)
    assert filled[0] == pytest.approx(WAVE - 4000.0)
    assert widest[0] == 10.0


def test_a_wider_gap_stays_and_its_width_is_told():
    filled, widest = bridge_gaps(WAVE, with_gap(10, 20), 10.0)
    assert np.isnan(filled[0, 10:20]).all()
    assert np.isnan(filled).sum() == 10
    assert widest[0] == 11.0


def test_nothing_is_invented_beyond_the_ends():
    flux = with_gap(0, 3)
    flux[0, -2:] = NAN
    filled, widest = bridge_gaps(WAVE, flux, 10.0)
    assert np.isnan(filled[0, :3]).all()
    assert np.isnan(filled[0, -2:]).all()
    assert widest[0] == 0


def test_a_spectrum_without_data_stays_so():
    filled, widest = bridge_gaps(WAVE, np.full((1, WAVE.size), NAN), 10.0)
    assert np.isnan(filled).all()
    assert widest[0] == 0


@given(
    hnp.arrays(np.float32, (3, WAVE.size), elements=st.sampled_from([1.0, 2.0, 5.0, NAN])),
    st.integers(0, 12),
)
def test_exactly_the_narrow_inner_gaps_are_filled(flux, max_gap):
    filled, _ = bridge_gaps(WAVE, flux, float(max_gap))
    given_values = np.isfinite(flux)
    assert np.array_equal(filled[given_values], flux[given_values])
    for row in range(3):
        good = np.flatnonzero(given_values[row])
        for pixel in np.flatnonzero(~given_values[row]):
            before, after = good[good < pixel], good[good > pixel]
            narrow = before.size and after.size and after[0] - before[-1] <= max_gap
            assert np.isfinite(filled[row, pixel]) == bool(narrow)


def test_the_source_is_left_alone():
    flux = with_gap(10, 12)
    bridge_gaps(WAVE, flux, 10.0)
    assert np.isnan(flux[0, 10:12]).all()


def test_flux_without_an_error_is_no_data():
    _, flux, ivar = check_block([1.0, 2.0, 3.0], [[1, NAN, 3]], [[1, 1, 0]], [0.1])
    assert np.isnan(flux[0]).tolist() == [False, True, True]
    assert ivar[0].tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("flux", "ivar", "z"),
    [
        (np.ones(3), np.ones(3), [0.1]),
        (np.ones((1, 4)), np.ones((1, 4)), [0.1]),
        (np.ones((1, 3)), np.ones((2, 3)), [0.1]),
        (np.ones((2, 3)), np.ones((2, 3)), [0.1]),
    ],
)
def test_blocks_that_do_not_fit_are_refused(flux, ivar, z):
    with pytest.raises(ValueError, match="spectra"):
        check_block(np.arange(1.0, 4.0), flux, ivar, np.array(z))


def test_without_reddening_spectra_pass_the_dust_step_unchanged():
    flux, ivar = np.ones((1, 3)), np.ones((1, 3))
    same_flux, same_ivar = deredden(np.arange(1.0, 4.0)[None], flux, ivar, None)
    assert same_flux is flux
    assert same_ivar is ivar


def test_reddening_is_taken_from_the_flux_and_from_its_weight():
    wave = np.arange(4000.0, 4040.0)[None]
    flux, ivar = deredden(wave, np.ones((1, 40)), np.ones((1, 40)), np.array([0.1]))
    # A(4020 Å) is about 4.4 E(B-V) (Fitzpatrick 1999).
    assert -2.5 * np.log10(flux[0, 20]) == pytest.approx(-0.44, abs=0.01)
    np.testing.assert_allclose(flux**2 * ivar, 1, rtol=1e-5)  # signal to noise stays
