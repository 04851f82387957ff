"""Spectra in files other than FITS: text, ECSV, VOTable, Parquet, HDF5, NPZ, JSON."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from astropy.io.votable.exceptions import VOWarning
from astropy.table import Table
from astropy.utils.exceptions import AstropyWarning

from .....core.spectra.spectrum import Spectrum
from ...delimited import decoded, number_of, read_delimited
from ..errors import ReadError, Unread
from ..fits_files.packed import opened, unpacked_name
from ..other_kinds import is_json, other_kind
from ..vocabulary.column_roles.column_names import columns_by_role, plain_name
from ..vocabulary.column_roles.hints import NO_HINTS, Hints
from ..vocabulary.column_roles.ucds import with_ucds
from ..vocabulary.file_names import FITS_ENDINGS, name_of
from ..vocabulary.plain_words import in_own_words
from ..vocabulary.redshift.redshift_words import KEYWORDS
from .columns.column_notes import (
    described_form,
    named_by_notes,
    redshift_in_remarks,
    units_below,
    units_in_notes,
    without_units,
)
from .columns.columns import UNIT_OF, AstropyColumns
from .metadata_axis import with_axis_of_names, with_metadata_axis
from .rows import astropy_rows
from .rows.arms import joined_arms
from .rows.long_tables import spectra_of_columns
from .rows.row import holds_spectra
from .rows.row_facts import id_columns
from .several_tables import are_arms
from .votables import read_votables

__all__ = ["is_text", "load_text", "spectra_of_tables"]

_KINDS = {
    ".ecsv": "ecsv", ".csv": "text", ".txt": "text", ".dat": "text", ".ascii": "text",
    ".tsv": "text", ".asc": "text", ".spec": "text", ".tab": "text", ".vot": "votable",
    ".votable": "votable", ".xml": "votable", ".parquet": "parquet", ".pq": "parquet",
    ".parq": "parquet", ".hdf5": "hdf5", ".h5": "hdf5", ".hdf": "hdf5", ".he5": "hdf5",
    ".npz": "npz", ".npy": "npy", ".json": "json", ".jsonl": "json", ".ndjson": "json",
}  # fmt: skip
_BEGINNINGS = {b"PAR1": "parquet", b"\x89HDF": "hdf5", b"\x93NUMPY": "npy"}
_PACKED = (b"\x1f\x8b", b"BZ", b"\xfd7", b"PK")
_DAMAGE = (OSError, ValueError, KeyError, TypeError, IndexError, UnicodeError, VOWarning)
_TITLES = {"votable": "a VOTable", "ecsv": "ECSV", "text": "text"}
_LOOKED_AT = 500  # bytes
_WIDE, _LONGEST_LETTER = (b"\xff\xfe", b"\xfe\xff"), 4
_LINES = 200
# Words of other programs for a missing number: IRAF, Excel, Windows, pandas.
_NOTHING = {
    *("", "nan", "null", "none", "---", "--", "-", "na", "n/a", "n.a.", "indef", "...", "..", "?"),
    *("#n/a", "<na>", "masked", "missing", "-nan", "1.#qnan", "-1.#ind", "1.#inf", "nan(ind)"),
    "-nan(ind)",
}
_MOST_DIGITS = 15  # of an integer in double precision
_UNNAMED = "columns without names"
_WITH_UNIT = re.compile(r"(.*?\S)\s*[\[(]\s*(.*?)\s*[\])]")
# A keyword of IPAC's with its type before it, which astropy does not read.
_TYPED = re.compile(r"(?m)^\\(?:char(?:acter)?|int|long|float|double|real|date)\s+(\w+\s*=)")
_LABELS = ({"label", "z", "ebv"}, {"id", "file"})


def is_text(path: Path) -> bool:
    """Whether a file is not FITS, by its ending without that of a packed file.

    For unknown endings the first bytes decide; FITS files are recognized under any ending.
    """
    return _kind(path) is not None


def _kind(path: Path) -> str | None:
    suffixes = path.suffix.lower(), Path(unpacked_name(path)).suffix.lower()
    if any(suffix in FITS_ENDINGS for suffix in suffixes):
        return None
    kind = next((_KINDS[suffix] for suffix in suffixes if suffix in _KINDS), None)
    if kind in ("parquet", "hdf5", "npz", "npy"):
        return kind
    try:
        with path.open("rb") as file, opened(path) if file.read(2) in _PACKED else file as stream:
            stream.seek(0)
            start = stream.read(_LOOKED_AT)
    except (OSError, ReadError):
        return kind  # errors are reported when it is opened
    if kind in (None, "text") and is_json(start):
        return "json"
    if start.startswith(b"SIMPLE") or (kind in (None, "text") and other_kind(start)):
        return None  # reported when it is opened as FITS
    return kind or _kind_by_content(start)


def _kind_by_content(start: bytes) -> str | None:
    """Kind of a file with an unknown ending; None if it is not a known table."""
    known = next((kind for begins, kind in _BEGINNINGS.items() if start.startswith(begins)), None)
    if known is not None or not start.strip():
        return known
    if b"<VOTABLE" in start:
        return "votable"
    try:
        wide = start[:2] in _WIDE
        lines = (decoded(start) if wide else start.decode("utf-8")).splitlines()
    except UnicodeDecodeError as error:
        if error.start < len(start) - _LONGEST_LETTER:  # not merely a truncated character
            return None
        lines = start[: error.start].decode("utf-8").splitlines()
    plain = all(c.isprintable() or c in "\t\f" for line in lines for c in line)
    return "text" if plain and not start.lstrip().startswith((b"<", b"{", b"%PDF")) else None


def load_text(path: Path, hints: Hints = NO_HINTS) -> Iterator[Spectrum]:
    """Read the spectra in a file, by :func:`~.table.spectrum_of_columns`.

    In plain text the first line names the columns, with or without a ``#``. A redshift comes from
    the header of a format that has one, from a line ``# z = 0.1``, from a column ``z``, or from
    the labels file.

    Raises
    ------
    ReadError
        The file is damaged, its columns have no names, or there is no wavelength or flux.
    """
    kind = _kind(path)
    # An NPZ archive is a zip, but must not be unpacked here.
    with path.open("rb") if kind in ("npz", "npy", "hdf5") else opened(path) as stream:
        if kind == "parquet":
            from .parquet import load_parquet

            yield from load_parquet(stream, path, hints)
            return
        if kind == "json":
            from .json_records import load_json

            yield from load_json(stream, path, hints)
            return
        if kind in ("hdf5", "npz", "npy"):
            from . import named_arrays

            yield from getattr(named_arrays, f"load_{kind}")(stream, path, hints)
            return
        tables = _read(stream, str(kind), hints)
    yield from spectra_of_tables(tables, path, hints)


def spectra_of_tables(tables: Sequence[Table], path: Path, hints: Hints) -> Iterator[Spectrum]:
    """Read the spectra of astropy tables, under the name of a file.

    Raises
    ------
    ReadError
        No table has a wavelength and a flux.
    """
    tables = [with_metadata_axis(with_axis_of_names(table), hints) for table in tables]
    held = [(table, _hints_of(table, hints)) for table in tables]
    held = [
        (table, table_hints)
        for table, table_hints in held
        if holds_spectra(table.colnames, table_hints)
    ]
    if not held:
        raise ReadError(*_why_none(tables[0]))
    if len(held) == 1:
        yield from _of_table(*held[0], path)
        return
    unread, found = Unread(), dict[str, list[Spectrum]]()
    for number, (table, table_hints) in enumerate(held, 1):
        which = str((table.meta or {}).get("name") or number)
        spectra = unread.through(f"{name_of(path)}-{which}", _of_table(table, table_hints, path))
        found.setdefault(which, []).extend(spectra)
    each = [*found.values()]
    ids = {one.id for part in each for one in part}
    if len(each) == len(held) and len(ids) == 1 and are_arms(each):
        yield joined_arms([one for (one,) in each])
        return
    for which, part in found.items():
        for one in part:
            yield one.with_facts(id=f"{one.id}-{which}") if one.id == name_of(path) else one
    unread.tell()


def _of_table(table: Any, hints: Hints, path: Path) -> Iterator[Spectrum]:
    if astropy_rows.holds_rows(table, hints):
        return astropy_rows.load_rows(table, path, hints)
    return spectra_of_columns(AstropyColumns(table), path, hints)


def _hints_of(table: Table, hints: Hints) -> Hints:
    columns = AstropyColumns(table)
    return with_ucds(columns.names, columns.value, hints)


def _why_none(table: Any) -> tuple[Any, str]:
    names = [str(name) for name in table.colnames]
    lower = {name.strip().lower() for name in names}
    if lower & _LABELS[0] and lower & _LABELS[1]:
        return "no spectrum", "a table of labels or redshifts: give it as --labels"
    if table.meta.get(_UNNAMED):
        text = "--column wave=1 flux=2 error=3"
        if len(names) < 3:
            text = "--column wave=1 flux=2; a third, its error, is needed too"
        return "unknown format", (
            f"its {len(names)} columns have no names: write them in the first line, such as "
            f"# wave flux error, or say {text}"
        )
    if lower & {"access_url", "accref", "access_format"}:
        return "no spectrum", (
            "a list of spectra at a service: fetch what its access_url names, and give those files"
        )
    shown = ", ".join(name[:40] for name in names[:6])
    return "unknown format", (
        f"columns {shown}: none is a wavelength and another a flux; name them wave, flux and "
        "ivar (or error) in the first line, or say --column wave=… flux=…"
    )


def _read(stream: IO[bytes], kind: str, hints: Hints) -> list[Any]:
    """The tables of a file; only VOTables may have several."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyWarning)  # on style: units, VOTable version
            warnings.simplefilter("ignore", VOWarning)
            if kind == "votable":
                return read_votables(stream)
            content = stream.read()
            if not content.strip():
                raise ReadError("unreadable", "the file is empty")
            form = described_form(content)
            if form:
                lines = _TYPED.sub(r"\\\1", decoded(content)).splitlines()
                return [Table.read(lines, format=form)]
            if kind == "ecsv" or content.lstrip()[:8].startswith(b"# %ECSV"):
                # As lines: astropy would first try a string as a file name.
                return [Table.read(content.decode("utf-8").splitlines(), format="ascii.ecsv")]
            return [_plain(content, hints)]
    except _DAMAGE as error:
        why = in_own_words(str(error), f"{_TITLES[kind]} that is damaged or of another kind")
        raise ReadError("unreadable", f"not a table that can be read: {why}") from error


def _plain(content: bytes, hints: Hints) -> Any:
    """Table with numeric columns where possible; names stay text."""
    try:
        found = read_delimited(content)
    except ValueError:
        if not _has_numbers(content):  # prose
            raise _no_table(content) from None
        raise
    found = named_by_notes(found)
    if not found.rows:
        raise _no_table(content)
    metadata = {**redshift_in_remarks(found), **found.notes, "comments": found.remarks}
    meta: dict[str, Any] = {**metadata, _UNNAMED: not found.named}
    columns: dict[str, np.ndarray] = {}
    units = units_below(found) | units_in_notes(found)
    objects = id_columns(found.names)
    for written, words in without_units(found).columns().items():
        name, unit = _name_and_unit(written, hints)
        unit = unit or units.get(written, "")
        columns[name] = np.array(words) if written in objects else _numbers(words)
        meta |= {UNIT_OF + name: unit} if unit else {}
    return Table(columns, meta=meta)


def _name_and_unit(written: str, hints: Hints) -> tuple[str, str]:
    """Split ``flux [Jy]`` into name and unit, if the name is that of a spectrum's column."""
    parts = _WITH_UNIT.fullmatch(written) if len(written) < _LOOKED_AT else None
    if parts is None:
        return written, ""
    named = {*map(plain_name, hints.columns.values())}
    if plain_name(written) in named:
        return written, parts[2]
    known = parts[1].upper() in KEYWORDS or columns_by_role([parts[1]])
    if not known and plain_name(parts[1]) not in named:
        return written, ""
    if re.fullmatch(r"air|vac(uum)?", parts[2], re.IGNORECASE):
        return f"{parts[1]}_{parts[2]}", ""
    return parts[1], parts[2]


def _no_table(content: bytes) -> ReadError:
    text = "".join(c if c.isprintable() else " " for c in decoded(content[:400]))
    shown = " ".join(text.split())[:60]
    return ReadError("unknown format", f"text that is no table; it begins {shown!r}")


def _has_numbers(content: bytes) -> bool:
    """Whether any of the first lines consists of numbers only."""
    for line in decoded(content[:100_000]).splitlines()[:_LINES]:
        words = re.split(r"[,;|\s]+", line.strip(" ,;|\t"))
        try:
            if len([_number(word) for word in words]) > 1:
                return True
        except ValueError:
            continue
    return False


def _numbers(words: Sequence[str]) -> np.ndarray:
    """Numbers (D,) float64, NaN where empty; text if a word is not a number, or too long."""
    if any(len(word) > _MOST_DIGITS and word.isdigit() for word in words):
        return np.array(words)
    try:
        return np.array([_number(word) for word in words])
    except ValueError:
        return np.array(words)


def _number(word: str) -> float:
    if word.lower().strip("*") in _NOTHING:
        return float("nan")
    if word.lower() in ("true", "false", "t", "f"):
        return float(word[:1] in "tT")
    return number_of(word)
