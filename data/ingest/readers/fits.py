"""The first HDUs of a FITS file, opened by astropy, as headers and plain numpy arrays."""

from __future__ import annotations

import re
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.table import Table
from astropy.utils.exceptions import AstropyUserWarning

from .errors import ReadError
from .fits_sizes import check_sizes
from .packed import opened
from .plain_words import in_own_words

__all__ = ["Hdu", "ReadError", "read_hdus"]

# What astropy raises at a damaged file, as random damage to whole files brings it out: OSError
# and, from gzip, EOFError and zlib.error for the file; VerifyError for a header card; and from a
# header whose numbers are wrong whatever Python says of such numbers. MemoryError is among them
# because a damaged size is usually a huge one.
_DAMAGE = (
    *(OSError, EOFError, zlib.error, fits.VerifyError, AstropyUserWarning),
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, MemoryError),
    AssertionError,  # of a column whose name is none
)
# Warnings that mean an HDU is not whole. The others are about style, such as blanks in names.
_FATAL_WARNINGS = ("File may have been truncated", "Error validating header", "An exception occ")
_OTHER_KINDS = {
    b"PaxHeader": "a tar archive: unpack it", b"ARROW1": "an Arrow file: write it as Parquet",
    b"%PDF": "a PDF", b"<html": "a web page: fetch the file anew",
    b"<!DOCTYPE": "a web page: fetch the file anew",
}  # fmt: skip
_LARGEST_FLAG = 2.0**62
_NO_END = (
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
    (r"[Mm]issing END card", _NO_END),
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


@dataclass(frozen=True, eq=False)
class Hdu:
    """One HDU; `value` reads its header, for a damaged card shows only when asked for.

    Attributes
    ----------
    header
        As astropy gives it.
    data
        Of a table (rows,), as stored, with upper-case field names; of an image its pixels,
        scaled, the last FITS axis first; None for an image that was not asked for.
    """

    header: fits.Header
    data: np.ndarray | None

    @property
    def name(self) -> str:
        """EXTNAME in upper case; empty if the HDU has none."""
        return str(self.value("EXTNAME") or "").strip().upper()

    @property
    def columns(self) -> tuple[str, ...]:
        """Upper-case names of the table's columns; empty if this is no table."""
        return () if self.data is None else self.data.dtype.names or ()

    def value(self, keyword: str) -> object:
        """A header value; None if absent. ReadError if its card is damaged."""
        with _damage_told():
            return self.header.get(keyword)

    def number(self, keyword: str, otherwise: float = float("nan")) -> float:
        """A header value as a float, or the other value if it is absent or not a number."""
        found = self.value(keyword)
        if isinstance(found, bool) or not isinstance(found, int | float):
            return otherwise
        return float(found)

    def numbers(self, name: str) -> np.ndarray:
        """A column of numbers, by upper-case name; (rows,) or (rows, repeat), scaled.

        NaN where a whole number is the column's TNULL.
        """
        stored = self._column(name, "iuf")
        number = self.columns.index(name) + 1
        if self.logical(number):
            raise ReadError("unreadable", f"column {name!r} holds true and false, no numbers")
        null = self.value(f"TNULL{number}")
        if isinstance(null, int) and stored.dtype.kind in "iu":
            stored = np.where(stored == null, np.nan, stored.astype(np.float64))
        scale, zero = self.number(f"TSCAL{number}", 1.0), self.number(f"TZERO{number}", 0.0)
        if (scale, zero) == (1, 0):
            return stored
        with np.errstate(all="ignore"):  # what overflows becomes infinite: no data
            return stored * scale + zero

    def flags(self, name: str) -> np.ndarray:
        """A column of flags, by upper-case name, as whole numbers int64; truth is 1."""
        stored = self._column(name, "iuf")
        if self.logical(self.columns.index(name) + 1):
            return (stored == ord("T")).astype(np.int64)
        if stored.dtype.kind == "f":
            whole = np.isfinite(stored) & (np.abs(stored) < _LARGEST_FLAG)
            stored = np.where(whole, stored, 1.0)  # a flag that is no number marks nothing good
        return stored.astype(np.int64)

    def logical(self, number: int) -> bool:
        """Whether the column of this number, from 1, holds true and false."""
        return str(self.value(f"TFORM{number}") or "").strip().lstrip("0123456789") == "L"

    def texts(self, name: str) -> list[str]:
        """A column of text, by upper-case name, without surrounding blanks."""
        stored: list[bytes] = self._column(name, "S").tolist()
        return [text.decode("ascii", errors="replace").strip(" \0") for text in stored]

    def _column(self, name: str, kinds: str) -> np.ndarray:
        if self.data is None or name not in self.columns:
            raise ReadError("unreadable", f"the table has no column {name!r}")
        form = str(self.value(f"TFORM{self.columns.index(name) + 1}") or "")
        if form.strip().lstrip("0123456789")[:1] in ("P", "Q"):  # what is here says where it is
            raise ReadError(
                "unreadable",
                f"column {name!r} holds arrays of varying length: write them as arrays of one "
                "length, or a pixel a row",
            )
        kind = self.data.dtype[name].base
        if kind.kind not in kinds:
            raise ReadError("unreadable", f"column {name!r} holds {kind}")
        return self.data[name]


def read_hdus(
    path: str | Path, limit: int, *, images: Callable[[str], bool] = lambda _: False
) -> list[Hdu]:
    """The first HDUs of a FITS file, plain or packed (gzip, bzip2, xz, zip).

    Parameters
    ----------
    path
        Of the file.
    limit
        At most so many HDUs.
    images
        Given the EXTNAME of an image extension, whether its pixels are wanted; those of the
        primary HDU and of tables always are.

    Raises
    ------
    ReadError
        ``"unreadable"`` if the file is absent, empty, cut off or damaged;
        ``"unknown format"`` if it is not FITS.
    """
    # Opened here, for astropy leaves the files open that it cannot read, and unpacked here, for
    # it takes the end of a cut-off gzip stream for the end of the last HDU.
    with _damage_told(), opened(Path(path)) as stream:
        start = stream.read(20)
        if not start:
            raise ReadError("unreadable", "the file is empty")
        if not b"SIMPLE".startswith(start[:6]):
            raise ReadError("unknown format", _no_fits(start))
        check_sizes(stream, limit)
        stream.seek(0)
        with fits.open(stream, memmap=False, disable_image_compression=True) as hdus:
            primary: Any = hdus[0]
            # Without its END card astropy reads the header on into the next one.
            if "XTENSION" in primary.header:
                raise ReadError("unreadable", _NO_END)
            return [_read(hdu, images) for hdu in islice(hdus, limit)]


def _read(hdu: Any, images: Callable[[str], bool]) -> Hdu:
    """With its sums held against its bytes, if its pixels or rows are wanted.

    Not by ``fits.open(checksum=True)``, which reads all HDUs whatever is wanted.
    """
    if not isinstance(hdu, fits.ImageHDU) or images(hdu.name):
        sums = hdu.verify_checksum() if "CHECKSUM" in hdu.header else hdu.verify_datasum()
        if sums == 0:
            raise ValueError("Checksum verification failed")
    return Hdu(hdu.header, _data(hdu, images))


@contextmanager
def _damage_told() -> Iterator[None]:
    """Whatever astropy says of a damaged file, as a ReadError; the one place that does so."""
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
    """What astropy says of common damage, with the numbers in it, and what can be done about it."""
    for pattern, words in _COMMON:
        found = re.search(pattern, text)
        if found:
            return words.format(*(f"{int(number):,}" for number in found.groups()))
    return in_own_words(text, _DAMAGED)


def _no_fits(start: bytes) -> str:
    for begins, kind in _OTHER_KINDS.items():
        if begins in start:
            return f"not a FITS file but {kind}"
    says = f"not a FITS file: it begins with {start!r}"
    if not start.decode("latin-1").replace("\n", " ").replace("\r", " ").isprintable():
        return says
    return f"{says}; of text, make a FITS table with columns wave, flux and ivar"


def _data(
    hdu: fits.PrimaryHDU | fits.BinTableHDU | fits.TableHDU | fits.ImageHDU,
    images: Callable[[str], bool],
) -> np.ndarray | None:
    if isinstance(hdu, fits.PrimaryHDU) or (isinstance(hdu, fits.ImageHDU) and images(hdu.name)):
        return hdu.data
    if isinstance(hdu, fits.TableHDU):  # columns as text
        stored: Any = hdu.data  # its columns are known to the file alone
        return Table({name.upper(): stored[name] for name in stored.names}).as_array()
    return _rows(hdu) if isinstance(hdu, fits.BinTableHDU) else None


def _rows(hdu: fits.BinTableHDU) -> np.ndarray:
    """The table's rows as stored.

    `hdu.data` has the same, but builds several objects for each of 240 columns, of which eight
    are wanted, twice a file: an SDSS file takes three to four times as long that way.
    """
    header: Any = hdu.header  # its values' types are known to the file alone
    place: Any = hdu.fileinfo()
    numbers = range(1, header["TFIELDS"] + 1)
    layout = _layout(tuple((header[f"TTYPE{n}"], header[f"TFORM{n}"]) for n in numbers))
    if layout.itemsize != header["NAXIS1"]:
        raise ValueError(f"rows of {header['NAXIS1']} bytes, columns of {layout.itemsize}")
    place["file"].seek(place["datLoc"])
    return np.frombuffer(place["file"].read(hdu.size), layout, count=header["NAXIS2"])


@lru_cache(maxsize=16)  # a survey has a few
def _layout(columns: tuple[tuple[str, str], ...]) -> np.dtype:
    """Of a row, with names in upper case, from the columns' names and TFORMs."""
    named = [fits.Column(name=name.upper(), format=form) for name, form in columns]
    return fits.ColDefs(named).dtype.newbyteorder(">")
