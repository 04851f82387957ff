"""LAMOST in both its layouts."""

import gzip

import numpy as np
import pytest
from astropy.io import fits
from spexplain.core.spectra.air_vacuum import air_to_vacuum
from spexplain.data.ingest.readers import ReadError, read

LOGLAM = 3.5682 + 1e-4 * np.arange(3000)
FLUX = 100 + np.sin(np.arange(3000) / 40)
IVAR = np.full(3000, 0.25)
ABOUT = {
    "TELESCOP": "LAMOST", "VACUUM": True, "CLASS": "GALAXY", "SUBCLASS": "Non", "Z": 0.05,
    "RA": 99.5, "DEC": 27.25,
}  # fmt: skip


@pytest.fixture
def write(tmp_path):
    """write(rows=…, table=False, **cards) → path."""

    def written(rows=None, table=False, name="spec-55862-B6212_sp06-003.fits", **cards):
        mask = np.zeros(3000)
        rows = np.stack([FLUX, IVAR, FLUX - 100, mask, mask]) if rows is None else rows
        primary = fits.PrimaryHDU(None if table else rows.astype(np.float32))
        primary.header.update(ABOUT | cards)
        hdus = [primary]
        if table:
            arrays = {"FLUX": rows[0], "IVAR": rows[1], "WAVELENGTH": 10**LOGLAM}
            columns = [
                fits.Column(name=key, format="3000E", array=values[None])
                for key, values in arrays.items()
            ]
            hdus.append(fits.BinTableHDU.from_columns(columns, name="COADD"))
        else:
            primary.header.update({"COEFF0": LOGLAM[0], "COEFF1": 1e-4})
        fits.HDUList(hdus).writeto(tmp_path / name)
        return tmp_path / name

    return written


@pytest.mark.parametrize("table", [False, True])
def test_both_layouts_give_the_same_spectrum(write, table):
    spectrum = read(write(table=table))
    assert (spectrum.id, spectrum.survey) == ("spec-55862-B6212_sp06-003", "LAMOST")
    assert (spectrum.spectral_class, spectrum.subclass) == ("GALAXY", "Non")
    assert (spectrum.z, spectrum.ra, spectrum.dec) == (0.05, 99.5, 27.25)
    np.testing.assert_allclose(spectrum.wave_obs_aa, 10**LOGLAM, rtol=1e-6)
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=1e-6)
    assert (spectrum.ivar == 0.25).all()
    assert spectrum.flux_unit == "relative"


def test_wavelengths_in_air_are_taken_to_vacuum(write):
    wave = read(write(VACUUM=False)).wave_obs_aa
    np.testing.assert_allclose(wave, air_to_vacuum(10**LOGLAM), rtol=1e-9)


def test_pixels_without_ivar_have_no_data(write):
    ivar = IVAR.copy()
    ivar[[5, 6, 7]] = 0, -1, np.nan
    spectrum = read(write(np.stack([FLUX, ivar])))
    assert np.flatnonzero(~spectrum.has_data).tolist() == [5, 6, 7]


def test_a_redshift_that_was_not_found_is_unknown_and_an_unknown_class_is_none(write):
    spectrum = read(write(Z=-9999.0, CLASS="UNKNOWN"))
    assert np.isnan(spectrum.z)
    assert "-9999" in spectrum.z_note
    assert spectrum.spectral_class == ""


def test_a_star_keeps_its_negative_redshift(write):
    spectrum = read(write(Z=-2e-4, CLASS="STAR", SUBCLASS="F9"))
    assert (spectrum.z, spectrum.spectral_class, spectrum.z_note) == (-2e-4, "STAR", "")


def test_the_name_of_a_compressed_file_is_the_same(write, tmp_path):
    packed = tmp_path / "spec-1-X_sp01-001.fits.gz"
    packed.write_bytes(gzip.compress(write().read_bytes()))
    assert read(packed).id == "spec-1-X_sp01-001"


def test_flux_alone_has_no_errors(write):
    with pytest.raises(ReadError, match="one row") as caught:
        read(write(FLUX[None]))
    assert caught.value.reason == "no errors"


@pytest.mark.parametrize("table", [False, True])
def test_a_cut_off_file_is_unreadable(write, table):
    path = write(table=table)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(ReadError) as caught:
        read(path)
    assert caught.value.reason == "unreadable"
