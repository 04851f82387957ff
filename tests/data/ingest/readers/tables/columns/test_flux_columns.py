"""Noise by what its unit says, whatever the column is called; units wherever they stand."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.units.unit_spellings import RELATIVE, SURVEY_FLUX, flux_factor
from spexplain.data.ingest.readers import ReadError, read, read_table
from spexplain.data.ingest.readers.tables.columns.columns import AstropyColumns
from spexplain.data.ingest.readers.tables.columns.flux_columns import flux_and_noise

WAVE = np.linspace(3800.0, 9200.0, 200)
FLUX = 30 + 10 * np.sin(WAVE / 300)
ERROR = 0.5 + 0.1 * np.cos(WAVE / 500)
CGS = "1e-17 erg/s/cm2/Angstrom"


def own(path, columns, units, header=()):
    hdu = fits.BinTableHDU(Table(columns))
    for number, name in enumerate(columns, 1):
        if name in units:
            hdu.header[f"TUNIT{number}"] = units[name]
    hdu.header.update({"Z": 0.1, **dict(header)})
    hdu.writeto(path)
    return read(path)


def same(spectrum, unit=SURVEY_FLUX):
    assert spectrum.flux_unit == unit
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=2e-6)
    np.testing.assert_allclose(spectrum.ivar, 1 / ERROR**2, rtol=4e-6)


@pytest.mark.parametrize(
    ("name", "noise", "unit"),
    [
        ("ERR", 100 * ERROR / FLUX, "%"),
        ("STAT", (1e3 * ERROR) ** 2, "(10**(-20)*erg/s/cm**2/Angstrom)**2"),
        ("STAT", ERROR, CGS),  # a variance in no square is an error
        ("ERR", ERROR**2, f"({CGS})2"),  # and an error in a square a variance
        ("ERR", ERROR, ""),
    ],
)
def test_noise_is_what_its_unit_says(tmp_path, name, noise, unit):
    columns = {"WAVE": WAVE, "FLUX": FLUX, name: noise}
    same(own(tmp_path / "a.fits", columns, {"FLUX": CGS, name: unit}))


@pytest.mark.parametrize(
    ("said", "noise"),
    [("std", ERROR), ("var", ERROR**2), ("ivar", ERROR**-2), ("InverseVariance", ERROR**-2)],
)
def test_an_uncertainty_without_unit_is_of_the_type_that_it_says(said, noise):
    table = Table({"wave": WAVE, "flux": FLUX, "uncertainty": noise})
    table.meta["uncertainty_type"] = said
    same(read_table(table), RELATIVE)


def test_a_scale_beside_the_units_is_of_a_variance_too(tmp_path):
    columns = {"WAVE": WAVE, "FLUX": FLUX, "VAR": ERROR**2}
    units = {"FLUX": "erg/s/cm2/Angstrom", "VAR": "(erg/s/cm2/Angstrom)^2"}
    same(own(tmp_path / "a.fits", columns, units, {"FSCALE": 1e-17}))


@pytest.mark.parametrize(
    "keyword", ["BUNIT", "FLUXUNIT", "FUNIT", "YUNITS", "UNITS", "UNIT", "FLUX_UNI", "SPECUNIT"]
)
def test_a_header_says_the_unit_where_the_column_does_not(tmp_path, keyword):
    columns = {"WAVE": WAVE, "FLUX": FLUX, "ERR": ERROR}
    same(own(tmp_path / "a.fits", columns, {}, {keyword: CGS}))


def test_the_errors_unit_is_the_fluxs_where_that_has_none(tmp_path):
    columns = {"WAVE": WAVE, "FLUX": FLUX, "ERR": ERROR}
    same(own(tmp_path / "a.fits", columns, {"ERR": CGS}))


def test_another_images_unit_says_nothing(tmp_path):
    columns = {"WAVE": WAVE, "FLUX": FLUX, "ERR": ERROR}
    same(own(tmp_path / "a.fits", columns, {}, {"BUNIT": "deg"}), RELATIVE)


def test_flux_in_one_kind_and_error_in_another_are_refused(tmp_path):
    columns = {"WAVE": WAVE, "FLUX": FLUX, "ERR": ERROR}
    with pytest.raises(ReadError, match=r"flux is in .*, its error in 'counts'"):
        own(tmp_path / "a.fits", columns, {"FLUX": CGS, "ERR": "adu"})


@given(
    flux_unit=st.sampled_from(["Jy", "mJy", "uJy", "nJy", "MJy"]),
    error_unit=st.sampled_from(["Jy", "mJy", "uJy", "nJy", "MJy"]),
    axis=st.sampled_from([("nm", 0.1), ("um", 1e-4), ("aa", 1.0)]),
)
def test_units_in_names_are_those_of_columns(flux_unit, error_unit, axis):
    to = {unit: flux_factor(unit, WAVE)[0] for unit in (flux_unit, error_unit)}
    names = {"wave": f"wave_{axis[0]}", "flux": f"flux_{flux_unit}", "error": f"err_{error_unit}"}
    columns = Table(
        {
            names["wave"]: WAVE * axis[1],
            names["flux"]: FLUX / to[flux_unit],
            names["error"]: ERROR / to[error_unit],
        }
    )
    found = flux_and_noise(AstropyColumns(columns), names, WAVE)
    np.testing.assert_allclose(found.flux, FLUX, rtol=1e-9)
    np.testing.assert_allclose(found.ivar, 1 / ERROR**2, rtol=1e-9)
    assert found.unit == SURVEY_FLUX


@pytest.mark.parametrize("name", ["FNU", "F_NU", "flux_nu"])
def test_flux_per_hz_of_unknown_height_has_the_slope_of_flux_per_angstrom(tmp_path, name):
    columns = {"WAVE": WAVE, name: FLUX * WAVE**2, "ERR": ERROR * WAVE**2}
    found = own(tmp_path / "a.fits", columns, {})
    assert found.flux_unit == RELATIVE
    np.testing.assert_allclose(found.flux / found.flux[0], FLUX / FLUX[0], rtol=1e-5)
    np.testing.assert_allclose(found.flux * found.ivar**0.5, FLUX / ERROR, rtol=1e-5)
