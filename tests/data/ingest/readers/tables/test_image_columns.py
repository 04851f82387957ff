"""Images of one spectrum: wherever flux, errors, masks and wavelengths stand in the file."""

import numpy as np
import pytest
from astropy.io import fits
from spexplain.core.spectra.units.unit_spellings import SURVEY_FLUX
from spexplain.data.ingest.readers import ReadError, read, read_all
from spexplain.data.ingest.readers.vocabulary.column_roles.hints import Hints

N = 400
WAVE = 3800.0 + 12 * np.arange(N)
FLUX = 30 + 10 * np.sin(WAVE / 300)
ERROR = 0.5 + 0.1 * np.cos(WAVE / 500)
BAD = np.arange(N) % 31 == 3
CGS = "1e-17 erg/s/cm2/Angstrom"
LINEAR = {"CRVAL1": 3800.0, "CDELT1": 12.0, "CRPIX1": 1.0, "CUNIT1": "Angstrom", "BUNIT": CGS}


def write(path, primary, header=(), **extensions):
    first = fits.PrimaryHDU(primary)
    first.header.update({"Z": 0.1, **dict(header)})
    images = [fits.ImageHDU(data, name=name) for name, data in extensions.items()]
    fits.HDUList([first, *images]).writeto(path)
    return path


def same(spectrum, good=None, ivar=1 / ERROR**2):
    good = np.ones(N, bool) if good is None else good
    np.testing.assert_allclose(spectrum.wave_obs_aa, WAVE, rtol=1e-9)
    np.testing.assert_array_equal(spectrum.has_data, good)
    np.testing.assert_allclose(spectrum.flux[good], FLUX[good], rtol=2e-6)
    np.testing.assert_allclose(spectrum.ivar[good], ivar[good], rtol=4e-6)
    assert spectrum.z == 0.1


@pytest.mark.parametrize(("name", "data"), [("VAR", ERROR**2), ("IVAR", 1 / ERROR**2)])
def test_a_variance_whose_header_was_copied_from_the_flux_stays_one(tmp_path, name, data):
    path = write(tmp_path / "a.fits", FLUX, LINEAR, **{name: data})
    fits.setval(path, "BUNIT", value=LINEAR["BUNIT"], ext=1)
    same(read(path))


@pytest.mark.parametrize(
    ("name", "data"),
    [("ERRS", ERROR), ("UNCERT", ERROR), ("STAT", ERROR**2), ("VARIANCE", ERROR**2),
     ("IVAR", 1 / ERROR**2), ("NOISE", ERROR[None]), ("SIGMA", ERROR[None, None])],
)  # fmt: skip
def test_errors_are_known_by_the_names_of_columns(tmp_path, name, data):
    same(read(write(tmp_path / "a.fits", FLUX, LINEAR, **{name: data})))


@pytest.mark.parametrize(
    ("name", "marks"),
    [("MASK", BAD), ("BPM", BAD), ("DQ", 4 * BAD), ("GPM", ~BAD), ("BADPIX", BAD), ("FLAGS", BAD)],
)
def test_masks_are_known_by_the_names_of_columns(tmp_path, name, marks):
    flux = np.where(BAD, 5e3, FLUX)
    path = write(tmp_path / "a.fits", flux, LINEAR, ERR=ERROR, **{name: marks.astype(np.int16)})
    same(read(path), ~BAD)


def test_an_error_may_be_in_another_unit_than_the_flux(tmp_path):
    path = write(tmp_path / "a.fits", FLUX * 1e-17, LINEAR | {"BUNIT": CGS[6:]}, ERR=ERROR)
    fits.setval(path, "BUNIT", value=CGS, ext=1)
    same(read(path))


@pytest.mark.parametrize("name", ["SCI", "FLUX", "DATA", "SPECTRUM"])
def test_flux_may_be_in_an_extension(tmp_path, name):
    path = write(tmp_path / "a.fits", None, **{name: FLUX, "ERR": ERROR})
    for keyword, value in LINEAR.items():
        fits.setval(path, keyword, value=value, ext=1)
    spectrum = read(path)
    same(spectrum)
    assert spectrum.flux_unit == SURVEY_FLUX


@pytest.mark.parametrize("name", ["SKY", "MODEL_SKY"])
def test_a_primary_image_named_as_the_sky_is_not_the_flux(tmp_path, name):
    header = LINEAR | {"EXTNAME": name}
    path = write(tmp_path / "a.fits", 9 * FLUX, header, FLUX=FLUX, ERR=ERROR)
    for keyword, value in LINEAR.items():
        fits.setval(path, keyword, value=value, ext=1)
    same(read(path))


@pytest.mark.parametrize(
    ("name", "values"),
    [("WAVELENGTH", WAVE), ("LOGLAM", np.log10(WAVE)), ("WAVE", WAVE[None])],
)
@pytest.mark.parametrize("primary", [True, False])
def test_wavelengths_may_be_in_an_extension(tmp_path, name, values, primary):
    flux = {} if primary else {"FLUX": FLUX}
    extensions = {**flux, "IVAR": 1 / ERROR**2, name: values}
    same(read(write(tmp_path / "a.fits", FLUX if primary else None, **extensions)))


@pytest.mark.parametrize("keyword", ["ROW", "ARRAY", "BANDID"])
@pytest.mark.parametrize("third", ["sky", "mask"])
def test_rows_that_the_header_names_are_read(tmp_path, keyword, third):
    said = {f"{keyword}1": "spectrum", f"{keyword}2": "sigma of it", f"{keyword}3": third}
    rows = np.stack([FLUX, ERROR, BAD.astype(float)])
    same(read(write(tmp_path / "a.fits", rows, LINEAR | said)), ~BAD if third == "mask" else None)


def test_what_follows_a_bands_name_is_how_it_was_made(tmp_path):
    said = {"BANDID1": "spectrum - background fit, weights variance, clean no",
            "BANDID2": "raw - background fit", "BANDID3": "background - background fit",
            "BANDID4": "sigma - background fit"}  # fmt: skip
    bands = np.stack([FLUX, FLUX * 2, FLUX * 3, ERROR])[:, None, :]
    same(read(write(tmp_path / "a.fits", bands, LINEAR | said)))


@pytest.mark.parametrize(
    ("shape", "words"),
    [((200, 300), r"an image of 200 × 300 pixels, no single spectrum"),
     ((20, 9, 9), "a cube of 20 × 9 × 9"),
     ((2, 300), r"of 2 × 300, whose rows nothing names: ROW1, ROW2")],
)  # fmt: skip
def test_frames_and_cubes_are_refused_by_name(tmp_path, shape, words):
    with pytest.raises(ReadError, match=words):
        read(write(tmp_path / "a.fits", np.ones(shape), LINEAR))


def test_an_extension_of_another_size_is_told(tmp_path):
    with pytest.raises(ReadError, match="ERR has 10 pixels, the flux 400"):
        read(write(tmp_path / "a.fits", FLUX, LINEAR, ERR=np.ones(10)))


def test_without_an_error_the_other_extensions_are_named(tmp_path):
    with pytest.raises(ReadError, match=r"no extension .* the noise is unknown \(it has WEIGHT\)"):
        read(write(tmp_path / "a.fits", FLUX, LINEAR, WEIGHT=ERROR))


def test_the_user_may_name_rows_by_their_numbers(tmp_path):
    path = write(tmp_path / "a.fits", np.stack([WAVE, FLUX, ERROR]))
    (spectrum,) = read_all(path, Hints({"wave": "1", "flux": "2", "error": "3"}))
    same(spectrum)


def test_images_that_fpack_packed_are_read_and_huge_ones_are_not(tmp_path):
    packed = [fits.CompImageHDU(data.astype(np.float32), name=name, quantize_level=0,
                                compression_type="GZIP_2")
              for name, data in (("SCI", FLUX), ("ERR", ERROR))]  # fmt: skip
    packed[0].header.update(LINEAR | {"Z": 0.1})
    path = tmp_path / "a.fits.fz"
    fits.HDUList([fits.PrimaryHDU(), *packed]).writeto(path)
    same(read(path))
    with fits.open(path, mode="update", disable_image_compression=True) as hdus:
        hdus[1].header["ZNAXIS1"] = 10**12
    with pytest.raises(ReadError):
        read(path)


def several(path, *hdus):
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path)
    return path


def triple(scale, version, at=3800.0):
    said = LINEAR | {"CRVAL1": at, "Z": 0.1}
    images = [("SCI", scale * FLUX), ("VAR", (scale * ERROR) ** 2), ("DQ", BAD.astype(np.int16))]
    return [
        fits.ImageHDU(data, fits.Header(said if name == "SCI" else {}), name=name, ver=version)
        for name, data in images
    ]


@pytest.mark.parametrize("by", ["version", "order"])
def test_each_image_of_flux_has_its_own_errors_and_masks(tmp_path, by):
    one, two = triple(1.0, 1), triple(2.0, 2)
    ordered = (
        [*one, *two]
        if by == "order"
        else [hdu for pair in zip(one, two, strict=True) for hdu in pair]
    )
    if by == "order":
        for hdu in ordered:
            del hdu.header["EXTVER"]
    found = [*read_all(several(tmp_path / "a.fits", *ordered))]
    assert [spectrum.id for spectrum in found] == ["a-SCI1", "a-SCI2"]
    same(found[0], ~BAD)
    np.testing.assert_allclose(found[1].flux[~BAD], 2 * FLUX[~BAD], rtol=2e-6)
    np.testing.assert_allclose(found[1].ivar[~BAD], 0.25 / ERROR[~BAD] ** 2, rtol=4e-6)


def test_arms_in_images_of_one_name_are_joined(tmp_path):
    path = several(tmp_path / "a.fits", *triple(1.0, 1), *triple(2.0, 2, at=9000.0))
    spectrum = read(path)
    assert (spectrum.id, len(spectrum.flux)) == ("a", 2 * N)


def test_the_errors_of_exposures_are_not_those_of_their_sum(tmp_path):
    path = write(tmp_path / "a.fits", FLUX, LINEAR, VARIANCE=ERROR**2)
    fits.append(path, 9 * ERROR**2, fits.Header({"EXTNAME": "VARIANCE"}))
    same(read(path))


def test_the_primary_image_may_be_the_wavelengths(tmp_path):
    path = write(tmp_path / "a.fits", WAVE, {"EXTNAME": "WAVELENGTH"}, FLUX=FLUX, ERROR=ERROR)
    same(read(path))


def test_one_image_of_errors_is_not_that_of_two_fluxes(tmp_path):
    one, two = triple(9.0, 1), triple(1.0, 2)
    path = several(tmp_path / "a.fits", one[0], *two)
    found = []
    with pytest.raises(ReadError, match="the noise is unknown"):
        found += read_all(path)
    same(next(read_all(path)), ~BAD)
