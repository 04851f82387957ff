import numpy as np
import pytest
from astropy.io import fits
from hypothesis import assume, given
from hypothesis import strategies as st
from spexplain.data.fetch.fits_structure import fits_fault


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A file of every kind of HDU, with its checksums."""
    path = tmp_path_factory.mktemp("fits") / "whole.fits"
    columns = [
        fits.Column("flux", "E", array=np.linspace(0, 1, 700)),
        fits.Column("some", "PJ()", array=np.array([np.arange(n % 5) for n in range(700)], object)),
    ]
    table = fits.BinTableHDU.from_columns(columns)
    image = fits.ImageHDU(np.arange(900, dtype=np.int16).reshape(30, 30))
    packed = fits.CompImageHDU(np.arange(900, dtype=np.int16).reshape(30, 30))
    hdus = fits.HDUList([fits.PrimaryHDU(np.arange(5.0)), table, image, packed])
    hdus.writeto(path, checksum=True)
    return path


def test_a_whole_file_has_no_fault_with_checksums_or_without(whole, tmp_path):
    assert fits_fault(whole) == ""
    plain = tmp_path / "plain.fits"
    fits.PrimaryHDU().writeto(plain)
    assert fits_fault(plain) == ""


@given(data=st.data())
def test_no_byte_can_be_changed_unseen(whole, tmp_path_factory, data):
    content = bytearray(whole.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    # But for the word CHECKSUM: without it there is none.
    assume(not content[at // 80 * 80 :].startswith(b"CHECKSUM"))
    content[at] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("changed") / "a.fits"
    path.write_bytes(content)
    assert fits_fault(path)


@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_anywhere_but_between_two_hdus_is_seen(whole, tmp_path_factory, share):
    content = whole.read_bytes()
    n = int(share * len(content))
    with fits.open(whole) as hdus:
        ends = [hdu.fileinfo()["hdrLoc"] for hdu in hdus]
    path = tmp_path_factory.mktemp("cut") / "a.fits"
    path.write_bytes(content[:n])
    fault = fits_fault(path)
    assert (fault == "") == (n in ends and n > 0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"<html>", "no header that begins with SIMPLE"),
        (b"\xff" * 2880, "no header"),
        (b"SIMPLE  =                    T".ljust(2880) * 3, "ends with END"),
        ((b"SIMPLE  =                    T".ljust(80) + b"END").ljust(2880), "cannot be read"),
    ],
)
def test_what_is_no_fits_is_told(tmp_path, content, words):
    path = tmp_path / "a.fits"
    path.write_bytes(content)
    assert words in fits_fault(path)


@pytest.mark.parametrize("axis", ["9" * 40, "-5", "999999999999"])
def test_a_header_is_not_believed_beyond_the_file(tmp_path, axis):
    cards = (
        "SIMPLE  = T", "BITPIX  = -64", "NAXIS   = 2", f"NAXIS1  = {axis}", "NAXIS2  = 7", "END",
    )  # fmt: skip
    path = tmp_path / "a.fits"
    path.write_bytes("".join(card.ljust(80) for card in cards).ljust(2880).encode())
    assert "cut off" in fits_fault(path)
