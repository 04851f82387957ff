"""Errors and warnings of astropy about damaged FITS files, as `ReadError` with a remedy."""

from __future__ import annotations

import re
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning

from ..errors import ReadError
from ..vocabulary.plain_words import in_own_words

__all__ = ["NO_END", "damage_as_error"]

# Exceptions of astropy at damaged files, found by mutating whole files: OSError and, from gzip,
# EOFError and zlib.error for the file; VerifyError for a header card; and for wrong numbers in a
# header, whatever Python raises at them. MemoryError too: a damaged size is usually a huge one.
_DAMAGE = (
    *(OSError, EOFError, zlib.error, fits.VerifyError, AstropyUserWarning),
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, MemoryError),
    AssertionError,  # of a column whose name is none
)
# Warnings that mean an incomplete HDU. The others concern style, such as blanks in names.
_FATAL_WARNINGS = ("File may have been truncated", "Error validating header", "An exception occ")
NO_END = (
    "its header has no END card, so it is damaged or was cut off; fetch it again, or write it anew "
    "with astropy"
)
_DAMAGED = "a header or table in it is damaged; fetch it again, or write it anew with astropy"
_COMMON = (
    (
        r"actual file length \((\d+)\) is smaller than the expected size \((\d+)\)",
        "it is truncated: {} of at least {} bytes are there; fetch it again",
    ),
    (
        r"Header size is not multiple of 2880: (\d+)",
        "it is truncated within its header, after {} bytes; fetch it again",
    ),
    (r"[Mm]issing END card", NO_END),
    (
        r"Checksum verification failed",
        "it is not as it was written: its checksum (CHECKSUM, DATASUM) belongs to other bytes; "
        "fetch it again, or if it was changed on purpose, write the checksums anew",
    ),
    (
        "ended before the end-of-stream marker",
        "it is truncated: the compressed file ends early; fetch it again",
    ),
)


@contextmanager
def damage_as_error() -> Iterator[None]:
    """Context manager that turns astropy's errors about damaged files into `ReadError`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AstropyUserWarning)
        for message in _FATAL_WARNINGS:
            warnings.filterwarnings("error", message, AstropyUserWarning)
        try:
            yield
        except _DAMAGE as error:
            text = (isinstance(error, OSError) and error.strerror) or str(error) or repr(error)
            raise ReadError("unreadable", _in_words(" ".join(text.split()))) from error


def _in_words(text: str) -> str:
    """Message for common kinds of damage, with astropy's numbers and a remedy."""
    for pattern, words in _COMMON:
        match = re.search(pattern, text)
        if match:
            return words.format(*(f"{int(number):,}" for number in match.groups()))
    return in_own_words(text, _DAMAGED)
