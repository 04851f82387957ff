"""One HDU of a FITS file: header values, columns of numbers, flags and text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from astropy.io import fits

from ..errors import ReadError
from ..vocabulary.redshift.redshift_words import NO_REDSHIFT
from .fits_damage import damage_as_error
from .varying_lengths import vary

__all__ = ["Hdu"]

_LONGEST_KEYWORD = 8
_LARGEST_FLAG, _OF_64_BITS = 2.0**62, 2**63


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
        with damage_as_error():
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
        with damage_as_error():
            found = self.source.header.get(keyword)
        if keyword == "Z" and found is not None and NO_REDSHIFT.search(self.comment(keyword)):
            return None
        return found

    def comment(self, keyword: str) -> str:
        """Comment of a header card; "" if it has none. Raises ReadError if it is damaged."""
        with damage_as_error():
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
