"""What text tables say of their columns beside names: units in a line, notes, descriptions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .....core.spectra.unit_spellings import length_within
from ...delimited import Delimited, is_number
from ..vocabulary.column_names import columns_by_role, plain_name

__all__ = [
    "described_form",
    "named_by_notes",
    "redshift_in_remarks",
    "units_below",
    "units_in_notes",
    "without_units",
]

_LONGEST = 200  # letters of a name with its unit; patterns take long over long texts
_WITH_UNIT = re.compile(r"(.*?\S)\s*[\[(]\s*(.*?)\s*[\])]")
_NUMBERED = re.compile(r"(?:col(?:umn)?[\s_]*)?(\d+)", re.IGNORECASE)
_REDSHIFT = re.compile(
    r"(?:(?:spectroscopic|heliocentric|host)\s+)?(?:redshift|z|z_?spec)(?:\s*\(?(?:z|spec)\)?)?"
    r"(?:\s+of\s+(?:the\s+)?host)?\s*[=:,\s]\s*(-?\d*[.,]\d+)(?=$|[\s,;(±+])(?!\s*mag)",
    re.IGNORECASE,
)
# "flux units: Jy", "wavelength in nm", "Flux in units of 1e-17 erg/s/cm2/A"
_SEVERAL = re.compile(r"[;,]\s*|\s+(?=z\s*[=:])")  # parts what stands in one remark
_IN_UNITS_OF = re.compile(
    r"(?:the\s+)?(\w+)\s+(?:is\s+|are\s+)?(?:(?:in\s+)?units?(?:\s+of)?\s*[:=]?|in)\s+(\S.*)",
    re.IGNORECASE,
)
_UNITS = ("units", "UNITS", "Units", "unit")
_LISTED = ("columns", "column names", "names", "fields")


def described_form(content: bytes) -> str:
    """What astropy calls a table with a description of its own: of the AAS, CDS or IPAC.

    Returns
    -------
    Empty for any other text.
    """
    start = content[:20_000].lstrip()
    if b"Byte-by-byte Description" in start:
        return "ascii.mrt" if start.startswith(b"Title:") else "ascii.cds"
    lines = [line for line in start.splitlines() if line.strip()]
    # Of IPAC's lines those of the head alone stand between bars; of Markdown's and others' all.
    between = [line.lstrip().startswith((b"|", b"\\")) for line in lines]
    said = start.startswith(b"|") or re.match(rb"\\(\s|\w+\s*=)", start)
    return "ascii.ipac" if said and not all(between) and b"|" in start else ""


def named_by_notes(table: Delimited) -> Delimited:
    """With the names of its columns by a note ``columns: wave flux err`` or ``col1: wave [nm]``."""
    n = len(table.names)
    if table.named:
        if not _is_spectrum(table.names):  # the last note had its units, one before it the names
            split = [remark.split() for remark in table.remarks]
            names = next((one for one in split if len(one) == n and _is_spectrum(one)), table.names)
            return replace(table, names=tuple(names))
        return table
    notes = {name.lower(): value for name, value in table.notes.items()}
    for key in _LISTED:
        for split in (re.split(r"[,;|]\s*", notes.get(key, "")), notes.get(key, "").split()):
            if len(split) == n and _is_spectrum(split):
                return replace(table, names=tuple(split), named=True)
    numbered: dict[int, str] = {}
    for name, value in notes.items():
        number = _NUMBERED.fullmatch(name)
        if number:
            numbered[int(number[1])] = value
    for remark in table.remarks:  # "1 wavelength (nm)", "column 2: flux"
        match = re.fullmatch(rf"{_NUMBERED.pattern}[\s:.)=-]+(\S.*)", remark, re.IGNORECASE)
        if match:
            numbered.setdefault(int(match[1]), match[2])
    if sorted(numbered) == [*range(1, n + 1)]:
        return replace(table, names=tuple(numbered[k] for k in sorted(numbered)), named=True)
    return table


def redshift_in_remarks(table: Delimited) -> dict[str, str]:
    """``z`` of a remark such as ``z 0.116``, ``Redshift, 0.116`` or ``redshift z = 0.116``."""
    lines = (*table.remarks, *(f"{name} {value}" for name, value in table.notes.items()))
    parts = (part for line in lines for part in (line[:_LONGEST], *_SEVERAL.split(line[:_LONGEST])))
    matches = (_REDSHIFT.match(part) for part in parts)
    return next(({"z": one[1]} for one in matches if one), {})


def _bare(name: str) -> str:
    """Without the unit behind it."""
    parts = _WITH_UNIT.fullmatch(name[:_LONGEST])
    return parts[1] if parts else name


def _is_spectrum(names: Sequence[str]) -> bool:
    roles = columns_by_role([_bare(name) for name in names])
    return "flux" in roles and bool({"wave", "log wave", "frequency", "energy"} & {*roles})


def units_below(table: Delimited) -> dict[str, str]:
    """Name → unit, where the line below the names has units and numbers follow."""
    if not table.named or len(table.rows) < 2:
        return {}
    first, second = table.rows[:2]
    if any(map(is_number, first)) or not any(map(is_number, second)):
        return {}
    units = (word.strip("[]()") for word in first)
    return {
        name: unit for name, unit in zip(table.names, units, strict=True) if unit not in ("", "-")
    }


def without_units(table: Delimited) -> Delimited:
    """Without the line of units."""
    return replace(table, rows=table.rows[1:]) if units_below(table) else table


def units_in_notes(table: Delimited) -> dict[str, str]:
    """Name → unit, of notes such as ``wavelength (nm)`` and ``flux: erg/s/cm2/A``."""
    known = {plain_name(name): name for name in table.names if columns_by_role([name])}
    units_by_name: dict[str, str] = {}
    listed = re.split(r"[,;|]\s*", next((table.notes[n] for n in _UNITS if n in table.notes), ""))
    if len(listed) == len(table.names):
        units_by_name |= zip(table.names, listed, strict=True)
    for name, value in table.notes.items():
        inside = _WITH_UNIT.fullmatch(value[:_LONGEST])
        if plain_name(name) in known and not is_number(value):
            units_by_name[known[plain_name(name)]] = inside[2] if inside else value
    for remark in table.remarks:
        units = remark.split()
        if len(units) == len(table.names) and any(map(length_within, units)):
            units_by_name |= {n: u for n, u in zip(table.names, units, strict=True) if n != u}
        parts = _WITH_UNIT.fullmatch(remark[:_LONGEST])
        if said := _IN_UNITS_OF.match(remark[:_LONGEST]):
            units_by_name |= {
                name: said[2] for plain, name in known.items() if plain == said[1].lower()
            }
        if parts and plain_name(parts[1]) in known:
            units_by_name[known[plain_name(parts[1])]] = parts[2]
    return units_by_name
