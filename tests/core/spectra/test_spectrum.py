"""The record every reader returns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from spexplain.core.spectra.spectrum import Spectrum


def spectrum(**changes):
    given_values = {
        "id": "s1",
        "wave_obs_aa": np.array([4000.0, 4001.0, 4002.5]),
        "flux": np.array([1.0, 2.0, 3.0]),
        "ivar": np.array([4.0, 4.0, 4.0]),
    }
    return Spectrum(**(given_values | changes))


def test_unknown_values_are_nan_or_empty():
    record = spectrum()
    assert np.isnan([record.z, record.ra, record.dec]).all()
    assert (record.survey, record.spectral_class, record.subclass, record.file) == ("",) * 4


@given(
    hnp.arrays(np.float32, 6, elements=st.floats(width=32)),
    hnp.arrays(np.float32, 6, elements=st.one_of(st.floats(0, width=32), st.just(np.nan))),
)
def test_a_pixel_has_flux_and_error_or_neither(flux, ivar):
    record = spectrum(wave_obs_aa=4000.0 + np.arange(6), flux=flux, ivar=ivar)
    assert np.array_equal(np.isfinite(record.flux), record.ivar > 0)
    assert np.array_equal(record.has_data, np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0))
    assert np.isfinite(record.ivar).all()


def test_signal_to_noise_is_the_median_over_pixels_with_data():
    record = spectrum(flux=[1.0, np.nan, 3.0], ivar=[4.0, 4.0, 4.0])
    assert record.sn_median == pytest.approx(4.0)  # of 1·2 and 3·2
    assert np.isnan(spectrum(ivar=[0.0, 0.0, 0.0]).sn_median)


def test_values_beyond_float32_are_no_data():
    assert np.isnan(spectrum(flux=[1e300, 1.0, 1.0]).flux[0])


def test_the_record_neither_changes_nor_follows_its_source():
    flux = np.array([1.0, 2.0, 3.0])
    record = spectrum(flux=flux)
    flux[0] = 99.0
    assert record.flux[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        record.flux[0] = 5.0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"flux": [1.0, 2.0]}, r"\(2,\)"),
        ({"wave_obs_aa": [4000.0, 3999.0, 4001.0]}, "4000.0 Å is followed by 3999.0"),
        ({"wave_obs_aa": [4000.0, 4000.0, 4001.0]}, "increase"),
        ({"wave_obs_aa": [0.0, 1.0, 2.0]}, "positive"),
        ({"wave_obs_aa": [1.0, 2.0, np.nan]}, "finite"),
        ({"ivar": [1.0, -2.0, 1.0]}, "-2.0 is negative"),
        ({"spectral_class": "PLANET"}, "PLANET"),
        ({"wave_obs_aa": [1.0], "flux": [1.0], "ivar": [1.0]}, "no spectrum"),
    ],
)
def test_what_is_no_spectrum_is_refused_with_the_offending_value(changes, says):
    with pytest.raises(ValueError, match=says):
        spectrum(**changes)


def test_what_is_said_of_a_spectrum_changes_and_its_pixels_are_shared():
    first = spectrum(z=0.1)
    other = first.with_facts(z=0.2, file="a.fits")
    assert (first.z, other.z, other.file, other.id) == (0.1, 0.2, "a.fits", "s1")
    assert other.flux is first.flux
    with pytest.raises(ValueError, match="flux would have to be checked"):
        first.with_facts(flux=first.flux)
    with pytest.raises(ValueError, match="spectral class 'NOVA' is none of"):
        first.with_facts(spectral_class="NOVA")


@given(hnp.arrays(np.float32, st.integers(2, 9), elements=st.floats(-100, 100, width=32)))
def test_the_median_signal_to_noise_is_that_of_numpy(flux):
    wave = 4000.0 + np.arange(flux.size)
    record = spectrum(wave_obs_aa=wave, flux=flux, ivar=np.full(flux.size, 4.0))
    assert record.sn_median == float(np.median(flux * np.float32(2)))
