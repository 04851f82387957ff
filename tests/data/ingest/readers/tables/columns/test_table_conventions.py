"""Tables of surveys that mean more than they say: Euclid, PFS, ESO, CALSPEC, LAMOST's two arms."""

import warnings

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.table import Table
from spexplain.core.spectra.units.unit_spellings import SURVEY_FLUX, SURVEY_UNIT, square_root
from spexplain.data.ingest.readers import read

N = 300
WAVE = np.linspace(12000.0, 19000.0, N)
FLUX = 30 + 10 * np.sin(WAVE / 300)
ERROR = np.full(N, 0.5)


def same(found, good=slice(None), rtol=2e-6, wave=WAVE):
    np.testing.assert_allclose(found.wave_obs_aa, wave, rtol=1e-9)
    np.testing.assert_allclose(found.flux[good], FLUX[good], rtol=rtol)
    np.testing.assert_allclose(found.ivar[good], 4.0, rtol=rtol * 2)
    assert found.flux_unit == SURVEY_FLUX


def test_euclid_is_scaled_and_only_odd_or_large_masks_void_a_pixel(tmp_path):
    mask = np.zeros(N, np.int32)
    mask[:10], mask[10:20], mask[20:30] = 2, 1, 64
    table = Table({
        "WAVELENGTH": WAVE * u.AA, "SIGNAL": (FLUX / 10) * u.Unit("erg / (s cm2 AA)"), "MASK": mask,
        "QUALITY": np.full(N, 0.9, np.float32), "VAR": (ERROR / 10) ** 2,
    })  # fmt: skip
    table.meta |= {"FSCALE": 1e-16, "Z": 1.2}
    table.write(tmp_path / "e.fits")
    found = read(tmp_path / "e.fits")
    good = ~((np.arange(N) >= 10) & (np.arange(N) < 30))
    np.testing.assert_array_equal(found.has_data, good)
    same(found, good)


@pytest.mark.parametrize(
    ("keyword", "scale", "times"),
    [("FLUXSCAL", 1e15, 1e-2), ("FLUXSCAL", 1e-17, 1), ("FLXSCALE", 1e-20, 1e3),
     ("FLUXSCAL", 1e15, 1e-17), ("FLUXSCAL", 1e-17, 1e-17), ("FSCALE", 1.05, 1e-17)],
)  # fmt: skip
def test_a_scale_beside_the_unit_counts_once_in_its_own_sense(tmp_path, keyword, scale, times):
    unit = u.Unit("erg / (s cm2 AA)")
    table = Table({"wave": WAVE * u.AA, "flux": FLUX * times * unit, "err": ERROR * times * unit})
    table.meta |= {keyword: scale}
    table.write(tmp_path / "s.fits")
    same(read(tmp_path / "s.fits"))


def test_euclid_as_a_votable_has_the_scale_in_its_unit(tmp_path):
    table = Table({
        "WAVELENGTH": WAVE, "SIGNAL": FLUX / 10, "MASK": np.zeros(N, np.int32),
        "QUALITY": np.ones(N), "VAR": (ERROR / 10) ** 2,
    })  # fmt: skip
    table["WAVELENGTH"].unit, table["SIGNAL"].unit = "Angstrom", u.Unit("1e-16 erg / (s cm2 AA)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", u.UnitsWarning)  # the standard has no Å
        table.write(tmp_path / "e.vot", format="votable")
    same(read(tmp_path / "e.vot"))


def test_pfs_is_in_nm_and_njy(tmp_path):
    density = u.spectral_density(WAVE * u.AA)
    flux = (FLUX * SURVEY_UNIT).to_value(u.nJy, density)
    error = (ERROR * SURVEY_UNIT).to_value(u.nJy, density)
    table = Table({
        "lambda": WAVE / 10, "flux": flux, "fluxVariance": error**2, "mask": np.zeros(N, np.int32),
    })  # fmt: skip
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(np.zeros((3, 3))), fits.BinTableHDU(table)]
    fits.HDUList(hdus).writeto(tmp_path / "pfsObject-00001.fits")
    same(read(tmp_path / "pfsObject-00001.fits"))


@pytest.mark.parametrize("unit", [
    "erg cm**(-2) s**(-1) angstrom**(-1)", "erg.cm**(-2).s**(-1).angstrom**(-1)",
    "erg/cm2/s/Angstrom", "erg cm-2 s-1 Angstrom-1", "erg/cm**2/s/A",
])  # fmt: skip
def test_eso_products_have_one_row_of_arrays_and_units_in_their_spelling(tmp_path, unit):
    arrays = {"WAVE": WAVE / 10, "FLUX": FLUX * 1e-17, "ERR": ERROR * 1e-17}
    units = {"WAVE": "nm", "FLUX": unit, "ERR": unit}
    quality = np.where(WAVE < 12100, 1, 0)
    columns = [fits.Column(n, f"{N}D", unit=units[n], array=v[None]) for n, v in arrays.items()] + [
        fits.Column("QUAL", f"{N}J", array=quality[None])
    ]
    table = fits.BinTableHDU.from_columns(columns)
    table.header["TUCD1"] = "em.wl;obs.atmos"
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(tmp_path / "sdp.fits")
    found = read(tmp_path / "sdp.fits")
    assert (found.wave_obs_aa > WAVE + 3).all()  # from air
    np.testing.assert_array_equal(found.has_data, quality == 0)
    same(found, quality == 0, wave=found.wave_obs_aa)


def test_calspec_has_a_statistical_error(tmp_path):
    flam = "FLAM"
    table = Table({
        "WAVELENGTH": WAVE, "FLUX": FLUX * 1e-17, "STATERROR": ERROR * 1e-17,
        "SYSERROR": ERROR * 1e-18, "FWHM": np.full(N, 5.0), "DATAQUAL": np.ones(N, np.int16),
    })  # fmt: skip
    hdu = fits.BinTableHDU(table)
    hdu.header["TUNIT1"], hdu.header["TUNIT2"], hdu.header["TUNIT3"] = "ANGSTROMS", flam, flam
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(tmp_path / "star_stis.fits")
    same(read(tmp_path / "star_stis.fits"))


def test_the_arms_of_lamosts_medium_resolution_keep_their_gap(tmp_path):
    hdus = [fits.PrimaryHDU()]
    hdus[0].header.update({"TELESCOP": "LAMOST", "Z": 0.01})
    arms = {
        "COADD_B": np.arange(4950.0, 5350.0, 2),
        "COADD_R": np.arange(6300.0, 6800.0, 2),
    }
    for name, wave in arms.items():
        row = {"FLUX": np.full((1, wave.size), 3.0), "IVAR": np.ones((1, wave.size)),
               "WAVELENGTH": wave[None]}  # fmt: skip
        hdus.append(fits.BinTableHDU(Table(row), name=name))
    fits.HDUList(hdus).writeto(tmp_path / "med-58000-x_sp01-001.fits.gz")
    found = read(tmp_path / "med-58000-x_sp01-001.fits.gz")
    assert (found.survey, found.id) == ("LAMOST", "med-58000-x_sp01-001")
    np.testing.assert_allclose(found.wave_obs_aa, np.r_[arms["COADD_B"], arms["COADD_R"]])


@pytest.mark.parametrize(("unit", "power", "root"), [
    ("Jy2", 1, "Jy"), ("mJy**2", 1, "mJy"), ("1 / Jy2", -1, "Jy"), ("Jy", 1, ""), ("", 1, ""),
    ("erg2 / (s2 cm4 AA2)", 1, "erg / (Angstrom s cm2)"), ("mag", 1, ""), ("nonsense", 1, ""),
])  # fmt: skip
def test_the_root_of_a_unit_is_a_flux_density_or_nothing(unit, power, root):
    found = square_root(unit, power)
    assert found == root or u.Unit(found) == u.Unit(root)


@pytest.mark.parametrize(("name", "unit", "factor"), [
    ("variance", "mJy2", 1e6), ("variance", "Jy2", 1.0), ("variance", "", 1.0),
    ("variance", "Jy", 1.0), ("ivar", "1 / mJy2", 1e-6), ("ivar", "Jy-2", 1.0),
])  # fmt: skip
def test_a_variance_may_have_a_unit_of_its_own(tmp_path, name, unit, factor):
    density = u.spectral_density(WAVE * u.AA)
    flux, error = ((v * SURVEY_UNIT).to_value(u.Jy, density) for v in (FLUX, ERROR))
    noise = error**2 if name == "variance" else error**-2.0
    table = Table({"wave": WAVE * u.AA, "flux": flux * u.Jy, name: noise * factor})
    table.write(tmp_path / "v.ecsv" if not unit else tmp_path / "v.fits")
    if unit:
        fits.setval(tmp_path / "v.fits", "TUNIT3", value=unit, ext=1)
    same(read(tmp_path / "v.ecsv" if not unit else tmp_path / "v.fits"))


@pytest.mark.parametrize("header", [{"SDQFLAGS": 31743}, {"TELESCOP": "JWST"}])
def test_only_serious_bits_of_quality_void_a_pixel(tmp_path, header):
    dq = np.zeros(N, np.int32)
    dq[:100], dq[100:110] = 1024, 1  # beyond those of SDQFLAGS, and none that JWST does not use
    table = Table({"WAVELENGTH": WAVE, "FLUX": FLUX, "ERROR": ERROR, "DQ": dq})
    table.meta |= header
    table.write(tmp_path / "x1d.fits")
    np.testing.assert_array_equal(read(tmp_path / "x1d.fits").has_data, dq != 1)


def test_pfs_has_a_table_without_units(tmp_path):
    density = u.spectral_density(WAVE * u.AA)
    njy = [(values * SURVEY_UNIT).to_value(u.nJy, density) for values in (FLUX, ERROR)]
    table = Table({"wavelength": WAVE / 10, "flux": njy[0], "error": njy[1],
                   "mask": np.zeros(N, np.int64)})  # fmt: skip
    images = [fits.ImageHDU(FLUX, name="FLUX"), fits.ImageHDU(FLUX, name="SKY")]
    hdus = [fits.PrimaryHDU(), *images, fits.BinTableHDU(table, name="FLUX_TABLE")]
    fits.HDUList(hdus).writeto(tmp_path / "pfsObject-1.fits")
    same(read(tmp_path / "pfsObject-1.fits"))


@pytest.mark.parametrize("kind", ["OPT", "BOX"])
@pytest.mark.parametrize("flux", ["FLAM", "COUNTS"])
def test_pypeits_objects_are_read_by_either_extraction(tmp_path, kind, flux):
    good = np.arange(N) % 31 != 3
    columns = {f"{kind}_WAVE": WAVE, f"{kind}_{flux}": FLUX, f"{kind}_{flux}_IVAR": ERROR**-2,
               f"{kind}_{flux}_SIG": ERROR, f"{kind}_MASK": good}  # fmt: skip
    if kind == "OPT":
        columns |= {"BOX_WAVE": WAVE, f"BOX_{flux}": 3 * FLUX, "BOX_MASK": good}
    Table(columns).write(tmp_path / "spec1d.fits")
    found = read(tmp_path / "spec1d.fits")
    np.testing.assert_array_equal(found.has_data, good)
    np.testing.assert_allclose(found.flux[good], FLUX[good], rtol=2e-6)
    assert found.flux_unit == ("counts" if flux == "COUNTS" else "relative")
