"""6dFGS: counts, as observed, in air."""

import numpy as np
import pytest
from astropy.io import fits
from spexplain.core.spectra.air_vacuum import air_to_vacuum
from spexplain.data.ingest.readers import ReadError, read

AIR = 4036.8 + 1.543 * np.arange(2899)
COUNTS = 900 + 50 * np.sin(np.arange(2899) / 30)


@pytest.fixture
def write(tmp_path):
    """write(rows=4, variance=…, **cards) → path."""

    def written(n_rows=4, variance=None, **cards):
        variance = np.full(2899, 400.0) if variance is None else variance
        rows = np.stack([COUNTS, variance, np.ones(2899), AIR])[:n_rows].astype(np.float32)
        primary = fits.PrimaryHDU(rows)
        primary.header.update(
            {
                "TARGET": "g0057134-235655", "OBSRA": 14.3, "OBSDEC": -23.9, "Z": 0.057524,
                "Z_HELIO": 0.057594, "QUALITY": 4, "CRVAL1": AIR[0] / 1.057594, "CRPIX1": 1.0,
                "CDELT1": 1.543 / 1.057594, "DOPCOR01": "0.057594 7",
            } | cards
        )  # fmt: skip
        primary.writeto(tmp_path / "g0057134-235655.ir.fits")
        return tmp_path / "g0057134-235655.ir.fits"

    return written


def test_counts_are_read_as_observed_and_called_counts(write):
    spectrum = read(write())
    assert (spectrum.id, spectrum.survey) == ("g0057134-235655", "6dFGS")
    assert (spectrum.z, spectrum.ra, spectrum.dec) == (0.057594, 14.3, -23.9)
    assert (spectrum.flux_unit, spectrum.spectral_class) == ("counts", "GALAXY")
    np.testing.assert_allclose(spectrum.flux, COUNTS, rtol=1e-6)
    np.testing.assert_allclose(spectrum.ivar, 1 / 400)


def test_cards_that_were_shifted_to_rest_do_not_shift_the_spectrum_twice(write):
    wave = read(write()).wave_obs_aa
    np.testing.assert_allclose(wave, air_to_vacuum(AIR), rtol=1e-4)
    assert abs(wave[0] - AIR[0]) < 2


def test_a_line_at_the_measured_redshift_comes_to_rest(write):
    spectrum = read(write())
    seen = air_to_vacuum(AIR)[1000]  # would be measured, without the Earth's motion, as
    rest = seen / 1.057524  # at the redshift before it was taken to the Sun
    assert spectrum.wave_obs_aa[1000] / (1 + spectrum.z) == pytest.approx(rest, rel=1e-7)


def test_a_failed_redshift_is_unknown_and_says_so(write):
    spectrum = read(write(QUALITY=1))
    assert np.isnan(spectrum.z)
    assert "z = 0.057594 has QUALITY 1" in spectrum.z_note
    assert spectrum.z_warning == ""


def test_a_doubtful_redshift_is_taken_and_marked(write):
    spectrum = read(write(QUALITY=2))
    assert spectrum.z == pytest.approx(0.057594)
    assert spectrum.z_warning == "QUALITY 2: unlikely"


def test_a_probable_redshift_has_no_warning(write):
    assert read(write(QUALITY=3)).z_warning == ""


def test_an_object_of_the_galaxy_is_a_star(write):
    assert read(write(QUALITY=6, Z_HELIO=1e-4, Z=1e-4)).spectral_class == "STAR"


def test_pixels_without_variance_have_no_data(write):
    variance = np.full(2899, 400.0)
    variance[[1, 2, 3]] = 0.0, -5.0, np.nan
    assert np.flatnonzero(~read(write(variance=variance)).has_data).tolist() == [1, 2, 3]


def test_the_half_spectra_without_wavelengths_are_not_known(write):
    with pytest.raises(ReadError) as caught:
        read(write(n_rows=3))
    assert caught.value.reason == "unknown format"


def test_the_table_of_the_survey_has_no_errors(tmp_path):
    columns = [
        fits.Column(name=name, format="E12.4", array=values, ascii=True)
        for name, values in (("WAVE", AIR), ("FLUX", COUNTS))
    ]
    table = fits.TableHDU.from_columns(columns)
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(tmp_path / "1d.fits")
    with pytest.raises(ReadError, match="noise is unknown") as caught:
        read(tmp_path / "1d.fits")
    assert caught.value.reason == "no errors"


def test_a_cut_off_file_is_unreadable(write):
    path = write()
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(ReadError) as caught:
        read(path)
    assert caught.value.reason == "unreadable"
