"""Many spectra per file, each a row of arrays, as in Multimodal Universe and HATS.

A row has arrays (flux, ivar, lambda, mask …), directly or in one struct per arm, and facts
(Z, object_id, ra, dec …).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ......core.spectra.coaddition import coadd_arms
from ......core.spectra.spectrum import Spectrum
from ...errors import NoPixelsError, ReadError, Unread
from ...vocabulary.column_roles.column_names import OF_NO_OBJECT, columns_by_role, plain_name
from ...vocabulary.column_roles.hints import Hints, hinted_roles
from ...vocabulary.file_names import name_of
from ...vocabulary.other_facts import facts_of, in_capitals
from ...vocabulary.positions import DECLINATIONS, RIGHT_ASCENSIONS
from ...vocabulary.redshift.redshift_flags import FLAGS
from ...vocabulary.redshift.redshift_words import KEYWORDS
from ..columns.pixel_order import shared_part
from ..columns.rows_alike import Answers
from ..table import AXES, ORDERS, spectrum_of_columns

__all__ = [
    "KNOWN", "MOST_ORDERS", "Row", "RowColumns", "are_orders", "arms_by_names", "as_one",
    "holds_spectra",
    "id_columns", "joined_arms", "spectra_of_rows",
]  # fmt: skip

MOST_ORDERS = 200
"""Rows of a file that may be orders or arms of one spectrum; echelle spectrographs have some 80."""
_HALF = 0.5
_EXACT = 2**53  # larger integers are rounded in double precision
# In order of preference.
_IDS = (
    "objectid", "id", "sparclid", "specid", "specobjid", "targetid", "sdssid", "objid",
    "sourceid", "name", "object", "objectname", "objname", "spectrumid", "specname", "plateifu",
    "mangaid", "catalogid", "ids", "objectids", "names", "indexlevel0",
)  # fmt: skip
_INDEX = "indexlevel0"  # index of pandas: row numbers if the rows have no names
_OF_OBJECT = {*KEYWORDS, *RIGHT_ASCENSIONS, *DECLINATIONS, *FLAGS}
KNOWN = {"ID", "RA", "DEC", "SURVEY", "VACUUM", "CLASS", "SUBCLASS", *KEYWORDS}
"""Names in upper case of what the catalog has in columns of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One spectrum as stored.

    Attributes
    ----------
    arms
        Name → array (D,) for each arm; most spectra have one arm.
    facts
        Name → fact about the spectrum.
    common
        Upper-case name → fact common to all spectra.
    units
        Name → unit as written, for each arm; empty if the units of the table hold for all.
    """

    arms: tuple[Mapping[str, Any], ...]
    facts: Mapping[str, Any]
    common: Mapping[str, object] = field(default_factory=dict)
    units: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class RowColumns:
    """One arm of a row, as `Columns`.

    Attributes
    ----------
    arrays
        Name → (D,).
    facts
        Upper-case name → value.
    units
        Name → unit as written.
    answers
        Cache of answers shared with the other rows.
    """

    arrays: Mapping[str, Any]
    facts: Mapping[str, object]
    units: Mapping[str, str]
    answers: Answers | None = None

    def with_facts(self, facts: Mapping[str, object]) -> RowColumns:
        """The same arrays with other facts, without cached answers."""
        return RowColumns(self.arrays, facts, self.units)

    @property
    def names(self) -> tuple[str, ...]:
        """Names as in the file."""
        return tuple(self.arrays)

    def numbers(self, name: str) -> np.ndarray:
        """The array; raises ReadError if it is not numeric, or not one of pixels."""
        values = self._values(name)
        if values.dtype.kind not in "iuf" or values.ndim != 1:
            raise ReadError("unreadable", f"column {name!r} holds {values.dtype}, no numbers")
        return np.ma.filled(values.astype(np.float64), np.nan)

    def _values(self, name: str) -> np.ndarray:
        found = self.arrays[name]
        return found if type(found) is np.ndarray else np.ma.asarray(found)

    def flags(self, name: str) -> np.ndarray:
        """Flags as int64; raises ReadError if the array holds none."""
        values = self._values(name)
        if values.dtype.kind not in "biuf" or values.ndim != 1:
            raise ReadError("unreadable", f"column {name!r} holds {values.dtype}, no flags")
        return np.ma.filled(values, 1).astype(np.int64)

    def words(self, name: str) -> list[str]:
        """Nothing: arrays of pixels are not text."""
        return []

    def logical(self, name: str) -> bool:
        """By its type."""
        return np.asarray(self.arrays[name]).dtype.kind == "b"

    def unit(self, name: str) -> str:
        """Unit of a column as written; "" if there is none."""
        return self.units.get(name, "")

    @property
    def value(self) -> Callable[[str], object]:
        """Function that returns the fact of an upper-case name, or None; quick for absent names."""
        return self.facts.get

    @property
    def keywords(self) -> Iterable[str]:
        """Names of the facts."""
        return self.facts


def holds_spectra(names: Iterable[str], hints: Hints) -> bool:
    """Whether arrays with these names form a spectrum."""
    roles = hinted_roles(names, hints)
    return "flux" in roles and any(axis in roles for axis in AXES)


def are_orders(rows: Sequence[Row]) -> bool:
    """Whether rows are orders or arms of one spectrum rather than several spectra.

    True if they have no object names and at most one redshift, and each overlaps the next by less
    than half, or a column numbers them as orders and they cover different wavelengths.
    """
    if not 1 < len(rows) <= MOST_ORDERS:
        return False
    facts = [{name.upper(): _plain(value) for name, value in row.facts.items()} for row in rows]
    if any(_id(one, "") for one in facts):
        return False
    if any(len({str(one.get(name)) for one in facts}) > 1 for name in KEYWORDS):
        return False
    ranges = sorted(filter(None, (_range(row) for row in rows)))
    if len(ranges) < len(rows):
        return False
    numbered = any(plain_name(name) in ORDERS for name in facts[0])
    steps = list(pairwise(ranges))
    if numbered:
        return any(a != b for a, b in steps)
    return all(shared_part(a, b) < _HALF for a, b in steps)


def as_one(rows: Sequence[Row]) -> Row:
    """Orders or arms as one spectrum."""
    first = rows[0]
    facts = {n: value for n, value in first.facts.items() if plain_name(n) not in ORDERS}
    arms = tuple(arm for row in rows for arm in row.arms)
    return Row(arms, facts, first.common, tuple(one for row in rows for one in row.units))


def arms_by_names(names: Iterable[str], hints: Hints) -> list[dict[str, str]]:
    """For arms in columns such as ``b_flux`` or ``flux_b``: their names without the arm.

    Returns
    -------
    One mapping per arm: common name → name in the table. Empty unless there are several arms,
    each with an axis, flux and noise; what is named as sky or model is none.
    """
    known = [*names]
    for begin in (True, False):
        arms: dict[str, dict[str, str]] = {}
        for name in known:
            first, parted, last = name.partition("_") if begin else name.rpartition("_")
            arm, rest = (first, last) if begin else (last, first)
            if parted and rest:
                arms.setdefault(arm, {})[rest] = name
        whole = [name for name, arm in arms.items() if _is_whole(arm, hints)]
        if len(whole) > 1:
            return [arms[name] for name in whole if not OF_NO_OBJECT.search(name.upper())]
    return []


def _is_whole(names: Iterable[str], hints: Hints) -> bool:
    noise = {"ivar", "error", "variance"} & columns_by_role(names).keys()
    return bool(noise) and holds_spectra(names, hints)


def id_columns(names: Iterable[str]) -> list[str]:
    """Columns that may name objects, the likeliest first."""
    by_name = {plain_name(name): name for name in names}
    return [by_name[name] for name in _IDS if name in by_name]


def _range(row: Row) -> tuple[float, float] | None:
    """Range of the axis of a row's first arm."""
    roles = columns_by_role(row.arms[0]) if row.arms else {}
    name = next((roles[axis] for axis in AXES if axis in roles), None)
    if name is None:
        return None
    values = np.ma.filled(np.ma.asarray(row.arms[0][name]).astype(np.float64), np.nan)
    good = values[np.isfinite(values) & (values > 0)]
    return (float(good.min()), float(good.max())) if good.size else None


def spectra_of_rows(
    rows: Iterable[Row],
    units: Mapping[str, str],
    path: Path,
    hints: Hints,
    *,
    otherwise: Callable[[int], str] | None = None,
    by_names: bool = False,
) -> Iterator[Spectrum]:
    """Read each row by `spectrum_of_columns`; arms are joined by inverse variance.

    Parameters
    ----------
    rows
        In order.
    units
        Units of the arrays, by name.
    path
        Path of the file; its name and the row number form the id if no column does.
    hints
        Hints of the user.
    otherwise
        Id by row number if no fact is one; by default the file's name and the number.
    by_names
        Whether arms are so by the names of their columns only: then they must overlap by less than
        half.

    Raises
    ------
    SomeUnreadError
        After all others have been yielded, if some rows are not spectra.
    ReadError
        No row is a spectrum.
    """
    named = otherwise or (lambda number: f"{name_of(path)}-{number}")
    unread = Unread()
    arms_of = _Arms(units, path, hints)
    for number, row in enumerate(rows):
        facts = _in_capitals(row.facts)
        id = _id(facts, named(number))
        joined = unread.attempt(
            id,
            lambda row=row, facts=facts: joined_arms(arms_of.row(row, facts), by_names=by_names),
            "" if otherwise else f"row {number}: ",
        )
        if joined is not None:
            # An unknown class is kept as an ordinary column.
            known = KNOWN if joined.spectral_class else KNOWN - {"CLASS"}
            about = facts_of(facts.items(), leave_out=known)
            yield joined.with_facts(id=id, facts={**joined.facts, **about})
    unread.tell()


def _in_capitals(facts: Mapping[str, Any]) -> dict[str, object]:
    """As `in_capitals`; name, redshift, position and flags within a record count as top-level."""
    found = in_capitals((name, _plain(value)) for name, value in facts.items())
    for record in [value for value in found.values() if isinstance(value, Mapping)]:
        for name, value in record.items():
            if str(name).upper() in _OF_OBJECT or plain_name(str(name)) in _IDS:
                found.setdefault(str(name).upper(), _plain(value))
    return found


@dataclass(frozen=True, eq=False)
class _Arms:
    """Reads the arms of rows; answers that hold for all rows are cached."""

    units: Mapping[str, str]
    path: Path
    hints: Hints
    _answers: dict[tuple[object, ...], Answers] = field(default_factory=dict)

    def row(self, row: Row, facts: Mapping[str, object]) -> list[Spectrum]:
        """Spectra of the arms that have pixels."""
        found: list[Spectrum] = []
        empty: NoPixelsError | None = None
        metadata = {**row.common, **facts}
        each = row.units or (self.units,) * len(row.arms)
        for arrays, units in zip(row.arms, each, strict=True):
            alike = (*arrays, id(units), *facts)
            if alike not in self._answers:
                self._answers[alike] = Answers(frozenset(facts))
            arm = RowColumns(arrays, metadata, units, self._answers[alike])
            try:
                found.append(spectrum_of_columns(arm, self.path, self.hints.about(arm.names)))
            except NoPixelsError as error:
                empty = error
        if not found:
            raise empty or ReadError("unreadable", "it has no arrays of a spectrum")
        return found


def joined_arms(arms: Sequence[Spectrum], *, by_names: bool = False) -> Spectrum:
    """Arms of one spectrum joined by inverse variance, with the facts of the first.

    Raises
    ------
    ReadError
        The arms have different units; or they are arms by their names only, and overlap by half.
    """
    if len(arms) == 1:
        return arms[0]
    ranges = sorted((arm.wave_obs_aa[0], arm.wave_obs_aa[-1]) for arm in arms)
    if by_names and any(shared_part(a, b) >= _HALF for a, b in pairwise(ranges)):
        raise ReadError(
            "unreadable",
            f"its columns hold {len(arms)} spectra of the same wavelengths, no arms of one: "
            "--column wave=… flux=… error=… says which to take",
        )
    if len(units := {arm.flux_unit: None for arm in arms}) > 1:
        text = " and ".join(units)
        raise ReadError("unreadable", f"its arms are in {text}: give all of them the same unit")
    wave, flux, ivar = coadd_arms([(arm.wave_obs_aa, arm.flux, arm.ivar) for arm in arms])
    model = None
    if all(arm.model is not None for arm in arms):
        alike = [(a.wave_obs_aa, np.asarray(a.model), np.ones(a.flux.shape)) for a in arms]
        model = coadd_arms(alike)[1]
    return replace(arms[0], wave_obs_aa=wave, flux=flux, ivar=ivar, model=model)


def _id(facts: Mapping[str, object], otherwise: str) -> str:
    by_name = {plain_name(name): value for name, value in facts.items()}
    if not isinstance(by_name.get(_INDEX), str):
        by_name.pop(_INDEX, None)
    named = (_named(by_name.get(name)) for name in _IDS)
    return next(filter(None, named), otherwise)


def _named(value: object) -> str:
    """An id as text, from text or an integer (also as float); "" for anything else."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _plain(value: Any) -> object:
    """A value as a Python object; text is stripped."""
    if isinstance(value, np.ndarray):
        value = value.reshape(())[()] if value.size == 1 else value.tolist()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value  # a datetime is a date
