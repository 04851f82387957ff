"""Columns of a spectrum with units and header: one interface for FITS and astropy tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from astropy.table import Table

from ....delimited import is_number, number_of
from ...fits_files.fits import Hdu, ReadError
from ...vocabulary.other_facts import in_capitals

__all__ = ["UNIT_OF", "AstropyColumns", "Columns", "FitsColumns", "flags_in_words"]

_MARKS = {
    1: ("bad", "masked", "mask", "true", "t", "yes", "y", "1", "flagged", "reject", "rejected"),
    0: ("good", "ok", "false", "f", "no", "n", "0", "", "-", "none", "unmasked", "valid"),
}
_OF_IMAGES = ("BUNIT", "CUNIT1", "UNIT", "UNITS", "BUNITS")
UNIT_OF = "unit of "
"""With a column's name, a key of a table's meta: its unit as it is written."""


class Columns(Protocol):
    """Interface of a table with one pixel per row, or with one row of arrays, and its metadata."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, as in the file."""
        ...

    def numbers(self, name: str) -> np.ndarray:
        """Numeric column (D,) float64; NaN for missing values."""
        ...

    def flags(self, name: str) -> np.ndarray:
        """Column of flags (D,) int64; True is 1."""
        ...

    def words(self, name: str) -> list[str]:
        """A column as text; empty if it is not text."""
        ...

    def logical(self, name: str) -> bool:
        """Whether a column is boolean."""
        ...

    def unit(self, name: str) -> str:
        """Unit of a column as written; "" if there is none."""
        ...

    @property
    def value(self) -> Callable[[str], object]:
        """Function that returns the header value of a keyword, or None."""
        ...

    @property
    def keywords(self) -> Iterable[str]:
        """What `value` may be asked for, besides columns of one value."""
        ...


@dataclass(frozen=True, eq=False)
class FitsColumns:
    """A table of a FITS file, with the headers that describe it.

    Attributes
    ----------
    table
        The HDU of the table.
    headers
        HDUs whose headers are searched, in order.
    """

    table: Hdu
    headers: Sequence[Hdu]

    @property
    def names(self) -> tuple[str, ...]:
        """In upper case."""
        return self.table.columns

    def numbers(self, name: str) -> np.ndarray:
        """Numeric column; raises ReadError if it is not numeric, or holds several spectra."""
        return _one(name, self.table.numbers(name)).astype(np.float64)

    def flags(self, name: str) -> np.ndarray:
        """Column of flags; raises ReadError if it has neither integers nor known words."""
        data = self.table.data
        if data is not None and data.dtype[name].base.kind == "S":
            return flags_in_words(name, self.table.texts(name))
        marks = self.table.flags(name)
        if marks.ndim > 1 and len(marks) > 1 and self.logical(name):  # several bits per pixel
            return (marks.max(axis=1) > 0).astype(np.int64)
        return _one(name, marks)

    def words(self, name: str) -> list[str]:
        """A column as text; integers too if the table has one pixel per row."""
        data = self.table.data
        assert data is not None
        kind = data.dtype[name]
        if kind.shape or kind.kind not in "Siu" or self.logical(name):
            return []
        found = self.table.texts(name) if kind.kind == "S" else self.table.numbers(name).tolist()
        return [str(word) for word in found]

    def logical(self, name: str) -> bool:
        """By its TFORM."""
        return self.table.logical(self.table.columns.index(name) + 1)

    def unit(self, name: str) -> str:
        """TUNIT of the column."""
        found = self.table.value(f"TUNIT{self.table.columns.index(name) + 1}")
        return found.strip() if isinstance(found, str) else ""

    def value(self, keyword: str) -> object:
        """Value in the first header that has the keyword, else in a table of one row.

        BUNIT of other images does not count. Without a card TCOMMn, the comment of TTYPEn is used.
        """
        asked = self.headers[:1] if keyword in _OF_IMAGES else self.headers
        found = (hdu.value(keyword) for hdu in (*asked, *self._without_pixels(keyword)))
        entry = next((value for value in found if value is not None), None)
        if entry is None and (of_column := re.fullmatch(r"TCOMM(\d+)", keyword)):
            return self.table.comment(f"TTYPE{of_column[1]}") or None
        return _of_one_row(self.headers, keyword) if entry is None else entry

    @property
    def keywords(self) -> Iterable[str]:
        """Those of all headers."""
        return (str(key) for hdu in self.headers for key in hdu.header)

    def _without_pixels(self, keyword: str) -> Sequence[Hdu]:
        """HDUs without pixels, whose header may describe the images."""
        if keyword not in _OF_IMAGES:
            return ()
        return [hdu for hdu in self.headers[1:] if hdu.value("NAXIS") == 0]


@dataclass(frozen=True, eq=False)
class AstropyColumns:
    """A table read by astropy.

    Attributes
    ----------
    table
        The table; its ``meta`` serves as header.
    """

    table: Table

    @property
    def names(self) -> tuple[str, ...]:
        """Names as in the file."""
        return self._names

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(self.table.colnames)

    def numbers(self, name: str) -> np.ndarray:
        """Numeric column; raises ReadError if it is not numeric, or holds several spectra."""
        column: Any = self.table[name]
        values = np.ma.asarray(getattr(column, "value", column))
        if values.dtype.kind in "US" and values.ndim == 1:
            values = _from_text(values)
        if values.dtype.kind not in "iuf":
            raise ReadError("unreadable", f"column {name!r} holds {_words_for(values)}")
        return _one(name, np.ma.filled(values.astype(np.float64), np.nan))

    def flags(self, name: str) -> np.ndarray:
        """Column of flags; raises ReadError if it has neither integers nor known words."""
        values = np.ma.asarray(self.table[name])
        if values.dtype.kind in "US":
            return flags_in_words(name, np.ma.filled(values, "").astype(str).tolist())
        if values.dtype.kind not in "biuf":
            raise ReadError("unreadable", f"column {name!r} holds {values.dtype}, no flags")
        values = np.ma.filled(values, 0)
        marks = np.nan_to_num(values) if values.dtype.kind == "f" else values
        return _one(name, marks.astype(np.int64))

    def words(self, name: str) -> list[str]:
        """A column as text; also of integers, and of floats with integer values."""
        values = np.ma.asarray(self.table[name])
        if values.ndim != 1 or values.dtype.kind not in "USOiuf":
            return []
        if values.dtype.kind == "f":
            plain = np.ma.filled(values, np.nan)
            return [f"{one:.0f}" for one in plain] if np.all(plain == np.floor(plain)) else []
        return (
            [str(word).strip() for word in np.ma.filled(values, "").tolist()]
            if (values.dtype.kind in "USO")
            else [str(word) for word in values.tolist()]
        )

    def logical(self, name: str) -> bool:
        """By its type."""
        return np.asarray(self.table[name]).dtype.kind == "b"

    def unit(self, name: str) -> str:
        """Unit of the column, or the one in its heading."""
        found: Any = self.table[name]
        if found.unit is not None:
            return str(found.unit)
        own = in_capitals(dict(found.info.meta or {}).items())
        written = own.get("UNIT") or own.get("UNITS") or ""
        return str(dict(self.table.meta or {}).get(UNIT_OF + name, written))

    def value(self, keyword: str) -> object:
        """Value in the table's meta or a header in it, ignoring case; or metadata of a column.

        UCD and description of column n (from 1) are TUCDn and TCOMMn, as in FITS.
        """
        meta = dict(self.table.meta or {})
        each = (meta, *(value for value in meta.values() if isinstance(value, Mapping)))
        entry = in_capitals(one for held in each for one in held.items())
        if keyword in entry:
            return _plain(entry[keyword])
        said_of_column = re.fullmatch(r"(TUCD|TUTYP|TCOMM)(\d+)", keyword)
        if said_of_column is None or int(said_of_column[2]) > len(self.names):
            return None
        column: Any = self.table[self.names[int(said_of_column[2]) - 1]]
        info = column.info
        kept = {str(key).upper(): value for key, value in dict(info.meta or {}).items()}
        of_kind = {"TUCD": "UCD", "TUTYP": "UTYPE"}.get(said_of_column[1])
        return info.description if of_kind is None else kept.get(of_kind)

    @property
    def keywords(self) -> Iterable[str]:
        """Those of the meta, and of headers in it."""
        meta = dict(self.table.meta or {})
        each = (meta, *(value for value in meta.values() if isinstance(value, Mapping)))
        return (str(key) for held in each for key in held)


def _words_for(values: np.ndarray) -> str:
    """Description of the content of a column that should be numeric."""
    if values.dtype.kind not in "USO" or not values.size:
        return f"{values.dtype}, no numbers"
    words = [str(word) for word in values.ravel()]
    first = next((word for word in words if not is_number(word)), words[0])
    if first.lstrip().startswith("["):
        return "lists as text: write them as lists in Parquet or ECSV, or a pixel a row"
    return f"text such as {first[:20]!r}, no numbers"


def _from_text(values: np.ma.MaskedArray) -> np.ma.MaskedArray:
    """Numbers parsed from text; the text itself if one cannot be parsed."""
    words = np.ma.filled(values.astype(str), "nan").tolist()
    if not words or not all(map(is_number, words)):
        return values
    return np.ma.masked_invalid([number_of(word) for word in words])


def flags_in_words(name: str, words: Sequence[str]) -> np.ndarray:
    """Flags (D,) int64 from a mask in words: 1 is bad, or true.

    Raises
    ------
    ReadError
        A word is not known.
    """
    known = {word: value for value, some in _MARKS.items() for word in some}
    bits = {
        word: int(word, 16) for word in {*words} if re.fullmatch(r"0[xX][0-9a-fA-F]{1,15}", word)
    }
    bits_of_words = [bits.get(word, known.get(word.strip().lower(), -1)) for word in words]
    if -1 in bits_of_words:
        shown = words[bits_of_words.index(-1)]
        raise ReadError("unreadable", f"column {name!r} holds {shown!r}, no flags of good and bad")
    return np.array(bits_of_words, np.int64)


def _of_one_row(hdus: Sequence[Hdu], keyword: str) -> object:
    """Value of a column in a table of one row, such as Redrock's for one target; else None."""
    for hdu in hdus:
        if keyword not in hdu.columns or hdu.data is None or len(hdu.data) != 1:
            continue
        kind = hdu.data.dtype[keyword]
        if kind.kind == "S":
            return hdu.texts(keyword)[0]
        if (
            not kind.shape
            and kind.kind in "iuf"
            and not hdu.logical(hdu.columns.index(keyword) + 1)
        ):
            return hdu.numbers(keyword)[0].item()
    return None


def _plain(value: object) -> object:
    """A value as a Python object; several lines are joined."""
    if isinstance(value, list | tuple) and all(isinstance(line, str) for line in value):
        return "\n".join(value)
    if isinstance(value, Mapping) and "value" in value:  # a keyword of an IPAC table
        value = value["value"]
    return value.item() if isinstance(value, np.generic) else value


def _one(name: str, values: np.ndarray) -> np.ndarray:
    """Column (D,) of a table with one pixel per row, or with one row of arrays."""
    if values.ndim == 1:
        return values
    if len(values) == 1:
        return np.ravel(values[0])
    raise ReadError("unreadable", f"column {name!r} holds {len(values)} spectra, expected one")
