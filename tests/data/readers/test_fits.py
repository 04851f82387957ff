"""The small FITS reader against astropy's, and against damage."""

import gzip

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spexplain.data.readers.fits import ReadError, read_hdus

FORMATS = ["E", "D", "I", "J", "K", "B", "3E", "5J", "8A", "L", "2D", "16X"]


def values_for(form, n_rows, rng):
    if form == "8A":
        return np.array([f"text {k}" for k in range(n_rows)])
    if form == "L":
        return rng.integers(0, 2, n_rows).astype(bool)
    if form == "16X":
        return rng.integers(0, 2, (n_rows, 16)).astype(bool)
    repeat = int(form[:-1] or 1)
    shape = (n_rows,) if repeat == 1 else (n_rows, repeat)
    if form[-1] in "ED":
        return rng.normal(size=shape)
    return rng.integers(0, 100, shape)


@settings(max_examples=40)
@given(st.lists(st.sampled_from(FORMATS), min_size=1, max_size=8), st.integers(0, 5), st.data())
def test_any_table_reads_as_astropy_reads_it(tmp_path_factory, forms, n_rows, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    columns = [
        fits.Column(name=f"c{k}", format=form, array=values_for(form, n_rows, rng))
        for k, form in enumerate(forms)
    ]
    path = tmp_path_factory.mktemp("table") / "t.fits"
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns)]).writeto(path)
    table = read_hdus(path, limit=2)[1]
    with fits.open(path) as opened:
        expected = opened[1].data
        for name, form in zip(expected.columns.names, forms, strict=True):
            if form in ("L", "16X"):  # skipped over, but the columns after them must be right
                continue
            read_column = table.texts if form == "8A" else table.column
            got, want = read_column(name.upper()), np.asarray(expected[name])
            assert np.array_equal(got, want)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32, np.float64])
def test_any_image_reads_as_astropy_reads_it(tmp_path, dtype):
    image = np.arange(24).reshape(4, 6).astype(dtype)
    path = tmp_path / "i.fits"
    fits.PrimaryHDU(image).writeto(path)
    assert np.array_equal(read_hdus(path, limit=1)[0].image(), image)


def test_scaled_values_are_unscaled(tmp_path):
    unsigned = np.array([0, 40_000, 65_535], np.uint16)  # stored with BZERO, TZERO = 32768
    columns = [fits.Column(name="u", format="I", bzero=32768, array=unsigned)]
    path = tmp_path / "u.fits"
    table = fits.BinTableHDU.from_columns(columns)
    fits.HDUList([fits.PrimaryHDU(unsigned), table]).writeto(path)
    primary, table = read_hdus(path, limit=2)
    assert np.array_equal(primary.image(), unsigned)
    assert np.array_equal(table.column("u"), unsigned)


def test_header_values_keep_their_type(tmp_path):
    primary = fits.PrimaryHDU()
    primary.header.update({"A": 1, "B": -2.5e-3, "C": True, "D": "it's / text", "E": ""})
    primary.header["F"] = (7, "a comment / with a slash")
    primary.header["COMMENT"] = "nothing = to see"
    primary.writeto(tmp_path / "h.fits")
    hdu = read_hdus(tmp_path / "h.fits", limit=1)[0]
    values = {key: hdu.header[key] for key in "ABCDEF"}
    assert values == {"A": 1, "B": -2.5e-3, "C": True, "D": "it's / text", "E": "", "F": 7}
    assert isinstance(hdu.header["A"], int)
    assert hdu.number("B") == -2.5e-3
    assert np.isnan(hdu.number("D"))
    assert np.isnan(hdu.number("ABSENT"))
    assert hdu.text("ABSENT") == ""
    assert "COMMENT" not in hdu.header


def test_only_as_many_hdus_as_asked_for_are_read(write_spec):
    path = write_spec(exposures=3)
    assert len(read_hdus(path, limit=2)) == 2
    assert len(read_hdus(path, limit=99)) == 6


def test_gzipped_files_read_alike(write_spec, tmp_path):
    plain = write_spec()
    packed = tmp_path / "spec.fits.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    for a, b in zip(read_hdus(plain, limit=3), read_hdus(packed, limit=3), strict=True):
        assert (a.header, a.data) == (b.header, b.data)


def test_damaged_gzip_is_unreadable(write_spec, tmp_path):
    packed = gzip.compress(write_spec().read_bytes())
    path = tmp_path / "spec.fits.gz"
    for damaged in (packed[: len(packed) // 2], packed[:200] + b"x" * 50 + packed[250:]):
        path.write_bytes(damaged)
        with pytest.raises(ReadError) as caught:
            read_hdus(path, limit=3)
        assert caught.value.reason == "unreadable"


@pytest.mark.parametrize(
    ("content", "reason", "says"),
    [
        (b"", "unreadable", "empty"),
        (b"\x89PNG\r\n", "unknown format", "PNG"),
        (b"SIMPLE  =                    T", "unreadable", "no END"),
        (b"wavelength,flux\n1,2\n", "unknown format", "not a FITS file"),
    ],
)
def test_what_is_no_fits_file_says_so(tmp_path, content, reason, says):
    path = tmp_path / "x.fits"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=says) as caught:
        read_hdus(path, limit=3)
    assert caught.value.reason == reason


def test_an_absent_file_and_a_folder_are_unreadable(tmp_path):
    for path in (tmp_path / "absent.fits", tmp_path):
        with pytest.raises(ReadError) as caught:
            read_hdus(path, limit=3)
        assert caught.value.reason == "unreadable"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 0.999))
def test_a_file_cut_off_anywhere_is_told_or_ends_between_hdus(write_spec, tmp_path, fraction):
    path = tmp_path / "in" / "spec-0266-51602-0001.fits"
    whole = (path if path.exists() else write_spec()).read_bytes()
    cut = tmp_path / "cut.fits"
    cut.write_bytes(whole[: int(fraction * len(whole))])
    outcome = ""
    try:
        outcome = len(read_hdus(cut, limit=3))
    except ReadError as error:
        outcome = error.reason
    assert outcome in (1, 2, 3, "unreadable")


def test_a_header_promising_more_than_memory_holds_asks_for_none(tmp_path):
    primary = fits.PrimaryHDU(np.zeros((2, 2), np.float32))
    text = bytes(str(primary.header).ljust(2880), "ascii")
    text = text.replace(b"NAXIS1  =                    2", b"NAXIS1  =       99999999999999")
    (tmp_path / "huge.fits").write_bytes(text + b"\0" * 2880)
    with pytest.raises(ReadError, match="cut off"):
        read_hdus(tmp_path / "huge.fits", limit=1)


def test_columns_that_are_absent_or_odd_are_named(tmp_path):
    columns = [fits.Column(name="odd", format="PE()", array=np.array([[1.0], [2.0, 3.0]], object))]
    path = tmp_path / "odd.fits"
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns)]).writeto(path)
    primary, table = read_hdus(path, limit=2)
    with pytest.raises(ReadError, match="'absent'"):
        table.column("absent")
    with pytest.raises(ReadError, match="'odd' has format"):
        table.column("odd")
    with pytest.raises(ReadError, match="'odd' holds no text"):
        table.texts("odd")
    for hdu in (primary, table):
        with pytest.raises(ReadError, match="no image"):
            hdu.image()
