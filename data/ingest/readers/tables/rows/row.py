"""One spectrum as a row of arrays, and one arm of it as columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...errors import ReadError
from ...vocabulary.column_roles.hints import Hints, hinted_roles
from ..columns.rows_alike import Answers
from ..table import AXES

__all__ = ["Row", "RowColumns", "holds_spectra"]


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
