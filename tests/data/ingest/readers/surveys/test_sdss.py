"""Reading SDSS, BOSS and spSpec files."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.ingest.readers import ReadError, read

LOGLAM = 3.58 + 1e-4 * np.arange(3800)


@pytest.mark.parametrize("shape", [{}, {"case": "upper"}, {"exposures": 2}])
def test_lite_full_and_upper_case_files_read_alike(write_spec, shape):
    path = write_spec(fiber=7, z=0.25, subclass="BROADLINE", spectral_class="QSO", **shape)
    spectrum = read(path)
    assert spectrum.id == "0266-51602-0007"
    assert spectrum.z == pytest.approx(0.25)
    assert (spectrum.spectral_class, spectrum.subclass) == ("QSO", "BROADLINE")
    assert (spectrum.ra, spectrum.dec) == (146.5, -0.5)
    assert (spectrum.survey, spectrum.file) == ("SDSS", str(path))
    assert spectrum.wave_obs_aa == pytest.approx(10**LOGLAM, rel=1e-6)
    assert spectrum.flux == pytest.approx(5 + np.sin(np.arange(3800) / 50), rel=1e-6)
    assert spectrum.ivar == pytest.approx(np.full(3800, 4.0))


def test_plates_beyond_9999_keep_their_five_digits(write_spec):
    assert read(write_spec(plate=10656, fiber=366)).id == "10656-51602-0366"


def test_pixels_that_were_never_observed_have_no_data(write_spec):
    ivar, flux = np.full(3800, 4.0), np.ones(3800)
    ivar[10], ivar[11], flux[12] = 0.0, -1.0, np.nan
    mask = np.zeros(3800, np.int32)
    mask[20], mask[21], mask[22] = 1 << 24, 1 << 22, 1 << 18  # NODATA, NOSKY, FULLREJECT
    spectrum = read(write_spec(flux=flux, ivar=ivar, and_mask=mask))
    assert np.flatnonzero(~spectrum.has_data).tolist() == [10, 11, 12, 20, 21, 22]


def test_flags_that_the_errors_account_for_do_not_remove_pixels(write_spec):
    mask = np.full(3800, (1 << 16) | (1 << 23) | (1 << 4), np.int32)
    assert read(write_spec(and_mask=mask)).has_data.all()


def test_without_an_object_table_redshift_and_class_are_unknown(write_spec):
    spectrum = read(write_spec("in/mine.fits", bare=True))
    assert (spectrum.id, spectrum.spectral_class) == ("mine", "")
    assert np.isnan([spectrum.z, spectrum.ra]).all()


def test_a_class_of_its_own_is_unknown(write_spec):
    assert read(write_spec(spectral_class="ALIEN")).spectral_class == ""


def test_without_errors_there_is_no_spectrum(write_spec):
    with pytest.raises(ReadError, match="ivar") as caught:
        read(write_spec(ivar=None))
    assert caught.value.reason == "no errors"


@pytest.mark.parametrize("loglam", [LOGLAM[::-1], np.full(3800, 3.6), np.full(3800, np.nan)])
def test_wavelengths_that_do_not_increase_are_damage(write_spec, loglam):
    with pytest.raises(ReadError, match="wavelengths") as caught:
        read(write_spec(loglam=loglam))
    assert caught.value.reason == "unreadable"


def test_a_legacy_file_reads_like_its_successor(write_spec, write_sp_spec):
    old, new = read(write_sp_spec()), read(write_spec())
    assert old.id == new.id
    assert (old.ra, old.dec, old.spectral_class) == (new.ra, new.dec, new.spectral_class)
    assert old.z == pytest.approx(new.z)
    assert old.wave_obs_aa == pytest.approx(new.wave_obs_aa, rel=1e-6)
    assert np.array_equal(old.flux, new.flux)
    assert old.ivar == pytest.approx(new.ivar)


def test_a_legacy_error_of_zero_or_a_mask_is_no_data(write_sp_spec):
    rows = np.ones((4, 100))
    rows[2, 3], rows[2, 4], rows[2, 5] = 0.0, -1.0, np.nan
    rows[3, 6], rows[3, 7] = 1 << 24, 1 << 16
    spectrum = read(write_sp_spec(rows=rows))
    assert np.flatnonzero(~spectrum.has_data).tolist() == [3, 4, 5, 6]


@pytest.mark.parametrize(
    ("code", "expected"), [(0, ""), (1, "STAR"), (2, "GALAXY"), (3, "QSO"), (4, "QSO"), (6, "STAR")]
)
def test_legacy_class_codes(write_sp_spec, code, expected):
    spectrum = read(write_sp_spec(SPEC_CLN=code))
    assert spectrum.spectral_class == expected
    assert spectrum.z == pytest.approx(0.1)


@pytest.mark.parametrize("cards", [{"Z_STATUS": 0}, {"Z_STATUS": 1}, {"SPEC_CLN": 5}])
def test_a_legacy_redshift_that_failed_or_of_sky_is_unknown(write_sp_spec, cards):
    assert np.isnan(read(write_sp_spec(**cards)).z)


def test_a_legacy_image_without_error_row(write_sp_spec):
    with pytest.raises(ReadError, match="2 rows") as caught:
        read(write_sp_spec(rows=np.ones((2, 100))))
    assert caught.value.reason == "no errors"


def test_other_fits_files_are_not_taken_for_sdss(tmp_path):
    other = fits.PrimaryHDU(np.ones((5, 100), np.float32))
    other.header.update({"TELESCOP": "another", "COEFF0": 3.5, "COEFF1": 1e-4, "FIBERID": 1})
    table = fits.BinTableHDU.from_columns([fits.Column(name="FLUX", format="E", array=[1.0])])
    for number, hdus in enumerate([[other], [fits.PrimaryHDU(), table], [fits.PrimaryHDU()]]):
        path = tmp_path / f"{number}.fits"
        fits.HDUList(hdus).writeto(path)
        with pytest.raises(ReadError, match=r"no reader knows|whose rows nothing names") as caught:
            read(path)
        assert caught.value.reason == "unknown format"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**31), st.integers(1, 40), st.booleans())
def test_a_damaged_file_is_a_spectrum_or_a_reason_but_never_a_crash(
    write_spec, write_sp_spec, tmp_path, seed, n_bytes, legacy
):
    name = "spSpec-51602-0266-001.fit" if legacy else "spec-0266-51602-0001.fits"
    path = tmp_path / "in" / name
    whole = (path if path.exists() else (write_sp_spec if legacy else write_spec)()).read_bytes()
    rng = np.random.default_rng(seed)
    damaged = np.frombuffer(whole, np.uint8).copy()
    # half of the damage in the headers, where it hurts
    headers = np.flatnonzero((damaged >= 32) & (damaged < 127))
    places = np.r_[rng.integers(0, damaged.size, n_bytes), rng.choice(headers, n_bytes)]
    damaged[places] = rng.choice([rng.integers(0, 256), rng.integers(48, 58)], places.size)
    (tmp_path / "damaged.fits").write_bytes(damaged.tobytes())
    try:
        outcome = type(read(tmp_path / "damaged.fits"))
    except ReadError as error:
        outcome = error.reason
    refusals = ("unreadable", "unknown format", "no errors", "impossible values")
    assert outcome in (Spectrum, *refusals)


def own(path, header, units=(), *others, **more):
    columns = {"FLUX": np.full(300, 3.0), "LOGLAM": 3.6 + 1e-3 * np.arange(300),
               "IVAR": np.ones(300), **more}  # fmt: skip
    table = fits.BinTableHDU(Table(columns, units=dict(units)))
    fits.HDUList([fits.PrimaryHDU(header=fits.Header(header)), table, *others]).writeto(path)
    return path


def test_a_table_of_ones_own_in_sdss_names_is_read_as_it_says(tmp_path):
    masks = {"AND_MASK": np.zeros(300, np.int32)}
    plain = read(own(tmp_path / "a.fits", {"Z": 0.1}, **masks))
    assert (plain.z, plain.survey) == (0.1, "SDSS")
    jansky = read(own(tmp_path / "b.fits", {"Z": 0.1}, {"FLUX": "mJy"}, **masks))
    assert (jansky.z, jansky.survey) == (0.1, "own")
    slope = (10**3.6 / 10**3.899) ** -2  # of what is alike per Hz, per Å
    np.testing.assert_allclose(jansky.flux[0] / jansky.flux[-1], slope, rtol=1e-5)
    again = own(tmp_path / "d.fits", {}, {"FLUX": "10**-17 erg / (s cm2 Angstrom)"}, **masks)
    assert read(again).survey == "SDSS"
    other = fits.BinTableHDU(Table({"LINE": ["Ha"], "EW": [1.0]}), name="LINES")
    bad = np.arange(300) % 31 == 3
    air = read(own(tmp_path / "c.fits", {"AIRORVAC": "air"}, (), other, mask=bad))
    assert air.medium == "air"
    np.testing.assert_array_equal(air.has_data, ~bad)


def test_a_redshift_that_stands_for_none_is_none(write_spec):
    spectrum = read(write_spec(z=-9999.0))
    assert np.isnan(spectrum.z)
    assert "-9999 stands for no redshift" in spectrum.z_note
