"""A spectrum of one's own reads the same in whatever units, names, order and file it comes."""

import bz2
import gzip
import lzma
import zipfile

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.table import MaskedColumn, Table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.core.spectra.units.unit_spellings import COUNTS, RELATIVE, SURVEY_FLUX, SURVEY_UNIT
from spexplain.data.ingest.readers import ReadError, read
from spexplain.data.ingest.readers.fits_files.packed import opened
from spexplain.data.ingest.readers.vocabulary.column_roles.column_names import (
    NAMES,
    columns_by_role,
)

N = 400
WAVE = np.geomspace(3800.0, 9200.0, N)
FLUX = 30 + 10 * np.sin(WAVE / 300)
ERROR = 0.5 + 0.1 * np.cos(WAVE / 500)
Z = 0.116


def own(path, **columns) -> Spectrum:
    """The spectrum in a FITS table of these columns with the redshift in its header."""
    table = Table(columns)
    table.meta["Z"] = Z
    table.write(path, overwrite=True)
    return read(path)


def same(found: Spectrum, *, good=slice(None), flux=FLUX, rtol=2e-6):
    np.testing.assert_allclose(found.wave_obs_aa, WAVE, rtol=1e-9)
    np.testing.assert_allclose(found.flux[good], flux[good], rtol=rtol)
    np.testing.assert_allclose(found.ivar[good], (1 / ERROR**2)[good], rtol=2 * rtol)
    assert found.z == Z


@given(
    unit=st.sampled_from(["Jy", "mJy", "W / (m2 um)", "erg / (s cm2 Hz)", "photon / (s cm2 AA)"]),
    axis=st.sampled_from(["AA", "nm", "um", "GHz", "eV"]),
    falling=st.booleans(),
    byteorder=st.sampled_from("<>"),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_units_order_and_bytes_change_nothing(tmp_path, unit, axis, falling, byteorder):
    density = u.spectral_density(WAVE * u.AA)
    columns = {
        "spectral_axis": (WAVE * u.AA).to(u.Unit(axis), u.spectral()),
        "flux": (FLUX * SURVEY_UNIT).to(u.Unit(unit), density),
        "uncertainty": (ERROR * SURVEY_UNIT).to(u.Unit(unit), density),
    }
    table = Table()
    for name, column in columns.items():
        values = column.value[::-1] if falling else column.value
        table[name] = values.astype(f"{byteorder}f8")
        table[name].unit = column.unit
    table.meta["Z"] = Z
    table.write(tmp_path / "any.fits", overwrite=True)
    found = read(tmp_path / "any.fits")
    assert found.flux_unit == SURVEY_FLUX
    same(found)


@pytest.mark.parametrize("height", [1e-29, 1e-20, 1.0, 1e20, 1e37])
def test_flux_without_a_unit_may_be_of_any_size(tmp_path, height):
    found = own(tmp_path / "x.fits", wave=WAVE, flux=FLUX * height, error=ERROR * height)
    assert found.flux_unit == RELATIVE
    assert found.has_data.all()
    np.testing.assert_allclose(found.flux / found.flux[0], FLUX / FLUX[0], rtol=1e-5)
    np.testing.assert_allclose(found.sn_median, np.median(FLUX / ERROR), rtol=1e-5)


def test_tiny_calibrated_flux_keeps_its_pixels(tmp_path):
    unit = u.Unit("W / (m2 AA)")
    flux, error = (FLUX * SURVEY_UNIT).to(unit), (ERROR * SURVEY_UNIT).to(unit)
    same(own(tmp_path / "si.fits", wavelength=WAVE * u.AA, flux=flux, error=error))


def test_counts_are_told(tmp_path):
    found = own(tmp_path / "c.fits", wave=WAVE, flux=FLUX * u.adu, error=ERROR * u.adu)
    assert found.flux_unit == COUNTS


# FITS knows no Greek; text does: test_table_siblings.
_NOISE = [n for role in ("error", "ivar", "variance") for n in NAMES[role] if n.isascii()]


@pytest.mark.parametrize("name", _NOISE)
def test_the_error_is_known_by_its_names(tmp_path, name):
    role = next(role for role in ("error", "ivar", "variance") if name in NAMES[role])
    noise = {"error": ERROR, "ivar": ERROR**-2, "variance": ERROR**2}[role]
    same(own(tmp_path / "x.fits", wave=WAVE, flux=FLUX, **{name: noise}))


def test_names_are_compared_without_case_and_underscores():
    assert columns_by_role(["LogLam", "Flux", "E_Flux"]) == {
        "log wave": "LogLam", "flux": "Flux", "error": "E_Flux",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["bool", "int", "numpy", "quality", "zero error", "nan"])
def test_what_is_masked_is_no_data(tmp_path, kind):
    bad = (WAVE > 5000) & (WAVE < 5200)
    flux, error, columns = np.where(bad, 5000.0, FLUX), ERROR.copy(), {}
    if kind in ("bool", "int"):
        columns["mask"] = bad.astype(bool if kind == "bool" else np.int32)
    elif kind == "quality":
        columns["QUAL"] = np.where(bad, 16, 0)
    elif kind == "numpy":
        flux = MaskedColumn(flux, mask=bad)
    elif kind == "zero error":
        error[bad] = 0
    else:
        flux[bad] = np.nan
    found = own(tmp_path / "m.fits", wave=WAVE, flux=flux, error=error, **columns)
    np.testing.assert_array_equal(found.has_data, ~bad)
    same(found, good=~bad)


def test_whole_numbers_with_a_null_are_no_data(tmp_path):
    bad = WAVE < 4000
    columns = [
        fits.Column("wave", "D", array=WAVE),
        fits.Column("flux", "J", array=np.where(bad, -999, 100).astype(np.int32), null=-999),
        fits.Column("error", "D", array=ERROR),
    ]
    path = tmp_path / "n.fits"
    header = fits.Header({"Z": Z})
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns, header)]).writeto(path)
    np.testing.assert_array_equal(read(path).has_data, ~bad)


def test_a_mask_on_everything_and_logical_flux_are_refused(tmp_path):
    with pytest.raises(ReadError, match=r"every one of 400 pixels is marked bad by 'MASK'"):
        own(tmp_path / "a.fits", wave=WAVE, flux=FLUX, error=ERROR, mask=np.ones(N, bool))
    with pytest.raises(ReadError, match="'FLUX' contains true and false"):
        own(tmp_path / "b.fits", wave=WAVE, flux=FLUX > 30, error=ERROR)


@pytest.mark.parametrize("header", [
    {"VACUUM": False}, {"VACUUM": 0}, {"VACUUM": "F"}, {"VACUUM": "no"}, {"AIRORVAC": "AIR"},
    {"CTYPE1": "AWAV"}, {"TUCD1": "em.wl;obs.atmos"}, {"MEDIUM": "air"},
])  # fmt: skip
def test_air_is_taken_to_vacuum_wherever_it_is_said(tmp_path, header):
    table = Table({"wave": vacuum_to_air(WAVE), "flux": FLUX, "error": ERROR})
    table.meta |= {"Z": Z}
    table.write(tmp_path / "air.fits")
    for name, value in header.items():
        fits.setval(tmp_path / "air.fits", name, value=value, ext=1)
    same(read(tmp_path / "air.fits"))


@pytest.mark.parametrize("name", ["wave_air", "AWAV", "lambda_air"])
def test_a_column_may_say_air(tmp_path, name):
    same(own(tmp_path / "x.fits", **{name: vacuum_to_air(WAVE)}, flux=FLUX, error=ERROR))


def test_orders_that_overlap_are_joined_and_padding_is_left_out(tmp_path):
    again = slice(100, 130)
    wave, flux, error = (np.r_[a, a[again], 0.0, np.nan] for a in (WAVE, FLUX, ERROR))
    found = own(tmp_path / "x.fits", wave=wave, flux=flux, error=error)
    weight = np.ones(N)
    weight[again] = 2
    np.testing.assert_allclose(found.ivar, weight / ERROR**2, rtol=1e-5)
    np.testing.assert_allclose(found.flux, FLUX, rtol=2e-6)


def test_logarithmic_wavelengths_by_name(tmp_path):
    same(own(tmp_path / "x.fits", loglam=np.log10(WAVE), flux=FLUX, ivar=ERROR**-2))


@pytest.mark.parametrize("form", ["csv", "ecsv", "vot", "parquet", "txt"])
def test_tables_that_are_no_fits_files_are_read(tmp_path, form):
    table = Table({"wave": WAVE, "flux": FLUX, "error": ERROR, "z": np.full(N, Z)})
    path = tmp_path / f"s.v2.{form}"
    if form == "parquet":
        table.to_pandas().to_parquet(path)
    else:
        named = {"csv": "ascii.csv", "ecsv": "ascii.ecsv", "vot": "votable",
                 "txt": "ascii.commented_header"}[form]  # fmt: skip
        table.write(path, format=named)
    found = read(path)
    assert found.id == "s.v2"
    same(found)


def test_packed_files_are_read_and_a_bomb_is_not(tmp_path, monkeypatch):
    own(tmp_path / "a.fits", wave=WAVE, flux=FLUX, error=ERROR)
    content = (tmp_path / "a.fits").read_bytes()
    for ending, packed in (("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)):
        path = tmp_path / f"b.fits.{ending}"
        path.write_bytes(packed(content))
        found = read(path)
        assert found.id == "b"
        same(found)
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.write(tmp_path / "a.fits", "a.fits")
    same(read(tmp_path / "c.zip"))
    monkeypatch.setattr("spexplain.data.ingest.readers.fits_files.packed.LARGEST_UNPACKED", 1000)
    with pytest.raises(ReadError, match="unpacks to more than 1,000 bytes"):
        opened(tmp_path / "b.fits.gz")


def test_a_table_may_stand_in_any_hdu(tmp_path):
    table = fits.BinTableHDU(Table({"wave": WAVE, "flux": FLUX, "error": ERROR}))
    table.header["Z"] = Z
    before = [fits.ImageHDU(np.zeros((3, 3))) for _ in range(4)]
    fits.HDUList([fits.PrimaryHDU(), *before, table]).writeto(tmp_path / "x.fits")
    same(read(tmp_path / "x.fits"))


def image(path, *, error="STD", log=False, **cards):
    start, step = (np.log10(WAVE[0]), np.diff(np.log10(WAVE))[0]) if log else (4000.0, 2.0)
    primary = fits.PrimaryHDU(FLUX)
    primary.header.update({"CRVAL1": start, "CDELT1": step, "CRPIX1": 1.0, "REDSHIFT": Z} | cards)
    noise = {"STD": ERROR, "VAR": ERROR**2, "IVAR": ERROR**-2}.get(error)
    more = [] if noise is None else [fits.ImageHDU(noise, name=error)]
    fits.HDUList([primary, *more]).writeto(path, overwrite=True)
    return path


@pytest.mark.parametrize("error", ["STD", "VAR", "IVAR"])
def test_images_on_a_simple_axis_are_read(tmp_path, error):
    found = read(image(tmp_path / "i.fits", error=error, CTYPE1="WAVE", CUNIT1="Angstrom"))
    np.testing.assert_allclose(found.wave_obs_aa, 4000 + 2 * np.arange(N))
    np.testing.assert_allclose(found.ivar, ERROR**-2, rtol=1e-5)
    log = {"DC-FLAG": 1, "WAT1_001": "wtype=linear label=Wavelength units=angstroms"}
    same(read(image(tmp_path / "l.fits", log=True, **log)))


def test_an_image_without_errors_says_so(tmp_path):
    with pytest.raises(ReadError, match="the noise is unknown") as caught:
        read(image(tmp_path / "i.fits", error=""))
    assert caught.value.reason == "no errors"


@pytest.mark.parametrize(("card", "says"), [
    (True, "Z = True is no number"), (1e-300, "Z = 1e-300 is no redshift"),
    (-9999.0, "Z = -9999 stands for no redshift"), ("near", "Z = 'near' is no number"),
])  # fmt: skip
def test_what_is_no_redshift_is_none_in_words(tmp_path, card, says):
    table = Table({"wave": WAVE, "flux": FLUX, "error": ERROR})
    table.meta["Z"] = card
    table.write(tmp_path / "z.fits")
    found = read(tmp_path / "z.fits")
    assert np.isnan(found.z)
    assert found.z_note == says


@pytest.mark.parametrize("text", ["0.116", " 0.116 ", "0,116", "1.16e-1"])
def test_a_redshift_may_stand_as_text(tmp_path, text):
    table = Table({"wave": WAVE, "flux": FLUX, "error": ERROR})
    table.meta["Z"] = text
    table.write(tmp_path / "z.fits")
    assert read(tmp_path / "z.fits").z == Z


@pytest.mark.parametrize("kind", [bool, np.int32])
def test_an_and_mask_of_zero_and_one_is_a_plain_mask(tmp_path, kind):
    bad = (WAVE > 5000) & (WAVE < 5200)
    found = own(tmp_path / "m.fits", wave=WAVE, flux=FLUX, error=ERROR, and_mask=bad.astype(kind))
    np.testing.assert_array_equal(found.has_data, ~bad)


def test_an_and_mask_of_sdss_voids_what_no_exposure_saw(tmp_path):
    bits = np.where(WAVE < 4500, 1 << 24, 1 << 16).astype(np.int32)
    found = own(tmp_path / "m.fits", wave=WAVE, flux=FLUX, error=ERROR, and_mask=bits)
    np.testing.assert_array_equal(found.has_data, WAVE >= 4500)


@pytest.mark.parametrize("z", [0.0, -0.0009, 0.116])
def test_zero_and_small_negative_ones_are_redshifts(tmp_path, z):
    table = Table({"wave": WAVE, "flux": FLUX, "error": ERROR, "z": np.full(N, z)})
    table.write(tmp_path / "z.fits")
    assert read(tmp_path / "z.fits").z == z


def test_a_velocity_is_told_from_a_redshift(tmp_path):
    table = Table({"wave": WAVE, "flux": FLUX, "error": ERROR})
    table.meta["VHELIO"] = 34739.0
    table.write(tmp_path / "v.fits")
    assert read(tmp_path / "v.fits").z_note == (
        "VHELIO = 34739.0 is a velocity, of which convention it does not say"
    )
