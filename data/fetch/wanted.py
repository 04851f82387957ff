"""Request lists in any form: fibres, fields, survey ids, positions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..collection.lookup.id_search import in_spec_obj_id, is_mjd
from ..collection.lookup.sky_search import read_cone
from ..ingest.catalogues.catalogue_table import table_within, texts_of
from ..ingest.delimited import decoded, read_delimited
from ..ingest.readers.errors import ReadError
from ..ingest.readers.fits_files.packed import unpacked

__all__ = ["Kind", "Wanted", "wanted_of_list", "wanted_of_row"]

Kind = Literal["fiber", "field", "sdss_id", "number", "position", "sparcl_id", "nothing"]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NAMED = re.compile(r"(plate|mjd|fiber)(?:id)?\W*(\d+)", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:(?P<kind>sdss_?id|target_?id|spec_?id|specobjid)\W*)?(?P<number>\d+)", re.IGNORECASE
)
_MOST_FIBER, _LEAST_CATALOGID = 1000, 10**6
_LINES = re.compile(r"\r?\n|\r")
_COLUMNS = {
    "plate": "plate", "mjd": "mjd", "fiber": "fiber", "fiberid": "fiber", "run2d": "run2d",
    "field": "field", "fieldid": "field", "fps_field": "field", "catalogid": "catalogid",
    "specobjid": "specobjid", "sdss_id": "sdss_id", "sdssid": "sdss_id",
    "plateid": "plate", "objectid": "id", "objid": "id", "filename": "id",
    "targetid": "number", "specid": "number", "sparcl_id": "sparcl_id", "uuid": "sparcl_id",
    "ra": "ra", "plug_ra": "ra", "target_ra": "ra", "raj2000": "ra", "ra_deg": "ra",
    "dec": "dec", "plug_dec": "dec", "target_dec": "dec", "dej2000": "dec", "dec_deg": "dec",
    "id": "id", "name": "id", "file": "id", "object": "id",
}  # fmt: skip

# Of the same name without underscores.
_ALIKE = {name.replace("_", ""): name for name in reversed(_COLUMNS)}

_TRIPLES: tuple[tuple[Kind, tuple[str, str, str]], ...] = (
    ("fiber", ("plate", "mjd", "fiber")),
    ("field", ("field", "mjd", "catalogid")),
)
_ALONE: tuple[Kind, ...] = ("sdss_id", "number")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One request.

    Attributes
    ----------
    said
        Its text in the list.
    kind
        ``fiber`` (plate, MJD, fiber), ``field`` (field, MJD, CATALOGID), ``sdss_id``, ``number``
        (a TARGETID or specid), ``position``, ``sparcl_id``, or ``nothing`` that is known.
    numbers
        Numbers of this kind; those of a specObjID last.
    ra_deg, dec_deg
        Of a position, ICRS.
    run2d
        The reduction, if given.
    why
        Why it was not understood.
    """

    said: str
    kind: Kind
    numbers: tuple[int, ...] = ()
    ra_deg: float = 0.0
    dec_deg: float = 0.0
    run2d: str = ""
    why: str = ""


def wanted_of_list(content: bytes) -> list[Wanted]:
    """The requests of a list, each once: a table with column names, or one request a line.

    A table is known by the names in its first line: ``plate mjd fiberid``, ``specobjid``,
    ``sdss_id``, ``field mjd catalogid``, ``targetid``, ``specid``, ``sparcl_id``, ``ra dec``
    (degrees) or ``id``; or it is FITS, VOTable, ECSV or Parquet. A line contains plate, MJD and
    fiber in any notation, a number, or a position on the sky. Files may be compressed.

    Raises
    ------
    ValueError
        It is a table with lines of differing length, or empty.
    """
    try:
        content = unpacked(content)
        held = table_within(content)
    except (ReadError, OSError, KeyError, TypeError) as error:
        raise ValueError(f"the list cannot be read: {error}") from error
    if held is not None:
        columns: Any = held[0]
        words = zip(*(texts_of(columns[name]) for name in columns), strict=True)
        return _once(wanted_of_row(dict(zip(columns, row, strict=True))) for row in words)
    lines = [line.strip() for line in _LINES.split(decoded(content))]
    lines = [line for line in lines if line and not line.startswith("#")]
    if not lines:
        raise ValueError("the list is empty")
    first = {_plain(word) for word in re.split(r"[\s,;|]+", lines[0])}
    if first & _COLUMNS.keys() and not any(word.isdigit() for word in first):
        table = read_delimited(content)
        rows = (dict(zip(table.names, row, strict=True)) for row in table.rows)
        found: Iterator[Wanted] = (wanted_of_row(row) for row in rows)
    else:
        found = (_of_line(line) for line in lines)
    return _once(found)


def _once(found: Iterable[Wanted]) -> list[Wanted]:
    return list(dict.fromkeys(found))


def wanted_of_row(row: Mapping[str, object]) -> Wanted:
    """The request in a row of a table, by the names of its columns."""
    known = {_COLUMNS[name]: str(value).strip() for key, value in row.items()
             if value is not None and (name := _plain(key)) in _COLUMNS}  # fmt: skip
    row_text = " ".join(str(value) for value in row.values())[:80]
    run2d = known.get("run2d", "")
    for kind, names in _TRIPLES:
        numbers = tuple(_whole(known.get(name, "")) for name in names)
        if all(numbers):
            return Wanted(row_text, kind, numbers, run2d=run2d)
    if "specobjid" in known:
        return _of_number(known["specobjid"])
    if _UUID.fullmatch(known.get("sparcl_id", "")):
        return Wanted(known["sparcl_id"].lower(), "sparcl_id")
    for kind in _ALONE:
        if number := _whole(known.get(kind, "")):
            return Wanted(known[kind], kind, (number,))
    if "ra" in known and "dec" in known:
        return _of_line(f"{known['ra']} {known['dec']}", sure=True)
    return _of_line(known["id"]) if known.get("id") else Wanted(
        row_text, "nothing", why="no column says which spectrum: plate, mjd and fiberid, or "
        "sdss_id, targetid, specid, sparcl_id, or ra and dec"
    )  # fmt: skip


def _of_line(line: str, *, sure: bool = False) -> Wanted:
    if _UUID.fullmatch(line):
        return Wanted(line.lower(), "sparcl_id")
    try:
        cone = read_cone(line)
    except ValueError as error:
        return Wanted(line[:80], "nothing", why=str(error))
    if cone is not None and (sure or cone.sure):
        return Wanted(line, "position", ra_deg=cone.ra_deg, dec_deg=cone.dec_deg)
    name = re.sub(r"\.fits?(\.gz)?$", "", line.rpartition("/")[2], flags=re.IGNORECASE)
    named = {key.lower(): int(number) for key, number in _NAMED.findall(name)}
    if len(named) == 3:
        return Wanted(line, "fiber", (named["plate"], named["mjd"], named["fiber"]))
    numbers = re.findall(r"\d+", name)
    if alone := _NUMBER.fullmatch(name):
        is_sdss_id = alone["kind"] and alone["kind"].lower().startswith("sdss")
        return _of_number(alone["number"], line, is_sdss_id=bool(is_sdss_id))
    mjds = [number for number in numbers if is_mjd(number)]
    if len(numbers) == 3 and len(mjds) == 1:
        one, other = (int(number) for number in numbers if number != mjds[0])
        if other >= _LEAST_CATALOGID:
            return Wanted(line, "field", (one, int(mjds[0]), other))
        plate, fiber = (other, one) if other > _MOST_FIBER >= one else (one, other)
        if 0 < fiber <= _MOST_FIBER and plate:
            return Wanted(line, "fiber", (plate, int(mjds[0]), fiber))
    why = "plate and fiber are no spectrum without the MJD" if len(numbers) == 2 else (
        "neither plate, MJD and fiber, nor field, MJD and CATALOGID, nor one number, nor a place"
    )  # fmt: skip
    return Wanted(line[:80], "nothing", why=why)


def _of_number(digits: str, said: str = "", *, is_sdss_id: bool = False) -> Wanted:
    said = said or digits
    if not digits.isdigit() or not 0 < int(digits) < 2**64:
        return Wanted(said[:80], "nothing", why="no id of a survey is such a number")
    decoded_bits = in_spec_obj_id(digits)
    if decoded_bits and is_mjd(decoded_bits[1]) and 0 < int(decoded_bits[2]) <= _MOST_FIBER:
        plate, mjd, fiber = (int(number) for number in decoded_bits)
        return Wanted(said, "fiber", (plate, mjd, fiber, int(digits)), run2d=_run2d(int(digits)))
    return Wanted(said, "sdss_id" if is_sdss_id else "number", (int(digits),))


def _run2d(spec_obj_id: int) -> str:
    """The reduction in the bits of a specObjID (https://www.sdss4.org/dr17/help/glossary/#specobj)."""
    bits = (spec_obj_id >> 10) & 0x3FFF
    if bits in (26, 103, 104):  # numbers, in SDSS-I and II
        return str(bits)
    major, minor, patch = bits // 10_000 + 5, bits % 10_000 // 100, bits % 100
    return f"v{major}_{minor}_{patch}"


def _whole(text: str) -> int:
    """The whole number above zero, else 0."""
    digits = text.removesuffix(".0")
    return int(digits) if digits.isdigit() else 0


def _plain(name: str) -> str:
    bare = re.sub(r"\s*[\[(][^\])]*[\])]$", "", name.strip().lower().strip("\"'"))
    return _ALIKE.get(bare.lstrip("_").replace(" ", "").replace("_", ""), bare)
