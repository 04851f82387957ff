"""GAMA's spectra of the Anglo-Australian Telescope."""

import numpy as np
import pytest
from astropy.io import fits
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.data.ingest.readers import ReadError, read

AIR = 3727.79 + 1.0359 * np.arange(4000)
FLUX = 120 + 10 * np.sin(np.arange(4000) / 60)
ROWS = ("Spectrum", "Error", "Spectrum_nocalib", "Error_nocalib", "Sky")


@pytest.fixture
def write(tmp_path):
    """write(rows=ROWS, error=…, **cards) → path."""

    def written(names=ROWS, error=None, **cards):
        error = np.full(4000, 4.0) if error is None else error
        content = {"Spectrum": FLUX, "Error": error}
        primary = fits.PrimaryHDU(
            np.stack([content.get(name, np.zeros(4000)) for name in names]).astype(np.float32)
        )
        primary.header.update(
            {
                "ORIGIN": "GAMA", "SPECID": "G09_Y1_GS1_080", "RA": 137.9, "DEC": -0.87,
                "Z": 0.055, "NQ": 4, "CRPIX1": 1.0, "CRVAL1": AIR[0], "CD1_1": 1.0359,
            } | {f"ROW{number}": name for number, name in enumerate(names, 1)} | cards
        )  # fmt: skip
        primary.writeto(tmp_path / "G09_Y1_GS1_080.fit")
        return tmp_path / "G09_Y1_GS1_080.fit"

    return written


def test_the_calibrated_rows_are_read_and_wavelengths_taken_to_vacuum(write):
    spectrum = read(write())
    assert (spectrum.id, spectrum.survey, spectrum.z) == ("G09_Y1_GS1_080", "GAMA", 0.055)
    assert (spectrum.ra, spectrum.dec, spectrum.spectral_class) == (137.9, -0.87, "GALAXY")
    np.testing.assert_allclose(vacuum_to_air(spectrum.wave_obs_aa), AIR, rtol=1e-8)
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=1e-6)
    np.testing.assert_allclose(spectrum.ivar, 1 / 16)
    assert "erg" in spectrum.flux_unit


def test_rows_are_found_by_name_and_the_reference_pixel_may_lie_anywhere(write):
    path = write(names=("Sky", "Error", "Spectrum"), CRPIX1=2001.0, CRVAL1=AIR[2000])
    spectrum = read(path)
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=1e-6)
    np.testing.assert_allclose(vacuum_to_air(spectrum.wave_obs_aa), AIR, rtol=1e-8)


def test_a_failed_redshift_is_unknown_and_says_so(write):
    spectrum = read(write(NQ=1))
    assert np.isnan(spectrum.z)
    assert "0.055 has quality nQ = 1" in spectrum.z_note
    assert spectrum.spectral_class == ""


def test_a_doubtful_redshift_is_taken_and_marked(write):
    spectrum = read(write(NQ=2))
    assert spectrum.z == pytest.approx(0.055)
    assert spectrum.z_warning == "nQ 2: may be wrong"


def test_a_good_redshift_has_no_warning(write):
    assert read(write(NQ=3)).z_warning == ""


def test_what_hardly_recedes_is_a_star(write):
    assert read(write(Z=0.0004)).spectral_class == "STAR"


def test_pixels_without_an_error_have_no_data(write):
    error = np.full(4000, 4.0)
    error[[0, 9]] = np.nan, 0.0
    assert np.flatnonzero(~read(write(error=error)).has_data).tolist() == [0, 9]


def test_a_file_without_the_error_row_is_refused(write):
    with pytest.raises(ReadError, match="Spectrum, Sky") as caught:
        read(write(names=("Spectrum", "Sky")))
    assert caught.value.reason == "no errors"


def test_a_cut_off_file_is_unreadable(write):
    path = write()
    path.write_bytes(path.read_bytes()[:30_000])
    with pytest.raises(ReadError) as caught:
        read(path)
    assert caught.value.reason == "unreadable"


def test_without_wavelengths_it_is_unreadable(write):
    path = write()
    fits.delval(path, "CRVAL1")
    with pytest.raises(ReadError, match="not positive and finite") as caught:
        read(path)
    assert caught.value.reason == "unreadable"
