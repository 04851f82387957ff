"""Metadata of columns in text tables: a line of units, notes, and tables with descriptions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ......core.spectra.units.unit_spellings import flux_factor, length_within, wavelengths_aa
from ....delimited import Delimited, is_number
from ...vocabulary.column_roles.column_names import Role, columns_by_role, plain_name
from ...vocabulary.redshift.redshift_words import NO_REDSHIFT

__all__ = [
    "described_form",
    "named_by_notes",
    "redshift_in_remarks",
    "units_below",
    "units_in_notes",
    "without_units",
]

_LONGEST = 200  # characters of a name with its unit; patterns are slow on long texts
_WITH_UNIT = re.compile(r"(.*?\S)\s*[\[(]\s*(.*?)\s*[\])]")
_NUMBERED = re.compile(r"(?:col(?:umn)?[\s_]*)?(\d+)", re.IGNORECASE)
_REDSHIFT = re.compile(
    r"(?:(?:spectroscopic|heliocentric|systemic|host|source|object|galaxy|best|NED|SDSS|the)\s+)*"
    r"(?:redshift|z|z_?(?:spec|best|fit|helio|sys))(?:\s*\(?(?:z|spec)\)?)?"
    r"(?:\s+of\s+(?:the\s+)?host)?(?:\s*[=:,~≈\s]|\s+(?:is|of)\s)\s*"
    r"(-?\d*[.,]\d+(?:[eEdD][-+]?\d+)?(?:\s*km\s*/?\s*s(?:\^?-1)?)?)(?=$|[\s,;(±+])(?!\s*mag)",
    re.IGNORECASE,
)
# "flux units: Jy", "wavelength in nm", "Flux in units of 1e-17 erg/s/cm2/A"
_SEVERAL = re.compile(r"[;,]\s*|\s+(?=z\s*[=:])")  # separates several facts of one remark
_IN_UNITS_OF = re.compile(
    r"(?:the\s+)?(\w+(?:\s+density)?)\s+(?:is\s+|are\s+)?(?:(?:in\s+)?units?(?:\s+of)?\s*[:=]?|in)\s+(\S.*)",
    re.IGNORECASE,
)
_OPERATORS = ("/", "*", "·", ".")  # brackets after one of these are part of a unit
_POWER = re.compile(r"[xX*\s\deE.^+−-]+")  # of ten, in brackets behind a unit
_COMMAS = re.compile(r"[,;]\s*(?![^\[(]*[\])])")
_AXES: tuple[Role, ...] = ("wave", "log wave", "frequency", "energy")
_UNITS = ("units", "UNITS", "Units", "unit")
_LISTED = ("columns", "column names", "names", "fields")


def described_form(content: bytes) -> str:
    """astropy's format name of a table with its own description: AAS, CDS or IPAC.

    Returns
    -------
    "" for any other text.
    """
    start = content[:20_000].lstrip()
    if b"Byte-by-byte Description" in start:
        return "ascii.mrt" if start.startswith(b"Title:") else "ascii.cds"
    lines = [line for line in start.splitlines() if line.strip()]
    # In IPAC tables only the header lines have bars; in Markdown and others all lines do.
    between = [line.lstrip().startswith((b"|", b"\\")) for line in lines]
    ipac = start.startswith(b"|") or re.match(rb"\\(\s|\w+(\s+\w+)?\s*=)", start)
    return "ascii.ipac" if ipac and not all(between) and b"|" in start else ""


def named_by_notes(table: Delimited) -> Delimited:
    """Name the columns by a note ``columns: wave flux err`` or ``col1: wave [nm]``."""
    n = len(table.names)
    if table.named and _is_spectrum(table.names):
        return table
    split = [remark.split() for remark in table.remarks]
    if names := next((one for one in split if len(one) == n and _is_spectrum(one)), ()):
        return _renamed(table, names)
    notes = {name.lower(): value for name, value in table.notes.items()}
    for key in _LISTED:
        for split in (re.split(r"[,;|]\s*", notes.get(key, "")), notes.get(key, "").split()):
            if len(split) == n and _is_spectrum(split):
                return _renamed(table, split)
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
        return _renamed(table, [numbered[k] for k in sorted(numbered)])
    return table


def _renamed(table: Delimited, names: Iterable[str]) -> Delimited:
    """The table with names from a remark; what was taken for names is units, or data."""
    first = table.named and any(is_number(w) or length_within(w) for w in table.names)
    rows = [[*table.names], *table.rows] if first else table.rows
    return replace(table, names=tuple(names), named=True, rows=rows)


def redshift_in_remarks(table: Delimited) -> dict[str, str]:
    """Redshift in a remark such as ``z 0.116``, ``Redshift, 0.116`` or ``redshift z = 0.116``."""
    lines = (*table.remarks, *(f"{name} {value}" for name, value in table.notes.items()))
    parts = (part for line in lines for part in (line[:_LONGEST], *_SEVERAL.split(line[:_LONGEST])))
    parts = (re.sub(r'["{}]', "", part) for part in parts if not NO_REDSHIFT.search(part))
    matches = map(_REDSHIFT.match, parts)
    return next(({"z": one[1]} for one in matches if one), {})


def _bare(name: str) -> str:
    """A name without the unit after it."""
    parts = _WITH_UNIT.fullmatch(name[:_LONGEST])
    return parts[1] if parts else name


def _is_spectrum(names: Sequence[str]) -> bool:
    roles = columns_by_role([_bare(name) for name in names])
    return "flux" in roles and bool({*_AXES} & {*roles})


def units_below(table: Delimited) -> dict[str, str]:
    """Column name → unit, if the line below the names holds units and numbers follow."""
    if not table.named or len(table.rows) < 2:
        return {}
    first, second = table.rows[:2]
    if any(map(is_number, first)) or not any(map(is_number, second)):
        return {}
    if all(re.fullmatch(r"\d*[NSM]", word) for word in first):  # column types of RDB
        return dict.fromkeys(table.names, "")
    units = (word.strip("[]()") for word in first)
    return {
        name: unit for name, unit in zip(table.names, units, strict=True) if unit not in ("", "-")
    }


def without_units(table: Delimited) -> Delimited:
    """The table without its line of units."""
    return replace(table, rows=table.rows[1:]) if units_below(table) else table


def units_in_notes(table: Delimited) -> dict[str, str]:
    """Column name → unit, from notes such as ``wavelength (nm)``, ``flux: Jy`` and ``flux in Jy``.

    Notes may use any known name of a column's role, if a unit follows.
    """
    roles = columns_by_role(table.names)
    axis = next((roles[one] for one in _AXES if one in roles), None)
    units_by_name: dict[str, str] = {}
    listed = re.split(r"[,;|]\s*", next((table.notes[n] for n in _UNITS if n in table.notes), ""))
    if len(listed) == len(table.names):
        units_by_name |= zip(table.names, listed, strict=True)
    entries = [(name, value) for name, value in table.notes.items() if not is_number(value)]
    for remark in table.remarks:
        units = remark.split()
        if len(units) == len(table.names):
            by_name = dict(zip(table.names, units, strict=True))
            if any(map(length_within, units if axis is None else [by_name[axis]])):
                units_by_name |= {name: unit for name, unit in by_name.items() if name != unit}
        for part in (remark[:_LONGEST], *_COMMAS.split(remark[:_LONGEST])):
            if in_units := _IN_UNITS_OF.match(part):
                entries.append((in_units[1], in_units[2]))
            elif parts := _WITH_UNIT.fullmatch(part):
                entries.append((parts[1], parts[2]))
    for name, value in entries:
        inside = _WITH_UNIT.fullmatch(value[:_LONGEST])
        of_whole = inside and (inside[1].endswith(_OPERATORS) or _POWER.fullmatch(inside[2]))
        unit = inside[2] if inside and not of_whole else value
        if column := _column_called(name, unit, table.names, roles):
            units_by_name[column] = unit
    return units_by_name


def _column_called(
    word: str, unit: str, names: Sequence[str], roles: Mapping[Role, str]
) -> str | None:
    """The column of that name, or of the role with that name if the unit fits."""
    own = {plain_name(name): name for name in names if columns_by_role([name])}
    if plain_name(word) in own:
        return own[plain_name(word)]
    role = next((one for one in columns_by_role([word]) if one in roles), None)
    try:
        if role in _AXES:
            wavelengths_aa(np.full(1, 5000.0), unit)
        elif role in ("flux", "error"):
            flux_factor(unit, np.ones(1))
        else:
            return None
    except ValueError:  # not a unit
        return None
    return roles[role]
