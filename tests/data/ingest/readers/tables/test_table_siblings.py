"""Kinds of trouble that are brothers of known ones: each is read truly, or refused in words."""

import io
import tarfile

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.data.ingest.readers import ReadError, read
from spexplain.data.ingest.readers.vocabulary.column_roles.column_names import NAMES

WAVE = np.geomspace(3800.0, 9200.0, 300)
FLUX = 3 + np.sin(WAVE / 300)
BAD = np.arange(300) % 17 == 3


def write(path, columns, header=()):
    table = Table(columns)
    table.meta.update({"Z": 0.1, **dict(header)})
    table.write(path, overwrite=True)
    return path


@pytest.mark.parametrize("name", NAMES["good mask"])
@pytest.mark.parametrize("kind", [bool, int])
def test_a_mask_of_the_good_pixels_keeps_those(tmp_path, name, kind):
    columns = {"wave": WAVE, "flux": np.where(BAD, 5e3, FLUX), "ivar": np.ones(300)}
    spectrum = read(write(tmp_path / "a.fits", columns | {name: (~BAD).astype(kind)}))
    np.testing.assert_array_equal(spectrum.has_data, ~BAD)


def test_in_coadds_of_pypeit_the_mask_is_of_the_good_and_elsewhere_of_the_bad(tmp_path):
    columns = {"wave": WAVE, "flux": FLUX, "ivar": np.ones(300), "mask": (~BAD).astype(int)}
    pypeit = read(write(tmp_path / "a.fits", columns, {"DMODCLS": "OneSpec"}))
    np.testing.assert_array_equal(pypeit.has_data, ~BAD)
    with pytest.raises(ReadError, match="282 of 300 pixels are marked bad by 'MASK', if 1 is bad"):
        read(write(tmp_path / "b.fits", columns))
    few = columns | {"mask": BAD.astype(int)}
    np.testing.assert_array_equal(read(write(tmp_path / "c.fits", few)).has_data, ~BAD)


@pytest.mark.parametrize(
    ("keyword", "value", "air"),
    [("WAVTYPE", "AIR", True), ("WAVETYPE", "vacuum", False), ("AIR", True, True),
     ("AIR", "F", False), ("VACWAVE", False, True), ("VACWAVE", 1, False), ("VACUUM", "air", True),
     ("AIRWAVE", "yes", True), ("AIR", 1.3, None)],
)  # fmt: skip
def test_air_is_heard_in_whatever_words_it_is_said(tmp_path, keyword, value, air):
    wave = vacuum_to_air(WAVE) if air else WAVE
    columns = {"wave": wave, "flux": FLUX, "ivar": np.ones(300)}
    spectrum = read(write(tmp_path / "a.fits", columns, {keyword: value}))
    np.testing.assert_allclose(spectrum.wave_obs_aa, WAVE, rtol=1e-9)
    assert spectrum.medium == {True: "air", False: "vacuum", None: "not said"}[air]


@pytest.mark.parametrize("z", [1e20, 9999.0, 99.9, -9999, -1])
def test_a_redshift_that_stands_for_none_is_none(tmp_path, z):
    columns = {"wave": WAVE, "flux": FLUX, "ivar": np.ones(300)}
    spectrum = read(write(tmp_path / "a.fits", columns, {"Z": z}))
    assert np.isnan(spectrum.z)
    assert "stands for no redshift" in spectrum.z_note


@pytest.mark.parametrize(
    ("heading", "scale"),
    [("wavelength (nm),flux [1e-17 erg/s/cm2/A],error [1e-17 erg/s/cm2/A]", 1.0),
     ("lambda [nm],Flux (1e-15 erg/s/cm2/A),σ (1e-15 erg/s/cm2/A)", 100.0)],
)  # fmt: skip
def test_units_may_stand_with_the_names(tmp_path, heading, scale):
    path = tmp_path / "a.csv"
    rows = "\n".join(f"{a / 10},{b},0.5" for a, b in zip(WAVE, FLUX, strict=True))
    path.write_text(f"# z = 0.1\n{heading}\n{rows}", encoding="utf-8")
    spectrum = read(path)
    np.testing.assert_allclose(spectrum.wave_obs_aa, WAVE, rtol=1e-9)
    np.testing.assert_allclose(spectrum.flux, FLUX * scale, rtol=1e-6)
    np.testing.assert_allclose(spectrum.ivar, 4 / scale**2, rtol=1e-6)


@pytest.mark.parametrize("mark", ["#", "%", "!"])
def test_notes_in_other_languages_and_exponents_of_fortran(tmp_path, mark):
    path = tmp_path / "a.dat"
    rows = "\n".join(f"{a:.6f} {b:.8E} 5.0E-01" for a, b in zip(WAVE, FLUX, strict=True))
    path.write_text(f"{mark} wave flux err\n{mark} z = 0.1\n{rows.replace('E', 'D')}")
    spectrum = read(path)
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=1e-6)
    np.testing.assert_allclose(spectrum.ivar, 4)
    assert spectrum.z == 0.1


def test_the_logarithmic_axis_of_the_standard(tmp_path):
    step = 1e-4 * np.log(10)
    wave = 3800 * np.exp(step * (np.arange(2000) - 10))
    image = fits.PrimaryHDU(np.interp(wave, WAVE, FLUX))
    said = {"CTYPE1": "WAVE-LOG", "CRVAL1": 3800.0, "CRPIX1": 11.0, "CDELT1": 3800 * step, "Z": 0.1}
    image.header.update(said | {"CUNIT1": "Angstrom"})
    error = fits.ImageHDU(np.ones(2000), name="ERR")
    fits.HDUList([image, error]).writeto(tmp_path / "a.fits")
    np.testing.assert_allclose(read(tmp_path / "a.fits").wave_obs_aa, wave, rtol=1e-12)


def test_texts_of_varying_length_are_refused_rather_than_their_addresses_read(tmp_path):
    columns = [
        fits.Column(name, "PA()" if name == "flux" else "D", array=values)
        for name, values in (("wave", WAVE), ("flux", ["a", "bc"] * 150), ("ivar", np.ones(300)))
    ]
    fits.BinTableHDU.from_columns(columns).writeto(tmp_path / "a.fits")
    with pytest.raises(ReadError, match=r"arrays of varying length of text.*: write them as"):
        read(tmp_path / "a.fits")


def test_other_kinds_of_files_are_called_by_their_names(tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT) as tar:
        inside = tarfile.TarInfo("ä.fits")
        tar.addfile(inside, io.BytesIO())
    (tmp_path / "b.fits").write_bytes(b"<!DOCTYPE html><title>Sorry</title>")
    for name, words in (("a.tar", "the file is empty"), ("b.fits", "a web page")):
        with pytest.raises(ReadError, match=words):
            read(tmp_path / name)
