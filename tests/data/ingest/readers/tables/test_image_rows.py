"""Stacks: flux, noise and masks as images with a spectrum a row."""

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.table import Table
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.core.spectra.units.unit_spellings import COUNTS, SURVEY_FLUX, SURVEY_UNIT
from spexplain.data.ingest.readers import ReadError, read, read_all

N = 300
WAVE = np.linspace(3800.0, 9200.0, N)
FLUX = np.stack([30 + 10 * np.sin(WAVE / 300), 20 + WAVE / 500])
ERROR = np.full((2, N), 0.5)
BAD = np.arange(N) % 31 == 3
CGS = "1e-17 erg/s/cm2/Angstrom"
LINEAR = {"CRVAL1": 3800.0, "CDELT1": WAVE[1] - WAVE[0], "CUNIT1": "Angstrom", "BUNIT": CGS}
NAMES = Table({"NAME": ["x1", "x2"], "Z": [0.1, 0.2], "RA": [10.0, 20.0], "DEC": [1.0, 2.0]})


def write(path, images, *tables, **header):
    primary = fits.PrimaryHDU()
    primary.header.update(header)
    named = [fits.ImageHDU(data, fits.Header(said), name=name) for name, data, said in images]
    fits.HDUList([primary, *named, *tables]).writeto(path)
    return path


def same(found, scale=1.0):
    assert len(found) == len(FLUX)
    for spectrum, flux in zip(found, FLUX, strict=True):
        np.testing.assert_allclose(spectrum.wave_obs_aa, WAVE, rtol=1e-8)
        np.testing.assert_allclose(spectrum.flux, flux * scale, rtol=3e-6)
        np.testing.assert_allclose(spectrum.ivar, 4.0 / scale**2, rtol=6e-6)


def test_units_and_air_of_a_stack_of_ones_own_are_heard(tmp_path):
    factor = (1 * SURVEY_UNIT).to_value(u.mJy, u.spectral_density(WAVE * u.AA))
    images = [("FLUX", FLUX * factor, {"BUNIT": "mJy"}), ("IVAR", (ERROR * factor) ** -2, {}),
              ("WAVE", vacuum_to_air(WAVE) / 10, {"BUNIT": "nm"})]  # fmt: skip
    found = [*read_all(write(tmp_path / "a.fits", images, Z=0.1, AIRORVAC="air"))]
    same(found)
    assert {(one.flux_unit, one.medium, one.z, one.survey) for one in found} == {
        (SURVEY_FLUX, "air", 0.1, "own")
    }
    assert [one.id for one in found] == ["a-0", "a-1"]


def test_a_table_says_whose_rows_they_are(tmp_path):
    images = [("FLUX", FLUX, LINEAR), ("ERR", ERROR, {})]
    path = write(tmp_path / "a.fits", images, fits.BinTableHDU(NAMES, name="FIBRES"))
    found = [*read_all(path)]
    same(found)
    assert [(one.id, one.z, one.ra) for one in found] == [("x1", 0.1, 10.0), ("x2", 0.2, 20.0)]


@pytest.mark.parametrize("where", ["header", "SDSS", "image", "table", "row"])
def test_an_axis_beside_a_table_of_rows_is_that_of_all(tmp_path, where):
    names = Table({"FLUX": FLUX, "ERR": ERROR, "GOOD": np.tile(~BAD, (2, 1))})
    for name in NAMES.colnames:
        names[name] = NAMES[name]
    rows = fits.BinTableHDU(names, name="SPECTRA")
    wave, beside = WAVE, []
    if where == "header":
        rows.header.update({k: v for k, v in LINEAR.items() if k != "BUNIT"})
    elif where == "SDSS":
        wave = 10 ** (3.58 + 1e-3 * np.arange(N))
        rows.header.update({"COEFF0": 3.58, "COEFF1": 1e-3})
    elif where == "image":
        beside = [fits.ImageHDU(WAVE / 10, fits.Header({"BUNIT": "nm"}), name="WAVELENGTH")]
    else:
        values = WAVE[None] if where == "row" else WAVE
        beside = [fits.BinTableHDU(Table({"wave": values * u.AA}), name="AXIS")]
    fits.HDUList([fits.PrimaryHDU(), rows, *beside]).writeto(tmp_path / "a.fits")
    found = [*read_all(tmp_path / "a.fits")]
    assert [(one.id, one.z) for one in found] == [("x1", 0.1), ("x2", 0.2)]
    for spectrum, flux in zip(found, FLUX, strict=True):
        np.testing.assert_allclose(spectrum.wave_obs_aa, wave, rtol=1e-8)
        np.testing.assert_array_equal(spectrum.has_data, ~BAD)
        np.testing.assert_allclose(spectrum.flux[~BAD], flux[~BAD], rtol=1e-6)


def test_a_frame_of_a_slit_is_no_stack(tmp_path):
    frame = write(tmp_path / "a.fits", [("FLUX", np.tile(FLUX, (9, 1)), LINEAR),
                                        ("ERR", np.tile(ERROR, (9, 1)), {})])  # fmt: skip
    with pytest.raises(ReadError, match="no single spectrum"):
        read(frame)


def test_orders_are_one_spectrum(tmp_path):
    waves = np.stack([WAVE, WAVE + 5000])
    images = [("FLUX", FLUX, {}), ("ERR", ERROR, {}), ("WAVELENGTH", waves, {})]
    spectrum = read(write(tmp_path / "a.fits", images))
    assert spectrum.id == "a"
    np.testing.assert_allclose(spectrum.wave_obs_aa, np.sort(waves.ravel()))


@pytest.mark.parametrize(("unit", "called"), [("electron/Angstrom", COUNTS), (CGS, SURVEY_FLUX)])
def test_desis_frames_are_in_counts(tmp_path, unit, called):
    fibres = Table({"TARGETID": [7, 8], "TARGET_RA": [1.0, 2.0], "TARGET_DEC": [1.0, 2.0]})
    images = [("FLUX", FLUX, {"BUNIT": unit}), ("IVAR", ERROR**-2, {}),
              ("MASK", np.stack([BAD, BAD]).astype(np.int32), {}),
              ("WAVELENGTH", WAVE, {"BUNIT": "Angstrom"})]  # fmt: skip
    path = write(tmp_path / "a.fits", images, fits.BinTableHDU(fibres, name="FIBERMAP"))
    found = [*read_all(path)]
    assert [(one.id, one.flux_unit, one.survey) for one in found] == [
        ("7", called, "DESI"), ("8", called, "DESI"),
    ]  # fmt: skip
    np.testing.assert_array_equal(found[0].has_data, ~BAD)
