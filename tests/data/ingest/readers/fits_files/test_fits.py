"""FITS files, whole and damaged: HDUs as astropy builds them, or a reason."""

import gzip

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spexplain.data.ingest.readers.fits_files.fits import ReadError, read_hdus

FORMATS = ["E", "D", "I", "J", "K", "B", "3E", "5J", "8A", "L", "2D", "16X", "PE()"]


def values_for(form, n_rows, rng):
    if form == "8A":
        return np.array([f"text {k}" for k in range(n_rows)])
    if form == "L":
        return rng.integers(0, 2, n_rows).astype(bool)
    if form == "16X":
        return rng.integers(0, 2, (n_rows, 16)).astype(bool)
    if form == "PE()":
        return np.array([np.ones(k, np.float32) for k in range(n_rows)] + [None], object)[:-1]
    repeat = int(form[:-1] or 1)
    shape = (n_rows,) if repeat == 1 else (n_rows, repeat)
    if form[-1] in "ED":
        return rng.normal(size=shape)
    return rng.integers(0, 100, shape)


def write_table(path, columns):
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns)]).writeto(path)
    return path


@settings(max_examples=40)
@given(st.lists(st.sampled_from(FORMATS), min_size=1, max_size=8), st.integers(0, 5), st.data())
def test_columns_are_those_astropy_builds_itself(tmp_path_factory, forms, n_rows, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    columns = [
        fits.Column(name=f"c{k}", format=form, array=values_for(form, n_rows, rng))
        for k, form in enumerate(forms)
    ]
    path = write_table(tmp_path_factory.mktemp("table") / "t.fits", columns)
    table = read_hdus(path, limit=2)[1]
    with fits.open(path) as opened:
        expected = opened[1].data
        for name, form in zip(expected.columns.names, forms, strict=True):
            if form in ("L", "16X", "PE()"):  # no plain numbers; those after them must be right
                continue
            read_column = table.texts if form == "8A" else table.numbers
            assert np.array_equal(read_column(name.upper()), np.asarray(expected[name]))


def test_scaled_values_are_unscaled(tmp_path):
    unsigned = np.array([0, 40_000, 65_535], np.uint16)  # stored with BZERO, TZERO = 32768
    columns = [fits.Column(name="u", format="I", bzero=32768, array=unsigned)]
    path = tmp_path / "u.fits"
    table = fits.BinTableHDU.from_columns(columns)
    fits.HDUList([fits.PrimaryHDU(unsigned), table]).writeto(path)
    primary, table = read_hdus(path, limit=2)
    assert np.array_equal(primary.data, unsigned)
    assert np.array_equal(table.numbers("U"), unsigned)


def test_header_values_that_are_no_numbers_are_told_from_those_that_are(tmp_path):
    primary = fits.PrimaryHDU()
    primary.header.update({"A": 7, "B": -2.5e-3, "C": "text"})
    primary.writeto(tmp_path / "h.fits")
    hdu = read_hdus(tmp_path / "h.fits", limit=1)[0]
    assert [hdu.number(key) for key in "AB"] == [7, -2.5e-3]
    assert np.isnan([hdu.number("C"), hdu.number("ABSENT")]).all()
    assert hdu.number("C", 3.0) == 3
    assert (hdu.value("C"), hdu.value("ABSENT")) == ("text", None)


def test_only_as_many_hdus_as_asked_for_are_read(write_spec):
    path = write_spec(exposures=3)
    assert len(read_hdus(path, limit=2)) == 2
    assert len(read_hdus(path, limit=99)) == 6
    path.write_bytes(path.read_bytes()[:-2880])  # and what lies beyond may be damaged
    assert len(read_hdus(path, limit=3)) == 3


def test_gzipped_files_read_alike(write_spec, tmp_path):
    plain, packed = write_spec(), tmp_path / "spec.fits.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    for a, b in zip(read_hdus(plain, limit=3), read_hdus(packed, limit=3), strict=True):
        assert a.header == b.header
        assert a.data is b.data is None or a.data.tobytes() == b.data.tobytes()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0.001, 0.999), st.booleans())
def test_a_gzip_file_cut_off_anywhere_or_damaged_is_unreadable(
    write_spec, tmp_path, fraction, remains
):
    path = tmp_path / "in" / "spec-0266-51602-0001.fits"
    packed = gzip.compress((path if path.exists() else write_spec()).read_bytes())
    at = int(fraction * len(packed)) + 2  # the first two bytes say that it is gzip
    rest = bytes(byte ^ 0xFF for byte in packed[at : at + 50]) + packed[at + 50 :]
    (tmp_path / "spec.fits.gz").write_bytes(packed[:at] + (rest if remains else b""))
    with pytest.raises(ReadError) as caught:
        read_hdus(tmp_path / "spec.fits.gz", limit=3)
    assert caught.value.reason == "unreadable"


def test_a_cut_off_file_that_was_compressed_afterwards_is_unreadable(write_spec, tmp_path):
    whole = write_spec().read_bytes()
    for size in (len(whole) // 2, len(whole) - 2880):  # in the spectrum, in the object's table
        (tmp_path / "cut.fits.gz").write_bytes(gzip.compress(whole[:size]))
        with pytest.raises(ReadError, match="truncated") as caught:
            read_hdus(tmp_path / "cut.fits.gz", limit=3)
        assert caught.value.reason == "unreadable"


@pytest.mark.parametrize(
    ("content", "reason", "says"),
    [
        (b"", "unreadable", "empty"),
        (b"\x89PNG\r\n", "unknown format", "PNG"),
        (b"SIMP", "unreadable", "."),
        (b"SIMPLE  =                    T", "unreadable", "."),
        (b"wavelength,flux\n1,2\n", "unknown format", "not a FITS file.*make a FITS table"),
    ],
)
def test_what_is_no_fits_file_says_so(tmp_path, content, reason, says):
    path = tmp_path / "x.fits"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=says) as caught:
        read_hdus(path, limit=3)
    assert caught.value.reason == reason


def test_a_header_without_its_end_says_so_and_what_to_do(write_spec, tmp_path):
    whole, end = write_spec().read_bytes(), b"END" + b" " * 77
    for content in (whole.replace(end, b" " * 80, 1), whole[:2880].replace(end, b" " * 80)):
        (tmp_path / "endless.fits").write_bytes(content)
        with pytest.raises(ReadError, match=r"no END card, .* fetch it again, or write") as caught:
            read_hdus(tmp_path / "endless.fits", limit=3)
        assert caught.value.reason == "unreadable"


def test_what_is_missing_of_a_truncated_file_is_told_in_bytes(write_spec, tmp_path):
    whole, cut = write_spec().read_bytes(), tmp_path / "cut.fits"
    for size, words in (
        (len(whole) // 2, f"truncated: {len(whole) // 2:,} of at least"),
        (1500, "truncated within its header, after 1,500 bytes"),
    ):
        cut.write_bytes(whole[:size])
        with pytest.raises(ReadError, match=f"{words}.*fetch it again"):
            read_hdus(cut, limit=3)


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
    with fits.open(path) as opened:
        ends = [hdu.fileinfo()["datLoc"] + hdu.fileinfo()["datSpan"] for hdu in opened]
    if cut.stat().st_size in ends:
        assert len(read_hdus(cut, limit=3)) == ends.index(cut.stat().st_size) + 1
        return
    with pytest.raises(ReadError) as caught:
        read_hdus(cut, limit=3)
    assert caught.value.reason == "unreadable"


@pytest.mark.parametrize("packed", [False, True])
def test_a_header_promising_more_than_memory_holds_is_damage(tmp_path, packed):
    primary = fits.PrimaryHDU(np.zeros((2, 2), np.float32))
    text = bytes(str(primary.header).ljust(2880), "ascii")
    text = text.replace(b"NAXIS1  =                    2", b"NAXIS1  =       99999999999999")
    content = text + b"\0" * 2880
    (tmp_path / "huge.fits").write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(ReadError) as caught:
        read_hdus(tmp_path / "huge.fits", limit=1)
    assert caught.value.reason == "unreadable"


def test_odd_but_harmless_headers_are_read_without_a_word(tmp_path):
    column = fits.Column(name="FLUX_raw", format="E", array=[1.0], disp="F9.3")
    path = write_table(tmp_path / "odd.fits", [column])
    odd = path.read_bytes().replace(b"FLUX_raw", b"FLUX raw").replace(b"'F9.3", b"'what")
    path.write_bytes(odd)
    assert read_hdus(path, limit=2)[1].numbers("FLUX RAW") == [1.0]


def test_columns_that_are_absent_or_odd_are_named(tmp_path):
    columns = [fits.Column(name=name, format="8A", array=["a"]) for name in ("text", "more")]
    columns.append(fits.Column(name="number", format="J", array=[1]))
    primary, table = read_hdus(write_table(tmp_path / "odd.fits", columns), limit=2)
    for hdu in (primary, table):
        with pytest.raises(ReadError, match="no column 'ABSENT'"):
            hdu.numbers("ABSENT")
    with pytest.raises(ReadError, match="'TEXT' holds"):
        table.numbers("TEXT")
    with pytest.raises(ReadError, match="'NUMBER' holds"):
        table.texts("NUMBER")


def test_rows_that_do_not_fit_their_columns_are_damage(tmp_path):
    path = write_table(tmp_path / "t.fits", [fits.Column(name="x", format="5E", array=np.eye(5))])
    path.write_bytes(path.read_bytes().replace(b"TFORM1  = '5E", b"TFORM1  = '4E"))
    with pytest.raises(ReadError, match="rows of 20 bytes, columns of 16"):
        read_hdus(path, limit=2)


@pytest.mark.parametrize("keyword", [b"TFIELDS", b"NAXIS2 "])
def test_a_table_that_does_not_say_its_size_as_it_must_is_damage(tmp_path, keyword):
    path = write_table(tmp_path / "t.fits", [fits.Column(name="x", format="E", array=np.ones(5))])
    start, _, rest = path.read_bytes().rpartition(keyword)
    path.write_bytes(start + keyword.lower() + rest)  # which astropy takes for the same
    with pytest.raises(ReadError, match=f"a table without {keyword.decode().strip()}") as refused:
        read_hdus(path, limit=2)
    assert refused.value.reason == "unreadable"


def test_a_column_whose_name_is_a_number_is_damage(tmp_path):
    columns = [fits.Column(name="flux", format="E", array=np.ones(3, np.float32))]
    fits.BinTableHDU.from_columns(columns).writeto(tmp_path / "t.fits")
    whole = (tmp_path / "t.fits").read_bytes()
    assert b"TTYPE1  = 'flux    '" in whole
    (tmp_path / "t.fits").write_bytes(whole.replace(b"= 'flux    '", b"=          7"))
    with pytest.raises(ReadError) as refused:
        read_hdus(tmp_path / "t.fits", limit=3)
    assert refused.value.reason == "unreadable"


@pytest.mark.parametrize(
    ("comment", "z"),
    [
        *(("metallicity", None), ("[deg] zenith distance", None), ("[M/H] of template", None)),
        *(("[mm] focus", None), ("Redshift", 0.02), ("solar-system redshift", 0.02)),
    ],
)
def test_a_z_that_says_it_is_another_thing_is_no_redshift(tmp_path, comment, z):
    header = fits.Header([("Z", 0.02, comment)])
    fits.PrimaryHDU(header=header).writeto(tmp_path / "a.fits")
    (hdu,) = read_hdus(tmp_path / "a.fits", 1)
    assert hdu.value("Z") == z
