"""A user's catalogue, joined to spectra by id, file name or position within an arcsecond."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ....core.spectra.redshift_warning import at_odds
from ...collection.lookup.sky_search import unit_vectors
from ..readers.errors import ReadError
from ..readers.vocabulary.column_roles.column_names import plain_name
from ..readers.vocabulary.other_facts import facts_of, in_capitals
from ..readers.vocabulary.positions import DECLINATIONS, RIGHT_ASCENSIONS, degrees_of, on_the_sky
from ..readers.vocabulary.redshift.redshift_flags import FLAGS, flag_words
from ..readers.vocabulary.redshift.redshift_words import AGAIN, KEYWORDS, redshift_of, rivals_of
from .catalogue_table import (
    UNIT_OF_COLUMN,
    by_plain_name,
    degrees_factor,
    keys_of,
    named_columns,
    of_speed,
    read_table,
    texts_of,
)
from .labels import LabelError, SpectrumNames

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NO_CATALOGUE", "JoinedCatalogue", "catalogue_facts", "read_catalogue"]

_WITHIN = math.radians(1 / 3600)
# Names in catalogues, in addition to those in headers.
_RA = (*RIGHT_ASCENSIONS, "_RAJ2000", "ALPHA_J2000", "ALPHAWIN_J2000", "MEAN_FIBER_RA", "RACAT",
       "RA_HOURS", "RA_HOUR", "RA_H", "RIGHT_ASCENSION", "RAMEAN", "RA_GAIA")  # fmt: skip
_DEC = (*DECLINATIONS, "_DEJ2000", "DELTA_J2000", "DELTAWIN_J2000", "MEAN_FIBER_DEC", "DECCAT",
        "DECLINATION", "DECMEAN", "DEC_GAIA", "DE", "DECJ2000")  # fmt: skip
# Angles in three columns, as printed by journals; compared by `plain_name`.
_RA_PARTS = ("rah", "ram", "ras")
_DEC_PARTS = (("ded", "dem", "des"), ("decd", "decm", "decs"))
_SIGNS = ("de", "dec", "design", "decsign")
# Names of right ascensions in hours.
_IN_HOURS = ("rah", "rahour", "rahours")
# Names of the collection's own columns; those of surveys are kept as columns too.
_OF_HERE = ("id", "name", "file", "filename", "filepath", "path")
_AGAIN = "z in another row"


@dataclass(frozen=True)
class JoinedCatalogue:
    """A catalogue by row.

    Attributes
    ----------
    names
        Id, file name or path → row.
    ra, dec : (n,)
        Degrees, NaN if unknown; empty without positions.
    z : (n,)
        Redshifts, NaN if there is none.
    z_warning : (n,)
        Warnings about the redshifts, as text.
    z_note : (n,)
        Invalid entries in place of a redshift, as text.
    of_files
        Whether it has warnings but no redshifts; they apply to the redshifts of the files then.
    facts : (n,)
        Other columns, by name in the collection's catalog.
    digest
        Hash of the file.
    """

    names: dict[str, int] = field(default_factory=dict)
    ra: list[float] = field(default_factory=list)
    dec: list[float] = field(default_factory=list)
    z: list[float] = field(default_factory=list)
    z_warning: list[str] = field(default_factory=list)
    z_note: list[str] = field(default_factory=list)
    of_files: bool = False
    facts: list[dict[str, str | float]] = field(default_factory=list)
    digest: str = ""

    def row_of(self, id: str, file: str, ra: float, dec: float) -> int | None:
        """Row of a spectrum; None if there is none.

        Parameters
        ----------
        id, file
            Id, and path or name of the file, with or without endings.
        ra, dec
            Position in degrees: the nearest row within an arcsecond, if no name matches.
        """
        if name := self._names.entry(id, file):
            return self.names[name]
        if self._tree is None or not (math.isfinite(ra) and math.isfinite(dec)):
            return None
        away, row = self._tree.query(unit_vectors([ra], [dec])[0], distance_upper_bound=_WITHIN)
        return int(self._placed[row]) if math.isfinite(away) else None

    @cached_property
    def _names(self) -> SpectrumNames:
        return SpectrumNames(self.names)

    def close_pairs(self) -> list[tuple[int, int]]:
        """Pairs of rows within an arcsecond of each other."""
        if self._tree is None:
            return []
        pairs = self._tree.query_pairs(_WITHIN, output_type="ndarray")
        return [(int(a), int(b)) for a, b in self._placed[pairs].tolist()]

    @cached_property
    def _placed(self) -> np.ndarray:
        return np.flatnonzero(np.isfinite(self.ra) & np.isfinite(self.dec))

    @cached_property
    def _tree(self) -> Any:
        if not len(self._placed):
            return None
        from scipy.spatial import KDTree  # only needed with a catalogue

        # At an arcsecond, chord and angle agree to one part in 10^11.
        return KDTree(unit_vectors(self.ra, self.dec)[self._placed])


NO_CATALOGUE = JoinedCatalogue()


def read_catalogue(path: str | Path) -> JoinedCatalogue:
    """Read a catalogue in FITS, ECSV, VOTable, Parquet or text, with names or positions.

    Raises
    ------
    LabelError
        It cannot be read, or has neither a column of names nor positions.
    """
    path = Path(path)
    try:
        digest = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
        table = read_table(path)
        ra, dec = _positions(table, _RA, hours=True), _positions(table, _DEC, hours=False)
    except (OSError, ValueError, KeyError, TypeError, ReadError) as error:
        raise LabelError(f"cannot read the catalogue {path}: {error}") from error
    sky = [on_the_sky(*place) for place in zip(ra, dec, strict=True)] if ra and dec else []
    ra, dec = [place[0] for place in sky], [place[1] for place in sky]
    named = named_columns(table)
    if not named and not sky:
        raise LabelError(
            f"{path} has no column id or file, nor positions ra and dec in degrees; "
            f"it has {', '.join(map(str, table.columns[:12]))}"
        )
    rows: list[dict[str, Any]] = table.to_dict("records")
    upper = [in_capitals(row.items()) for row in rows]
    keys = [name for name in keys_of(map(str, table.columns)) if plain_name(name) in _OF_HERE]
    keys += [*_first_of(table, _RA), *_first_of(table, _DEC)]
    known = {name.upper() for name in keys} | {*KEYWORDS, *FLAGS}
    entries = [[(name, row.get(name)) for name in (*KEYWORDS, *AGAIN)] for row in upper]
    in_km_s = _velocities(table)
    entries = [[(in_km_s.get(name, name), value) for name, value in one] for one in entries]
    z, z_note = (
        ([*each] for each in zip(*map(redshift_of, entries), strict=True)) if entries else ([], [])
    )
    of_files = not any(value is not None for one in entries[:1] for _, value in one)
    warned = [
        flag_words(row.get) or rivals_of(taken, one)
        for row, taken, one in zip(upper, z, entries, strict=True)
    ]
    facts = [facts_of(row.items(), known) for row in upper]
    names, again = _rows_by_name(named)
    found = JoinedCatalogue(names, ra, dec, z, warned, z_note, of_files, facts, digest)
    for row, others in _same_object(again, found).items():
        found.facts[row] = {**facts[row], "catalogue_rows": float(1 + len(others))}
        if not warned[row]:
            found.z_warning[row] = _other_redshifts(z[row], [z[other] for other in others])
    return found


def _other_redshifts(z: float, others: list[float]) -> str:
    """Contradictory redshifts of other rows of the same object, as text."""
    entries = (at_odds(z, {_AGAIN: other}) for other in others)
    return next(filter(None, entries), "") if math.isfinite(z) else ""


def _first_of(table: pd.DataFrame, names: tuple[str, ...]) -> list[str]:
    by_name = by_plain_name(table.columns)
    return [by_name[name] for name in map(plain_name, names) if name in by_name][:1]


def _positions(table: pd.DataFrame, names: tuple[str, ...], *, hours: bool) -> list[float]:
    """Angles (n,) in degrees; empty without such a column.

    Numbers are in the column's unit, or in hours by its name; text is parsed as in headers.
    Hours or degrees, minutes and seconds may be in separate columns.
    """
    for parts in (_RA_PARTS,) if hours else _DEC_PARTS:
        if parted := _of_parts(table, parts, () if hours else _SIGNS):
            return [degrees_of(value * (15 if hours else 1), hours=hours) for value in parted]
    for name in _first_of(table, names):
        unit = table.attrs[UNIT_OF_COLUMN].get(name, "h" if plain_name(name) in _IN_HOURS else "")
        if table[name].dtype.kind not in "iuf":
            return [degrees_of(value, hours=hours) for value in table[name]]
        values = table[name].astype(float) * degrees_factor(unit)
        return [degrees_of(value, hours=hours) for value in values]
    return []


def _of_parts(table: pd.DataFrame, parts: tuple[str, ...], signs: tuple[str, ...]) -> list[float]:
    """Angles (n,) from three columns, in the unit of the first; empty without them."""
    columns: Any = table
    by_name = by_plain_name(table.columns)
    if not all(part in by_name for part in parts):
        return []
    whole, minutes, seconds = (columns[by_name[part]].astype(float) for part in parts)
    sign = next((texts_of(columns[by_name[name]]) for name in signs if name in by_name), None)
    minus = np.signbit(whole) if sign is None else [text[:1] in ("-", "−") for text in sign]
    size = whole.abs() + minutes / 60 + seconds / 3600
    return np.where(minus, -size, size).tolist()


def _velocities(table: pd.DataFrame) -> dict[str, str]:
    """Upper-case name → name as velocity, for redshift columns in km/s."""
    units = table.attrs[UNIT_OF_COLUMN]
    return {name.upper(): "CZ" for name, unit in units.items() if of_speed(unit)}


def _rows_by_name(named: list[tuple[str, ...]]) -> tuple[dict[str, int], dict[int, set[int]]]:
    """Name → first row with it; and row → other rows with one of its names."""
    rows: dict[str, int] = {}
    again: dict[int, set[int]] = {}
    for names in named:
        for row, name in enumerate(names):
            first = rows.setdefault(name, row) if name else row
            if first != row:
                again.setdefault(first, set()).add(row)
    return rows, again


def _same_object(again: dict[int, set[int]], found: JoinedCatalogue) -> dict[int, list[int]]:
    """Row → other rows with the same name, or within an arcsecond."""
    pairs = {(row, other) for row, others in again.items() for other in others}
    pairs |= {pair for a, b in found.close_pairs() for pair in ((a, b), (b, a))}
    same: dict[int, list[int]] = {}
    for row, other in sorted(pairs):
        same.setdefault(row, []).append(other)
    return same


def catalogue_facts(
    catalogue: JoinedCatalogue, row: Mapping[str, Any]
) -> dict[str, str | float] | None:
    """Other columns of the catalogue for a row of the collection; None without a match."""
    found = catalogue.row_of(str(row["id"]), str(row["file"]), float(row["ra"]), float(row["dec"]))
    return None if found is None else catalogue.facts[found]
