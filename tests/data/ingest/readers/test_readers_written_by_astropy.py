"""What astropy writes is read back: tables of any type, order, mask and unit, and CCDData."""

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.nddata import CCDData, InverseVariance, StdDevUncertainty, VarianceUncertainty
from astropy.table import MaskedColumn, QTable, Table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spexplain.core.spectra.units.unit_spellings import SURVEY_FLUX, SURVEY_UNIT
from spexplain.data.ingest.readers import read, read_all

N = 200
WAVE = 3800.0 + 25 * np.arange(N)
FLUX = 30 + 10 * np.sin(WAVE / 300)
ERROR = 0.5 + 0.1 * np.cos(WAVE / 500)
BAD = np.arange(N) % 17 == 3
NOISE = {
    "std": lambda e: StdDevUncertainty(e),
    "var": lambda e: VarianceUncertainty(e**2),
    "ivar": lambda e: InverseVariance(e**-2),
}
any_path = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def same(found, good):
    np.testing.assert_allclose(found.wave_obs_aa, WAVE, rtol=1e-6)
    np.testing.assert_array_equal(found.has_data, good)
    np.testing.assert_allclose(found.flux[good], FLUX[good], rtol=1e-5)
    np.testing.assert_allclose(found.ivar[good], ERROR[good] ** -2, rtol=1e-4)
    assert (found.flux_unit, found.z) == (SURVEY_FLUX, 0.1)


def noise_of(how, error):
    """Name of a column, and its values, also as such of numpy that no unit has."""
    return {"std": ("error", error), "var": ("var", error**2), "ivar": ("ivar", error**-2)}[how]


@any_path
@given(
    kind=st.sampled_from([">f8", "<f8", ">f4", "<f4"]),
    mask=st.sampled_from(["none", "bool", "u1", "i4", "masked flux", "masked noise", "nan"]),
    how=st.sampled_from([*NOISE]),
    unit=st.sampled_from(
        ["Jy", "mJy", "erg / (s cm2 AA)", "1e-17 erg / (s cm2 AA)", "W / (m2 um)"]
    ),
    axis=st.sampled_from(["AA", "nm", "um", "THz"]),
    falling=st.booleans(),
    ending=st.sampled_from(["fits", "fits.gz"]),
)
def test_a_table_is_read_back(tmp_path, kind, mask, how, unit, axis, falling, ending):
    density = u.spectral_density(WAVE * u.AA)
    flux, error = ((v * SURVEY_UNIT).to(u.Unit(unit), density) for v in (FLUX, ERROR))
    name, noise = noise_of(how, error)
    single = np.dtype(kind).itemsize == 4 and np.nanmax(noise.value) > 1e38  # as of 1e-17 cgs
    if single or np.nanmin(noise.value) < 1e-37:
        kind = kind.replace("4", "8")
    table = QTable({"wave": (WAVE * u.AA).to(u.Unit(axis), u.spectral())})
    table["flux"], table[name] = flux.astype(kind), noise.astype(kind)
    table.meta["Z"] = 0.1
    if mask == "nan":
        table["flux"][BAD] = np.nan
    elif mask.startswith("masked"):
        column = "flux" if mask == "masked flux" else name
        table = Table(table)
        table[column] = MaskedColumn(table[column], mask=BAD)
    elif mask != "none":
        table["mask"] = BAD.astype(mask)
    table[:: -1 if falling else 1].write(tmp_path / f"t.{ending}", overwrite=True)
    same(read(tmp_path / f"t.{ending}"), np.ones(N, bool) if mask == "none" else ~BAD)


@any_path
@given(
    how=st.sampled_from([*NOISE]),
    mask=st.booleans(),
    kind=st.sampled_from([">f8", "<f4"]),
    checksum=st.booleans(),
)
def test_ccddata_is_read_back_with_its_kind_of_noise(tmp_path, how, mask, kind, checksum):
    header = fits.Header({"CRVAL1": WAVE[0], "CDELT1": 25.0, "CRPIX1": 1.0, "CTYPE1": "WAVE",
                          "CUNIT1": "Angstrom", "Z": 0.1})  # fmt: skip
    data = CCDData(
        FLUX.astype(kind), unit=SURVEY_UNIT, uncertainty=NOISE[how](ERROR.astype(kind)),
        mask=BAD if mask else None, header=header,
    )  # fmt: skip
    hdus = data.to_hdu()
    hdus.writeto(tmp_path / "c.fits", overwrite=True, checksum=checksum)
    same(read(tmp_path / "c.fits"), ~BAD if mask else np.ones(N, bool))


@any_path
@given(lengths=st.lists(st.integers(20, N), min_size=1, max_size=4), form=st.sampled_from("PQ"))
def test_arrays_of_varying_length_are_a_spectrum_a_row(tmp_path, lengths, form):
    values = {"wave": ("D", WAVE), "flux": ("E", FLUX), "error": ("E", ERROR), "mask": ("B", BAD)}
    columns = [fits.Column("id", "8A", array=[f"object{n}" for n in range(len(lengths))])]
    for name, (letter, of_all) in values.items():
        arrays = np.empty(len(lengths), object)
        arrays[:] = [of_all[:n].astype("u1" if letter == "B" else "f8") for n in lengths]
        columns.append(fits.Column(name, f"{form}{letter}()", array=arrays))
    hdus = fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns)])
    hdus[1].header["TUNIT3"] = "1e-17 erg/s/cm2/Angstrom"
    hdus.writeto(tmp_path / "v.fits", overwrite=True, checksum=True)
    found = [*read_all(tmp_path / "v.fits")]
    if len(lengths) > 1:
        assert [one.id for one in found] == [f"object{n}" for n in range(len(lengths))]
    for one, n in zip(found, lengths, strict=True):
        np.testing.assert_array_equal(one.wave_obs_aa, WAVE[:n])
        np.testing.assert_array_equal(one.has_data, ~BAD[:n])
        np.testing.assert_allclose(one.flux[~BAD[:n]], FLUX[:n][~BAD[:n]], rtol=1e-6)


@pytest.mark.parametrize("kind", ["i2", "u2", "i4", "u4"])
def test_scaled_whole_numbers_with_a_value_for_none_are_read_back(tmp_path, kind):
    stored = np.where(BAD, 7, np.round(FLUX * 100)).astype(kind)
    table = Table({"wave": WAVE, "flux": stored, "error": ERROR}, meta={"Z": 0.1})
    hdu = fits.table_to_hdu(table)
    hdu.columns["flux"].null = 7 if kind[0] == "i" else 7 - 2 ** (8 * int(kind[1]) - 1)
    hdu.header["TUNIT2"], hdu.header["TUNIT3"] = "1e-19 erg/s/cm2/AA", "1e-17 erg/s/cm2/AA"
    hdu.writeto(tmp_path / "i.fits")
    found = read(tmp_path / "i.fits")
    np.testing.assert_array_equal(found.has_data, ~BAD)
    np.testing.assert_allclose(found.flux[~BAD], FLUX[~BAD], atol=0.006)
