"""The first HDUs of a FITS file, opened by astropy, as headers and plain numpy arrays."""

from __future__ import annotations

import math
import re
import warnings
import zlib
from collections.abc import Callable, Container, Iterator
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

from ..errors import ReadError
from ..other_kinds import other_kind
from ..vocabulary.plain_words import in_own_words
from ..vocabulary.redshift_words import NO_REDSHIFT
from .fits_sizes import check_sizes
from .packed import opened
from .varying_lengths import of_one_length, vary

__all__ = ["Hdu", "ReadError", "read_hdus"]

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
_LOOKED_AT, _SHOWN = 300, 20  # bytes of what is no FITS file
_CARD, _LONGEST_KEYWORD = 80, 8
_OF_COLUMNS, _OF_SIZE = ("TTYPE", "TFORM"), ("TFIELDS", "NAXIS1", "NAXIS2")
_MOST_AXES = 10
_LARGEST_PACKED = 20_000_000  # pixels of an image within a table
_LARGEST_FLAG, _OF_64_BITS = 2.0**62, 2**63
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
    """One HDU. A damaged header card raises only when `value` reads it.

    Attributes
    ----------
    source
        The HDU of astropy, which builds its header on demand: for a table with 240 columns this
        takes as long as everything else.
    data
        Table: structured array (rows,), as stored, with upper-case field names. Image: scaled
        pixels, the last FITS axis first. None for an image that was not requested.
    keywords
        All keywords of the header, upper case, to skip absent ones; None if they were not read.
    forms
        TFORM of each column of a table.
    """

    source: Any
    data: np.ndarray | None
    keywords: frozenset[str] | None = None
    forms: tuple[str, ...] = ()

    @property
    def header(self) -> fits.Header:
        """Header of astropy. Raises ReadError if it is damaged."""
        with _damage_told():
            return self.source.header

    @property
    def name(self) -> str:
        """EXTNAME in upper case; empty if the HDU has none."""
        return str(self.value("EXTNAME") or "").strip().upper()

    @property
    def columns(self) -> tuple[str, ...]:
        """Upper-case names of the table's columns; empty if the HDU is not a table."""
        return () if self.data is None else self.data.dtype.names or ()

    def value(self, keyword: str) -> object:
        """A header value; None if absent, or a Z that is not a redshift. ReadError if damaged."""
        known = len(keyword) <= _LONGEST_KEYWORD and "HIERARCH" not in (self.keywords or ())
        if known and self.keywords is not None and keyword.upper() not in self.keywords:
            return None
        with _damage_told():
            found = self.source.header.get(keyword)
        if keyword == "Z" and found is not None and NO_REDSHIFT.search(self.comment(keyword)):
            return None
        return found

    def comment(self, keyword: str) -> str:
        """Comment of a header card; "" if it has none. Raises ReadError if it is damaged."""
        with _damage_told():
            header = self.source.header
            return str(header.comments[keyword]) if keyword in header else ""

    def number(self, keyword: str, otherwise: float = float("nan")) -> float:
        """A header value as float, or ``otherwise`` if it is absent or not a number."""
        value = self.value(keyword)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return otherwise
        return float(value)

    def numbers(self, name: str) -> np.ndarray:
        """Numeric column by its upper-case name, (rows,) or (rows, repeat), scaled.

        Integers equal to TNULL become NaN.
        """
        stored = self._column(name, "iuf")
        if isinstance(self.source, fits.TableHDU):  # which astropy has scaled
            return stored
        number = self.columns.index(name) + 1
        if self.logical(number):
            raise ReadError("unreadable", f"column {name!r} contains true and false, not numbers")
        null = self.value(f"TNULL{number}")
        if isinstance(null, int) and stored.dtype.kind in "iu":
            stored = np.where(stored == null, np.nan, stored.astype(np.float64))
        scale, zero = self.number(f"TSCAL{number}", 1.0), self.number(f"TZERO{number}", 0.0)
        if (scale, zero) == (1, 0):
            return stored
        with np.errstate(all="ignore"):  # overflows become infinite: no data
            return stored * scale + zero

    def flags(self, name: str) -> np.ndarray:
        """Column of flags by its upper-case name, as int64; True is 1.

        Bits are (rows, bits).
        """
        stored = self._column(name, "iuf")
        form = self._form(self.columns.index(name) + 1)
        if form == "L":
            return (stored == ord("T")).astype(np.int64)
        if form == "X":
            n_bits = int(self.forms[self.columns.index(name)].strip().partition("X")[0] or 1)
            packed = stored.reshape(len(stored), -1)
            return np.unpackbits(packed, axis=1, count=n_bits).astype(np.int64)
        if stored.dtype.kind == "f":
            whole = np.isfinite(stored) & (np.abs(stored) < _LARGEST_FLAG)
            stored = np.where(whole, stored, 1.0)  # a flag that is not an integer counts as bad
        zero = self.value(f"TZERO{self.columns.index(name) + 1}")
        return _unsigned(stored.astype(np.int64), zero)

    def logical(self, number: int) -> bool:
        """Whether column ``number`` (from 1) is logical or of bits."""
        return self._form(number) in ("L", "X")

    def _form(self, number: int) -> str:
        """TFORM of column ``number`` (from 1), without its repeat count."""
        form = self.forms[number - 1] if self.forms else self.value(f"TFORM{number}")
        return str(form or "").strip().lstrip("0123456789")

    def texts(self, name: str) -> list[str]:
        """Text column by its upper-case name, stripped of blanks."""
        stored: list[bytes] = self._column(name, "S").tolist()
        return [text.decode("ascii", errors="replace").strip(" \0") for text in stored]

    def _column(self, name: str, kinds: str) -> np.ndarray:
        if self.data is None or name not in self.columns:
            raise ReadError("unreadable", f"the table has no column {name!r}")
        # Of variable-length arrays the table holds descriptors only.
        if vary(self._form(self.columns.index(name) + 1)):
            raise ReadError(
                "unreadable",
                f"column {name!r} holds arrays of varying length of text or bits, or too many: "
                "write them as arrays of one length, or a pixel a row",
            )
        kind = self.data.dtype[name].base
        if kind.kind not in kinds:
            raise ReadError("unreadable", f"column {name!r} holds {kind}")
        return self.data[name]


def _unsigned(stored: np.ndarray, zero: object) -> np.ndarray:
    """Unsigned integers, which FITS stores as signed ones offset by TZERO."""
    if not isinstance(zero, int | float) or not zero:
        return stored
    if zero == _OF_64_BITS:  # keep the highest bit, which may be a flag
        return (stored ^ np.iinfo(np.int64).min) & np.iinfo(np.int64).max
    return stored + int(zero)


def read_hdus(
    path: str | Path, limit: int, *, images: Callable[[str], bool] = lambda _: False
) -> list[Hdu]:
    """Read the first HDUs of a FITS file, plain or packed (gzip, bzip2, xz, zip).

    Parameters
    ----------
    path
        Path of the file.
    limit
        Maximum number of HDUs.
    images
        Tells by EXTNAME whether the pixels of an image extension are wanted; the data of the
        primary HDU and of tables are always read.

    Raises
    ------
    ReadError
        ``"unreadable"`` if the file is absent, empty, truncated or damaged;
        ``"unknown format"`` if it is not FITS.
    """
    # Opened here, as astropy leaves files open that it cannot read; unpacked here, as it takes
    # the end of a truncated gzip stream for the end of the last HDU.
    with _damage_told(), opened(Path(path)) as stream:
        start = stream.read(_LOOKED_AT)
        if not start:
            raise ReadError("unreadable", "the file is empty")
        if not b"SIMPLE".startswith(start[:6]):
            raise ReadError("unknown format", _no_fits(start))
        check_sizes(stream, limit)
        stream.seek(0)
        with fits.open(stream, memmap=False, disable_image_compression=True) as hdus:
            primary: Any = hdus[0]
            # Without an END card, astropy continues the header into the next HDU.
            if "XTENSION" in primary.header:
                raise ReadError("unreadable", _NO_END)
            return [_read(hdu, images) for hdu in islice(hdus, limit)]


def _read(hdu: Any, images: Callable[[str], bool]) -> Hdu:
    """One HDU as `Hdu`; checksums are verified if its data are wanted.

    Not by ``fits.open(checksum=True)``, which reads all HDUs.
    """
    if _is_packed_image(hdu) and images(hdu.name):
        image = fits.CompImageHDU(bintable=hdu)
        return Hdu(image, image.data)
    if isinstance(hdu, fits.BinTableHDU):
        table = _table(hdu)
        _check_sums(hdu, table.keywords or ())
        return table
    if not isinstance(hdu, fits.ImageHDU) or images(hdu.name):
        _check_sums(hdu, hdu.header)
    _ = hdu.header  # built here, where damage is reported
    return Hdu(hdu, _data(hdu, images))


def _is_packed_image(hdu: Any) -> bool:
    """Whether this is an image compressed by fpack, of moderate size."""
    if not isinstance(hdu, fits.BinTableHDU) or hdu.header.get("ZIMAGE") is not True:
        return False
    axes: list[Any] = [hdu.header.get(f"ZNAXIS{number}") for number in range(1, _MOST_AXES)]
    sizes = [size for size in axes if isinstance(size, int)]
    return bool(sizes) and min(sizes) > 0 and math.prod(sizes) <= _LARGEST_PACKED


def _check_sums(hdu: Any, keywords: Container[str]) -> None:
    if "CHECKSUM" in keywords:
        sums = hdu.verify_checksum()
    else:
        sums = hdu.verify_datasum() if "DATASUM" in keywords else 1
    if sums == 0:
        raise ValueError("Checksum verification failed")


@contextmanager
def _damage_told() -> Iterator[None]:
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


def _no_fits(start: bytes) -> str:
    if kind := other_kind(start):
        return f"no table of a spectrum but {kind}"
    start = start[:_SHOWN]
    says = f"not a FITS file: it begins with {start!r}"
    if not start.decode("latin-1").replace("\n", " ").replace("\r", " ").isprintable():
        return says
    return f"{says}; of text, make a FITS table with columns wave, flux and ivar"


def _data(
    hdu: fits.PrimaryHDU | fits.TableHDU | fits.ImageHDU,
    images: Callable[[str], bool],
) -> np.ndarray | None:
    if isinstance(hdu, fits.PrimaryHDU) or (isinstance(hdu, fits.ImageHDU) and images(hdu.name)):
        return hdu.data
    if isinstance(hdu, fits.TableHDU):  # columns as text
        stored: Any = hdu.data  # a recarray: columns are only known at run time
        return Table({name.upper(): stored[name] for name in stored.names}).as_array()
    return None


def _table(hdu: fits.BinTableHDU) -> Hdu:
    """Binary table with its rows as stored.

    Equivalent to `hdu.data`, which builds several objects for each of 240 columns, of which
    eight are needed; `hdu.header` builds some for each of 700 cards, nearly all of them equal in
    all files of a survey. Either makes reading an SDSS file several times slower.
    """
    file_info: Any = hdu.fileinfo()
    file = file_info["file"]
    file.seek(file_info["hdrLoc"])
    raw: bytes = file.read(file_info["datLoc"] - file_info["hdrLoc"])
    cards = [raw[at : at + _CARD] for at in range(0, len(raw), _CARD)]
    names = {card[:_LONGEST_KEYWORD] for card in cards}
    keywords = frozenset(name.decode("latin-1").strip().upper() for name in names)
    if "CONTINUE" in keywords:  # text over several cards
        header: Any = hdu.header
        cards = [f"{key:8}= {header[key]!r}".encode() for key in header if key[:5] in _OF_COLUMNS]
        cards += [f"{key:8}= {header[key]}".encode() for key in _OF_SIZE]
    n_columns, n_bytes, n_rows = (_whole(cards, key) for key in _OF_SIZE)
    columns = (card for card in cards if card[:5].decode("latin-1") in _OF_COLUMNS)
    layout, forms = _layout(b"".join(card.ljust(_CARD) for card in columns), n_columns)
    if layout.itemsize != n_bytes:
        raise ValueError(f"rows of {n_bytes} bytes, columns of {layout.itemsize}")
    file.seek(file_info["datLoc"])
    rows = np.frombuffer(file.read(n_bytes * n_rows), layout, count=n_rows)
    if any(map(vary, forms)) and "ZIMAGE" not in keywords:
        claims: Any = hdu.header
        gap = (claims.get("THEAP") or n_bytes * n_rows) - n_bytes * n_rows
        if gap < 0:
            raise ValueError(f"its heap lies within its rows (THEAP = {claims['THEAP']})")
        heap = file.read(claims["PCOUNT"])[gap:]
        rows, forms = of_one_length(rows, forms, heap)
    return Hdu(hdu, rows, keywords, forms)


def _whole(cards: list[bytes], keyword: str) -> int:
    wanted = f"{keyword:8}".encode()
    values: Any = [fits.Card.fromstring(card).value for card in cards if card[:8] == wanted]
    if not values:
        raise ValueError(f"a table without {keyword}")
    return int(values[0])


@lru_cache(maxsize=128)  # a survey has only a few layouts
def _layout(cards: bytes, n_columns: int) -> tuple[np.dtype, tuple[str, ...]]:
    """Row dtype with upper-case names, and each TFORM, from the cards TTYPEn and TFORMn."""
    facts: dict[str, Any] = {}
    for at in range(0, len(cards), _CARD):
        card = fits.Card.fromstring(cards[at : at + _CARD])
        facts.setdefault(str(card.keyword), card.value)
    numbers = range(1, n_columns + 1)
    names = [facts[f"TTYPE{n}"].upper() for n in numbers]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise ReadError("unreadable", f"two of its columns are called {twice!r}: rename one")
    forms = tuple(facts[f"TFORM{n}"] for n in numbers)
    named = [fits.Column(name=name, format=form) for name, form in zip(names, forms, strict=True)]
    return fits.ColDefs(named).dtype.newbyteorder(">"), forms
