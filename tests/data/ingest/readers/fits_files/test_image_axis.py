"""Axes of images: FITS' own words for them, and IRAF's multispec, whose text goes over cards."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from numpy.polynomial import chebyshev, legendre
from scipy.interpolate import BSpline
from spexplain.core.spectra.air_vacuum import air_to_vacuum
from spexplain.data.ingest.readers import ReadError, read

N = 300


def write(path, axes, *, kind=0, doppler=0.0):
    """An image of one spectrum an axis (start, step), with a band of sigma."""
    words = " ".join(
        f'spec{number} = "{number} {number} {kind} {start} {step} {N} {doppler} 1. 2."'
        for number, (start, step) in enumerate(axes, 1)
    )
    waves = [np.arange(N) * step + start for start, step in axes]
    waves = [(10**w if kind == 1 else w) / (1 + doppler) for w in waves]
    bands = np.stack([[30 + w / 1000 for w in waves], [np.full(N, 0.5) for _ in waves]])
    image = fits.PrimaryHDU(bands)
    text = f"wtype=multispec {words}"
    image.header.update(
        {"Z": 0.1, "CTYPE1": "MULTISPE", "WAT0_001": "system=multispec", "BANDID1": "spectrum",
         "BANDID2": "sigma", "WAT1_001": "wtype=multispec label=Wavelength units=angstroms"}
    )  # fmt: skip
    for number in range(0, len(text), 68):
        image.header[f"WAT2_{number // 68 + 1:03}"] = text[number : number + 68]
    image.writeto(path)
    return np.concatenate(waves)


@pytest.mark.parametrize(
    ("axes", "kind"),
    [([(3800.0, 15.0)], 0), ([(3.6, 1e-3)], 1), ([(3800.0, 9.0), (6400.0, 9.0)], 0)],
)
@pytest.mark.parametrize("doppler", [0.0, 1e-4])
def test_linear_and_logarithmic_axes_are_read_and_orders_joined(tmp_path, axes, kind, doppler):
    wave = np.sort(write(tmp_path / "a.fits", axes, kind=kind, doppler=doppler))
    spectrum = read(tmp_path / "a.fits")
    np.testing.assert_allclose(spectrum.wave_obs_aa, wave, rtol=1e-9)
    np.testing.assert_allclose(spectrum.flux, 30 + wave / 1000, rtol=1e-5)
    np.testing.assert_allclose(spectrum.ivar, 4)
    assert (spectrum.id, spectrum.z) == ("a", 0.1)


def test_other_axes_and_several_objects_are_refused_by_name(tmp_path):
    write(tmp_path / "a.fits", [(3800.0, 15.0)], kind=2)
    with pytest.raises(ReadError, match="series or spline: linearise it"):
        read(tmp_path / "a.fits")
    write(tmp_path / "b.fits", [(3800.0, 15.0), (3805.0, 15.0)])
    with pytest.raises(ReadError, match="an IRAF image of 2 spectra"):
        read(tmp_path / "b.fits")


LINE = np.linspace(3800.0, 9200.0, N)
STEP = LINE[1] - LINE[0]
LOG = 3.58 + 6e-4 * np.arange(N)


def image(path, said, *tables):
    flux = fits.PrimaryHDU(np.linspace(1.0, 2.0, N))
    flux.header.update({"CRVAL1": LINE[0], "CRPIX1": 1.0, "CUNIT1": "Angstrom", "Z": 0.1} | said)
    for name in [name for name, value in said.items() if value == ""]:
        del flux.header[name]
    fits.HDUList([flux, fits.ImageHDU(np.ones(N), name="ERR"), *tables]).writeto(path)
    return path


def by_astropy(**said):
    header = WCS(fits.Header(said), naxis=1).to_header()
    return dict(header), WCS(header, naxis=1).wcs_pix2world(np.arange(N), 0)[0] * 1e10


@pytest.mark.parametrize(
    "said",
    [{"CDELT1": 1.0, "PC1_1": STEP}, {"CDELT1": 1.0, "CD1_1": STEP}, {"CD1_1": STEP},
     {"CTYPE1": "WAVE", "CUNIT1": "", "CRVAL1": LINE[0] / 1e10, "CDELT1": STEP / 1e10}],
)  # fmt: skip
def test_the_step_is_that_of_the_standard(tmp_path, said):
    np.testing.assert_allclose(read(image(tmp_path / "a.fits", said)).wave_obs_aa, LINE, rtol=1e-9)


def test_what_astropy_writes_of_an_axis_is_read_back(tmp_path):
    said, wave = by_astropy(CTYPE1="WAVE", CRVAL1=4e-7, CRPIX1=1.0, CD1_1=9e-10, CUNIT1="m")
    np.testing.assert_allclose(read(image(tmp_path / "a.fits", said)).wave_obs_aa, wave, rtol=1e-9)
    said, wave = by_astropy(CTYPE1="AWAV-F2A", CRVAL1=5e-7, CRPIX1=9.0, CDELT1=7e-10, CUNIT1="m")
    found = read(image(tmp_path / "b.fits", said))
    np.testing.assert_allclose(found.wave_obs_aa, air_to_vacuum(np.sort(wave)), rtol=1e-9)


@pytest.mark.parametrize(
    "said",
    [{"CTYPE1": "LINEAR", "DC-FLAG": 1, "CDELT1": 6e-4}, {"CTYPE1": "WAVE-LOG", "CDELT1": 6e-4},
     {"COEFF0": 3.58, "COEFF1": 6e-4, "CRVAL1": ""},
     {"DC-FLAG": 1, "CRVAL1": 3.58 * np.log(10), "CDELT1": 6e-4 * np.log(10)}],
)  # fmt: skip
def test_logarithms_of_wavelengths_are_known(tmp_path, said):
    found = read(image(tmp_path / "a.fits", {"CRVAL1": 3.58} | said))
    np.testing.assert_allclose(found.wave_obs_aa, 10**LOG, rtol=1e-9)


def test_frequencies_need_no_unit(tmp_path):
    said = {"CTYPE1": "FREQ", "CUNIT1": "", "CRVAL1": 7.8e14, "CDELT1": -1e12}
    wave = 2.99792458e18 / (7.8e14 - 1e12 * np.arange(N))
    np.testing.assert_allclose(read(image(tmp_path / "a.fits", said)).wave_obs_aa, wave, rtol=1e-9)


@pytest.mark.parametrize("falling", [False, True])
def test_a_table_may_hold_the_axis(tmp_path, falling):
    wave = 4000.0 + 5 * np.arange(N) ** 1.1
    wave = wave[::-1] if falling else wave
    column = fits.Column("COORDS", f"{N}D", dim=f"(1,{N})", array=wave[None] / 1e4)
    said = {"CTYPE1": "WAVE-TAB", "CUNIT1": "um", "CRVAL1": 1.0, "CDELT1": 1.0,
            "PS1_0": "WCS-TABLE", "PS1_1": "COORDS"}  # fmt: skip
    table = fits.BinTableHDU.from_columns([column], name="WCS-TABLE")
    found = read(image(tmp_path / "a.fits", said, table))
    np.testing.assert_allclose(found.wave_obs_aa, np.sort(wave), rtol=1e-9)
    with pytest.raises(
        ReadError, match="'COORDS' of a table 'WCS-TABLE', which is not in the file"
    ):
        read(image(tmp_path / "b.fits", said))


@pytest.mark.parametrize(
    ("said", "words"),
    [({"CTYPE1": "VELO", "CUNIT1": "", "CDELT1": 10.0}, "the axis is a velocity"),
     ({"CTYPE1": "WAVE-XYZ", "CDELT1": 9.0}, "of an unknown kind: CTYPE1 = 'WAVE-XYZ'"),
     ({"CRVAL1": 3.58, "CDELT1": 6e-4}, r"look like logarithms of Å: set the unit log10\(Angst"),
     ({"CRVAL1": 8.2, "CDELT1": 1e-3}, r"set the unit ln\(Angstrom\)"),
     ({"CD1_1": 9.0, "CDELT1": 2.0}, "two steps of the axis, CD1_1 = 9 and CDELT1 = 2")],
)  # fmt: skip
def test_an_axis_that_may_be_read_wrongly_is_refused_in_words(tmp_path, said, words):
    with pytest.raises(ReadError, match=words):
        read(image(tmp_path / "a.fits", said))


@pytest.mark.parametrize(("function", "series"), [(1, chebyshev.chebval), (2, legendre.legval)])
def test_series_of_multispec_are_read(tmp_path, function, series):
    coefficients = [6500.0, 2700.0, 15.0, -4.0]
    wave = series(np.linspace(-1, 1, N), coefficients)
    numbers = " ".join(map(str, [1.0, 0.0, function, 4, 1.0, N, *coefficients]))
    write_functions(tmp_path / "a.fits", numbers)
    np.testing.assert_allclose(read(tmp_path / "a.fits").wave_obs_aa, wave / 1.0001, rtol=1e-9)


@pytest.mark.parametrize("degree", [1, 3])
def test_splines_of_multispec_are_read(tmp_path, degree):
    """IRAF's basis is six times, or once, that of B-splines of uniform knots."""
    n_pieces = 3
    terms = 3000.0 + 900 * np.arange(n_pieces + degree) ** 1.1
    basis = BSpline(np.arange(-degree, n_pieces + degree + 1.0), terms, degree)
    wave = basis(np.linspace(0, n_pieces, N))
    of_iraf = terms / (6 if degree == 3 else 1)
    numbers = [1.0, 0.0, {1: 4, 3: 3}[degree], n_pieces, 1.0, N, *of_iraf.tolist()]
    write_functions(tmp_path / "a.fits", " ".join(map(str, numbers)))
    np.testing.assert_allclose(read(tmp_path / "a.fits").wave_obs_aa, wave / 1.0001, rtol=1e-9)


@pytest.mark.parametrize(
    "numbers", ["1. 0. 3 4 1 9 3 4 5", "1. 0. 6 2 1 9 3 4", "1. 0. 1 -6 1 9", "1. 0. 1 2 9 9 3 4",
                "1. 0. 1", "1. 0. one 2 1 9 3 4"]
)  # fmt: skip
def test_functions_of_multispec_that_nobody_can_evaluate_are_refused(tmp_path, numbers):
    write_functions(tmp_path / "a.fits", numbers)
    with pytest.raises(ReadError, match="no line, logarithm, series or spline"):
        read(tmp_path / "a.fits")


def write_functions(path, numbers):
    write(path, [(3800.0, 15.0)])
    with fits.open(path, mode="update") as hdus:
        text = f'wtype=multispec spec1 = "1 1 2 3800.0 15.0 {N} 0.0001 1. 2. {numbers}"'
        for number in range(0, len(text), 68):
            hdus[0].header[f"WAT2_{number // 68 + 1:03}"] = text[number : number + 68]


def test_pixels_of_a_part_of_a_multispec_count_as_in_the_whole(tmp_path):
    wave = write(tmp_path / "a.fits", [(3800.0, 15.0)])
    with fits.open(tmp_path / "a.fits") as hdus:
        cut = fits.PrimaryHDU(hdus[0].data[..., 100:], hdus[0].header)
    cut.header.update({"LTV1": -100.0, "LTM1_1": 1.0})
    cut.writeto(tmp_path / "b.fits")
    np.testing.assert_allclose(read(tmp_path / "b.fits").wave_obs_aa, wave[100:], rtol=1e-9)


@pytest.mark.parametrize(("axis", "shape"), [(2, (N, 1)), (3, (N, 1, 1)), (2, (1, N, 1))])
def test_a_spectrum_may_lie_along_another_axis(tmp_path, axis, shape):
    wave = 4000.0 + 2 * np.arange(N)
    image = fits.PrimaryHDU((wave / 1000).reshape(shape))
    cards = {"CRVAL": 400.0, "CDELT": 0.2, "CRPIX": 1.0, "CTYPE": "AWAV", "CUNIT": "nm"}
    image.header.update({f"{stem}{axis}": value for stem, value in cards.items()} | {"Z": 0.1})
    image.header["CTYPE1"] = "RA---TAN"
    errors = fits.ImageHDU(np.full(shape, 0.5), name="ERR")
    fits.HDUList([image, errors]).writeto(tmp_path / "cube.fits")
    one = read(tmp_path / "cube.fits")
    assert one.medium == "air"
    np.testing.assert_allclose(one.wave_obs_aa, air_to_vacuum(wave))
    np.testing.assert_allclose(one.flux, wave / 1000, rtol=1e-6)
