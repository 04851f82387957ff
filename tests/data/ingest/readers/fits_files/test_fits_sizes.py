"""Sizes that headers claim are those astropy reckons, or are refused before anything is read."""

import io
import re

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.data.ingest.readers.errors import ReadError
from spexplain.data.ingest.readers.fits_files.fits_sizes import check_sizes

KEYS = ("BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "PCOUNT", "GCOUNT", "TFIELDS")
WORDS = ("T", "'text'", "1.5", "1E9", "", "--1", "0x10")


def whole(*shapes):
    """A file of a table and of an image of each shape."""
    table = fits.BinTableHDU.from_columns(
        [
            fits.Column(name="a", format="E", array=np.ones(7)),
            fits.Column(
                name="b", format="PE()", array=np.array([np.ones(k) for k in range(7)], object)
            ),
        ]
    )
    images = [fits.ImageHDU(np.zeros(shape, np.int16)) for shape in shapes]
    content = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), table, *images]).writeto(content)
    return content.getvalue()


def forged(content, key, value):
    """The last header that has the key says something else."""
    card = list(re.finditer(rb"(?:(?<=[ \n])|^)%-8s= {1,20}-?\d+" % key.encode(), content))[-1]
    said = f"{key:8}= {value:>20}".encode()[: card.end() - card.start()]
    return content[: card.start()] + said + content[card.end() :]


@given(st.lists(st.lists(st.integers(1, 40), min_size=1, max_size=3), max_size=4))
@settings(max_examples=40)
def test_every_good_file_passes_and_its_last_byte_counts(shapes):
    content = whole(*shapes)
    check_sizes(io.BytesIO(content), 10)
    with fits.open(io.BytesIO(content)) as hdus:
        last = hdus[-1]
        end = last.fileinfo()["datLoc"] + last.size
    check_sizes(io.BytesIO(content[:end]), 10)  # what fills the last block holds nothing
    with pytest.raises(ReadError, match=f"truncated: {end - 1:,} of at least {end:,} bytes"):
        check_sizes(io.BytesIO(content[: end - 1]), 10)


@given(st.sampled_from(KEYS), st.integers(-(2**70), -1) | st.integers(2**31, 2**63))
def test_what_is_negative_or_huge_is_refused(key, value):
    content = forged(whole(), key, value)
    with pytest.raises(ReadError) as caught:
        check_sizes(io.BytesIO(content), 10)
    assert caught.value.reason == "unreadable"
    assert "truncated" in str(caught.value) or f"{key} = " in str(caught.value)


@pytest.mark.parametrize("key", ["BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "PCOUNT", "GCOUNT"])
@pytest.mark.parametrize("word", WORDS)
def test_what_is_no_whole_number_is_refused(key, word):
    content = forged(whole(), key, word)
    with pytest.raises(ReadError, match=f"{key} = .*, which is no whole number"):
        check_sizes(io.BytesIO(content), 10)


def test_hdus_that_nobody_asks_for_are_not_looked_at():
    content = forged(whole(), "GCOUNT", -1)
    check_sizes(io.BytesIO(content), 1)
    with pytest.raises(ReadError, match="HDU 1 says GCOUNT = -1, which is negative"):
        check_sizes(io.BytesIO(content), 2)


@given(st.binary(max_size=6000))
def test_whatever_the_bytes_it_comes_to_an_end(content):
    check_sizes(io.BytesIO(content), 100)


def test_a_header_without_end_is_refused_where_it_is_longer_than_any():
    cards = b"SIMPLE  =                    T".ljust(80) + b"COMMENT x".ljust(80) * 35
    endless = cards + b"COMMENT y".ljust(80) * 36 * 10_000
    with pytest.raises(ReadError, match="the header of HDU 0 does not end"):
        check_sizes(io.BytesIO(endless), 1)
