"""What other tools write is read back: specutils in its formats, and what only it identifies."""

import sys

import numpy as np
import pytest
from astropy import units as u
from astropy.nddata import InverseVariance, StdDevUncertainty, VarianceUncertainty
from astropy.table import Table
from astropy.wcs import WCS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from specutils import Spectrum
from spexplain.core.spectra.units.unit_spellings import SURVEY_FLUX, SURVEY_UNIT
from spexplain.data.ingest.readers import ReadError, by_specutils, read
from spexplain.data.ingest.readers.vocabulary.column_roles.hints import NO_HINTS

N = 200
WAVE = np.geomspace(3800.0, 9200.0, N)
FLUX = 30 + 10 * np.sin(WAVE / 300)
ERROR = 0.5 + 0.1 * np.cos(WAVE / 500)
Z = 0.116
KINDS = {
    "std": lambda e: StdDevUncertainty(e),
    "var": lambda e: VarianceUncertainty(e**2),
    "ivar": lambda e: InverseVariance(e**-2),
}


def converted(unit):
    density = u.spectral_density(WAVE * u.AA)
    return tuple((v * SURVEY_UNIT).to(u.Unit(unit), density) for v in (FLUX, ERROR))


def same(found):
    np.testing.assert_allclose(found.wave_obs_aa, WAVE, rtol=1e-6)
    np.testing.assert_allclose(found.flux, FLUX, rtol=1e-5)
    np.testing.assert_allclose(found.ivar, ERROR**-2, rtol=1e-4)
    assert found.flux_unit == SURVEY_FLUX


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    unit=st.sampled_from(["Jy", "mJy", "erg / (s cm2 AA)", "W / (m2 um)"]),
    axis=st.sampled_from(["AA", "nm", "um", "THz"]),
    falling=st.booleans(),
)
def test_the_tables_of_specutils_are_read_back(tmp_path, unit, axis, falling):
    flux, error = converted(unit)
    order = slice(None, None, -1) if falling else slice(None)
    spectrum = Spectrum(
        flux=flux[order],
        spectral_axis=(WAVE * u.AA).to(u.Unit(axis), u.spectral())[order],
        uncertainty=StdDevUncertainty(error[order]),
    )
    spectrum.write(tmp_path / "t.fits", format="tabular-fits", overwrite=True)
    same(read(tmp_path / "t.fits"))


@pytest.mark.filterwarnings("ignore::astropy.units.UnitsWarning")  # of style: Å
@pytest.mark.filterwarnings("ignore:Card is too long")  # the comment beside its unit
@pytest.mark.parametrize("kind", KINDS)
def test_the_images_of_specutils_are_read_back(tmp_path, kind):
    wave = 4000 + 2.0 * np.arange(N)
    mask = np.zeros(N, bool)
    mask[20:30] = True
    spectrum = Spectrum(
        flux=FLUX * SURVEY_UNIT,
        wcs=WCS({"CTYPE1": "WAVE", "CUNIT1": "Angstrom", "CRVAL1": 4000, "CDELT1": 2, "CRPIX1": 1}),
        uncertainty=KINDS[kind](ERROR),
        mask=mask,
    )
    spectrum.write(tmp_path / "w.fits", format="wcs1d-fits", overwrite=True)
    found = read(tmp_path / "w.fits")
    np.testing.assert_allclose(found.wave_obs_aa, wave)
    np.testing.assert_array_equal(found.has_data, ~mask)
    np.testing.assert_allclose(found.flux[~mask], FLUX[~mask], rtol=1e-6)
    np.testing.assert_allclose(found.ivar[~mask], ERROR[~mask] ** -2, rtol=1e-4)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.sampled_from(["fits", "ecsv", "votable", "parquet", "csv", "hdf5"]),
    unit=st.sampled_from(["Jy", "uJy", "W / (m2 um)"]),
    dtype=st.sampled_from(["<f4", ">f4", "<f8", ">f8"]),
    falling=st.booleans(),
    masked=st.booleans(),
)
def test_what_astropy_and_pandas_write_is_read_back(tmp_path, form, unit, dtype, falling, masked):
    flux, error = converted(unit)
    order = np.s_[::-1] if falling else np.s_[:]
    table = Table(
        {"wave": (WAVE / 1e4)[order], "flux": flux.value[order], "err": error.value[order]}
    )
    table["z"] = np.full(N, Z)
    if masked:
        table["mask"] = np.zeros(N, np.int16)
        table["mask"][7] = 1
    if form in ("fits", "ecsv", "votable"):
        table["wave"].unit, table["flux"].unit, table["err"].unit = "um", unit, unit
        for name in ("flux", "err"):
            table[name] = table[name].astype(dtype)
        ending = {"votable": "vot"}.get(form, form)
        given_form = {"ecsv": "ascii.ecsv"}.get(form, form)
        table.write(tmp_path / f"t.{ending}", format=given_form, overwrite=True)
    else:  # without units: relative, in Å
        table["wave"] *= 1e4
        ending = form
        frame = table.to_pandas()
        if form == "hdf5":
            import h5py

            with h5py.File(tmp_path / "t.hdf5", "w") as file:
                file["table"] = frame.to_records(index=False)
        else:
            write = frame.to_csv if form == "csv" else frame.to_parquet
            write(tmp_path / f"t.{ending}", index=False)
    found = read(tmp_path / f"t.{ending}")
    assert found.z == pytest.approx(Z)
    good = np.ones(N, bool)
    if masked:
        good[N - 8 if falling else 7] = False
    np.testing.assert_array_equal(found.has_data, good)
    np.testing.assert_allclose(found.wave_obs_aa, WAVE, rtol=1e-6)
    if form in ("fits", "ecsv", "votable"):
        np.testing.assert_allclose(found.flux[good], FLUX[good], rtol=1e-5)
    shape = found.flux[good] * np.sqrt(found.ivar[good])
    np.testing.assert_allclose(shape, (flux / error).value[good], rtol=1e-5)


def test_without_specutils_it_is_said_what_would_help(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "specutils", None)
    unknown = ReadError("unknown format", "no reader knows it")
    with pytest.raises(ReadError, match=r"it; pip install 'spexplain\[specutils\]'"):
        by_specutils.load_by_specutils(tmp_path / "x.fits", unknown, NO_HINTS)


def test_what_specutils_does_not_identify_either_keeps_its_reason(tmp_path):
    from astropy.io import fits

    fits.PrimaryHDU(np.zeros((4, 5, 6))).writeto(tmp_path / "cube.fits")
    with pytest.raises(ReadError, match="a cube of 4 × 5 × 6 pixels") as caught:
        read(tmp_path / "cube.fits")
    assert caught.value.reason == "no spectrum"


def test_what_specutils_reads_is_taken_with_its_redshift(tmp_path, monkeypatch):
    flux, error = converted("Jy")
    spectrum = Spectrum(
        flux=flux, spectral_axis=WAVE * u.AA, uncertainty=StdDevUncertainty(error),
        meta={"header": {"REDSHIFT": 0.3}},
    )  # fmt: skip
    monkeypatch.setattr(Spectrum, "read", lambda _: spectrum)
    unknown = ReadError("unknown format", "no reader knows it")
    found = by_specutils.load_by_specutils(tmp_path / "ngc.1.fits", unknown, NO_HINTS)
    assert (found.id, found.z, found.survey) == ("ngc.1", 0.3, "own")
    same(found)


def test_an_image_of_few_rows_is_told_what_to_make_of_it(tmp_path):
    from astropy.io import fits

    fits.PrimaryHDU(np.zeros((3, 500))).writeto(tmp_path / "rows.fits")
    with pytest.raises(ReadError, match="of 3 × 500, whose rows nothing names"):
        read(tmp_path / "rows.fits")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"Z": Z}, (Z, "")),
        ({"Z": Z, "Z_SPEC": 0.4}, (Z, "the same file says Z_SPEC = 0.4")),
        ({"Z": Z, "ZWARNING": 2048}, (Z, "poor data")),
    ],
)
def test_what_casts_doubt_on_a_redshift_is_read_by_this_way_too(header, said):
    z, _, warning = by_specutils._redshift({"header": header}, float("nan"))
    assert (z, warning) == said
    _, _, of_its_own = by_specutils._redshift({"header": {"Z": 0.4}}, Z)
    assert of_its_own == "the same file says Z = 0.4"
