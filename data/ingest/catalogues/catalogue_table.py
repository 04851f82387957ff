"""Catalogue tables of any format as columns of text and numbers, and their key columns."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy import units as u
from astropy.io import fits
from astropy.table import Table

from ..delimited import Delimited, decoded, read_delimited
from ..readers.fits_files.packed import unpacked
from ..readers.other_kinds import other_kind
from ..readers.tables.columns.column_notes import described_form
from ..readers.vocabulary.column_roles.column_names import plain_name
from ..readers.vocabulary.other_facts import MOST_IN_A_LIST
from ..readers.vocabulary.positions import DECLINATIONS, RIGHT_ASCENSIONS
from ..readers.vocabulary.redshift.redshift_words import KEYWORDS

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "NAMED", "UNIT_OF_COLUMN", "by_plain_name", "degrees_factor", "keys_of", "named_columns",
    "of_speed", "read_table", "table_within", "texts_of",
]  # fmt: skip

UNIT_OF_COLUMN = "units"
"""Of a table's ``attrs``: name → unit as it is written."""
NAMED = "named"
"""Of a table's ``attrs``: whether the file names its columns."""

# Names of columns with ids or files of spectra, in order of preference; compared by `plain_name`.
_KEYS = (
    "id", "file", "filename", "filepath", "path", "name", "object", "objectid", "objectname",
    "objname", "objid", "sdssid", "targetid", "specobjid", "specid", "sparclid", "sourceid",
    "spectrum", "spectrumid", "specname", "filespec", "spec", "platemjdfiber", "platemjdfiberid",
)  # fmt: skip
# Together they name a spectrum of SDSS.
_PARTS = (
    *((plate, "mjd", fiber) for plate in ("plate", "plateid") for fiber in ("fiberid", "fiber")),
    ("field", "mjd", "catalogid"),
)
_WITH_UNIT = re.compile(r"([^\[(]*[^\s\[(])\s*[\[(]\s*([^\])]*?)\s*[\])]")
_IN_UNITS = {*RIGHT_ASCENSIONS, *DECLINATIONS, *KEYWORDS}
_LONGEST = 100  # characters of a name with its unit
_NO_NAMES = ["", "nan", "null", "none", "--"]
_EXACT = 2**53  # larger integers are rounded in double precision


def keys_of(names: Iterable[str]) -> list[str]:
    """Columns with ids or files of spectra, in order of preference."""
    by_name = by_plain_name(names)
    return [by_name[key] for key in _KEYS if key in by_name]


def by_plain_name(names: Iterable[object]) -> dict[str, str]:
    """Normalized name → column; the first of several."""
    return {plain_name(str(name)): str(name) for name in reversed([*names])}


def named_columns(table: pd.DataFrame) -> list[tuple[str, ...]]:
    """Entries of each key column as text; plate, MJD and fibre are combined as in SDSS's ids.

    Returns
    -------
    Missing entries are "".
    """
    columns: Any = table
    found = [texts_of(columns[key]) for key in keys_of(map(str, table.columns))]
    by_name = by_plain_name(table.columns)
    for parts in _PARTS:
        if all(part in by_name for part in parts):
            words = zip(*(texts_of(columns[by_name[part]]) for part in parts), strict=True)
            found.append(tuple("-".join(word) if all(word) else "" for word in words))
            break
    return [tuple(_padded_name(name) for name in names) for names in found]


def _padded_name(name: str) -> str:
    """PLATE-MJD-FIBER padded with zeros as in SDSS's ids; other names unchanged."""
    parts = re.fullmatch(r"(?:spec-(?!\d{4,5}-\d{5}-\d{4}))?(\d{1,5})-(\d{5})-(\d{1,4})", name)
    return f"{int(parts[1]):04}-{parts[2]}-{int(parts[3]):04}" if parts else name


def texts_of(column: pd.Series) -> tuple[str, ...]:
    """Entries as text; "" if missing, integers without a decimal point."""
    return tuple(_text(value) for value in column.tolist())


def _text(value: Any) -> str:
    if value is None or type(value).__name__ == "NAType" or value != value:
        return ""
    whole = isinstance(value, float) and value.is_integer() and abs(value) < _EXACT
    return str(int(value)) if whole else str(value).strip()


def read_table(path: Path) -> pd.DataFrame:
    """Read a table in FITS, ECSV, VOTable, Parquet or text, packed or not, by its first bytes.

    Of several tables in a FITS file the first with ids or positions counts. Columns of lists are
    omitted; integers beyond double precision become text.

    Raises
    ------
    ReadError, OSError, ValueError, KeyError, TypeError
        The file is damaged, or not a table.
    """
    content = unpacked(path.read_bytes())
    if held := table_within(content):
        return held[0]
    found = _named(read_delimited(content))
    table = _of_text(found)
    table.attrs[NAMED] = found.named
    return table


def table_within(content: bytes) -> tuple[pd.DataFrame] | None:
    """The table of a file that is not plain text; None for plain text.

    Raises
    ------
    ReadError, OSError, ValueError, KeyError, TypeError
        The file is damaged, or not a table.
    """
    start = content[:2000].lstrip()
    if start.startswith(b"PAR1"):
        return (_of_parquet(content),)
    if start.startswith(b"SIMPLE"):
        return (_of_astropy(_of_fits(content)),)
    if start.startswith((b"\x89HDF", b"\x93NUMPY")):
        raise ValueError("HDF5 and NPY are not read here: write it as FITS, Parquet, ECSV or CSV")
    if kind := other_kind(content[:300]):
        raise ValueError(f"it is {kind}")
    if form := described_form(content):
        return (_of_astropy(Table.read(decoded(content).splitlines(), format=form)),)
    if b"<VOTABLE" in start:
        return (_of_astropy(Table.read(io.BytesIO(content), format="votable")),)
    if start.startswith(b"# %ECSV"):
        lines = content.decode("utf-8").splitlines()
        return (_of_astropy(Table.read(lines, format="ascii.ecsv")),)
    return None


def _of_parquet(content: bytes) -> pd.DataFrame:
    import pyarrow.parquet as pq

    # Integers with missing values become objects, so that they are not rounded.
    stored: Any = pq.read_table(io.BytesIO(content))
    table: Any = stored.to_pandas(integer_object_nulls=True)
    if not any(table.index.names) and table.index.dtype.kind in "OUT" and not keys_of(table):
        table.index.name = "id"
    return _plain(table.reset_index() if any(table.index.names) else table, {})


def _of_fits(content: bytes) -> Table:
    with fits.open(io.BytesIO(content)) as hdus:
        tables: list[Any] = [
            hdu for hdu in hdus if isinstance(hdu, fits.BinTableHDU | fits.TableHDU)
        ]
        if not tables:
            raise ValueError("the FITS file has no table")
        named = (hdu for hdu in tables if _speaks_of_spectra(hdu.columns.names))
        return Table.read(next(named, tables[0]))


def _speaks_of_spectra(names: Iterable[str]) -> bool:
    plain = {plain_name(name) for name in names}
    return bool(keys_of(plain)) or any(plain >= {*parts} for parts in _PARTS) or "ra" in plain


def _of_astropy(table: Any) -> pd.DataFrame:
    for name in [*table.colnames]:  # mixin columns: positions and times
        if hasattr(table[name], "icrs"):
            table["ra"], table["dec"] = table[name].icrs.ra.deg, table[name].icrs.dec.deg
        elif hasattr(table[name], "iso"):
            table[name] = table[name].iso
    table.keep_columns([name for name in table.colnames if hasattr(table[name], "unit")])
    for name in table.colnames:  # one column per entry of short lists, such as magnitudes
        shape = table[name].shape
        if len(shape) == 2 and shape[1] <= MOST_IN_A_LIST:
            for number in range(shape[1]):
                table[f"{name}_{number + 1}"] = table[name][:, number]
    flat: list[str] = [name for name in table.colnames if len(table[name].shape) == 1]
    units = {name: str(table[name].unit) for name in flat if table[name].unit is not None}
    for name in flat:  # pandas < 3.1 rounds long integers beside missing values
        column = table[name]
        if column.dtype.kind in "iu" and (np.ma.getdata(column) >= _EXACT).any():
            known = ~np.ma.getmaskarray(column)
            table[name] = np.where(known, np.ma.getdata(column).astype(str), "")
    return _plain(table[flat].to_pandas(), units)


def _named(table: Delimited) -> Delimited:
    """Name the columns by a note with as many words, such as ``# id label``."""
    if keys_of(table.names):
        return table
    words = (re.split(r"[,;|\s]+", remark.strip()) for remark in table.remarks)
    names = next((one for one in words if len(one) == len(table.names) and keys_of(one)), None)
    if names is None:
        return table
    first = [[*table.names]] if table.named else []  # the first line is data then
    return Delimited(tuple(names), [*first, *table.rows], True, table.notes, table.remarks)


def _of_text(table: Delimited) -> pd.DataFrame:
    import pandas as pd

    found: dict[str, pd.Series] = {}
    units: dict[str, str] = {}
    for written, words in table.columns().items():
        parts = _WITH_UNIT.fullmatch(written) if len(written) < _LONGEST else None
        if parts and parts[1].strip().upper() not in _IN_UNITS:  # not the brackets of E(B-V)
            parts = None
        name = parts[1] if parts else written
        if name in found:
            name = written
        found[name] = _names(words) if plain_name(name) in _KEYS else _numbers(words)
        if parts:
            units[name] = parts[2]
    return _plain(pd.DataFrame(found), units)


def _plain(table: pd.DataFrame, units: Mapping[str, str]) -> pd.DataFrame:
    """The table as text, numbers and booleans; columns of lists are omitted."""
    import pandas as pd

    found: dict[str, pd.Series] = {}
    for name, column in table.items():
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.astype(column.cat.categories.dtype)
        known = column.dropna()
        whole = column.dtype.kind in "iu" or (
            len(known) > 0 and known.map(lambda v: type(v) is int).all()
        )
        if whole and (known.abs() >= _EXACT).any():
            found[str(name)] = pd.Series(texts_of(column), index=column.index, dtype=str)
        elif whole or column.dtype.kind in "bf":
            found[str(name)] = column if column.dtype.kind != "O" else column.astype(np.float64)
        else:
            texts = column.map(
                lambda v: v.decode("utf-8", "replace") if isinstance(v, bytes) else v
            )
            if column.dtype.kind == "M":
                texts = column.astype(str)
            elif (decimals := texts.map(lambda v: isinstance(v, Decimal))).any():
                texts = texts.where(~decimals, texts.map(str))
            if (texts.map(lambda v: isinstance(v, str)) | texts.isna()).all():
                found[str(name)] = texts.fillna("").astype(str).str.strip()
    plain = pd.DataFrame(found)
    plain.attrs |= {UNIT_OF_COLUMN: dict(units), NAMED: True}
    return plain


def _names(words: tuple[str, ...]) -> pd.Series:
    """Ids as written, with leading zeros, and without the decimal point that pandas may add."""
    import pandas as pd

    texts = pd.Series(words, dtype=str)
    texts = texts.mask(texts.str.lower().isin(_NO_NAMES), "")
    pointed = texts.str.fullmatch(r"\d+\.0")
    return texts.str.removesuffix(".0") if bool((pointed | (texts == "")).all()) else texts


def _numbers(words: tuple[str, ...]) -> pd.Series:
    """Numbers if all non-empty words are; text if an integer exceeds double precision."""
    import pandas as pd

    texts = pd.Series(words, dtype=str)
    numbers: Any = pd.to_numeric(
        texts.replace("", "nan").str.replace(r"(?<=\d),(?=\d)", ".", regex=True), errors="coerce"
    )
    none = texts.str.lower().isin(_NO_NAMES)
    long = texts.str.fullmatch(r"\d{16,}").any()
    return texts if long or bool((numbers.isna() & ~none).any()) else numbers


def of_speed(unit: str) -> bool:
    """Whether a unit is km/s: the redshift column is c z then."""
    return unit.replace(" ", "").lower() in ("km/s", "kms-1", "kms^-1", "kms**-1")


def degrees_factor(unit: str) -> float:
    """Factor from a unit of angle to degrees; 1 without a unit.

    Raises
    ------
    ValueError
        The unit is not one of angle.
    """
    plain = unit.strip().lower()
    if plain in ("", "deg", "degree", "degrees", "d", "j2000"):
        return 1.0
    if plain in ("h", "hr", "hour", "hours", "hourangle", "hms"):
        return 15.0
    try:
        return float(np.asarray(u.Unit(plain).to(u.deg)))
    except (ValueError, TypeError, u.UnitConversionError) as error:
        raise ValueError(f"{unit!r} is not a unit of angle: write deg or hourangle") from error
