"""Tables with one pixel per row of several objects, distinguished by a column of names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ......core.spectra.spectrum import Spectrum
from ...errors import ReadError, Unread
from ...fits_files.fits import Hdu
from ...vocabulary.column_roles.column_names import MORE_MASKS, columns_by_role, marked_by
from ...vocabulary.column_roles.hints import MASKS, Hints, hinted_roles
from ...vocabulary.other_facts import UNHEEDED, facts_of, in_capitals
from ..columns.columns import Columns, FitsColumns
from ..table import spectrum_of_columns
from .row_facts import KNOWN, id_columns

__all__ = ["load_table", "spectra_of_columns"]

_FEWEST = 10  # pixels per object; a column with fewer per value numbers the pixels


class PartOfColumns:
    """Some rows of columns, as `Columns`; columns constant over them serve as header values.

    Parameters
    ----------
    whole
        The columns.
    rows
        Indices of the rows.
    converted
        Cache of whole columns already converted, shared between the parts.
    """

    def __init__(
        self, whole: Columns, rows: np.ndarray, converted: dict[tuple[str, str], Any]
    ) -> None:
        self._whole, self._rows, self._converted = whole, rows, converted
        self._last = int(rows.max(initial=-1))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self._whole.names

    def _read(self, how: str, name: str) -> np.ndarray:
        if (how, name) not in self._converted:
            values = getattr(self._whole, how)(name)
            self._converted[how, name] = np.array(values) if how == "words" else values
        values = self._converted[how, name]
        # A table with one row of arrays may have columns of one value beside them.
        return values[self._rows] if len(values) > self._last else values

    def numbers(self, name: str) -> np.ndarray:
        """Values of these rows."""
        return self._read("numbers", name)

    def flags(self, name: str) -> np.ndarray:
        """Values of these rows."""
        return self._read("flags", name)

    def words(self, name: str) -> list[str]:
        """Values of these rows."""
        found = self._read("words", name) if self._whole.words(name) else np.empty(0, str)
        return [str(word) for word in found]

    def logical(self, name: str) -> bool:
        """As in the whole table."""
        return self._whole.logical(name)

    def unit(self, name: str) -> str:
        """As in the whole table."""
        return self._whole.unit(name)

    def value(self, keyword: str) -> object:
        """Header value, or the value of a column that is constant over these rows."""
        entry = self._whole.value(keyword)
        return self.alike.get(keyword) if entry is None else entry

    @property
    def keywords(self) -> Iterable[str]:
        """As in the whole table."""
        return self._whole.keywords

    @cached_property
    def alike(self) -> dict[str, object]:
        """Upper-case name → value of each constant column; columns of pixels are omitted."""
        roles = columns_by_role(self.names)
        pixels = {name for role, name in roles.items() if role not in MORE_MASKS}
        facts = in_capitals((name, self._one(name)) for name in self.names if name not in pixels)
        return {name: value for name, value in facts.items() if value is not None}

    def _one(self, name: str) -> object:
        words = self.words(name)
        if words:
            return words[0] if len({*words}) == 1 and words[0] else None
        try:
            values = self.flags(name) if self.logical(name) else self.numbers(name)
        except ReadError:
            return None
        if values.ndim != 1 or not np.isfinite(values).all() or len(np.unique(values)) != 1:
            return None
        return bool(values[0]) if self.logical(name) else float(values[0])


def load_table(hdus: Sequence[Hdu], table: Hdu, path: Path, hints: Hints) -> Iterator[Spectrum]:
    """Read the spectra of a table, with the headers of all HDUs.

    Raises
    ------
    ReadError
        As :func:`~.table.spectrum_of_columns`.
    """
    others = [hdu for hdu in hdus if hdu is not table]
    beside: dict[str, str | float] = {}
    masks = [hdu.name for hdu in others if hdu.name and marked_by(hdu.name) is not None]
    if masks and not {*MASKS} & hinted_roles(table.columns, hints).keys():
        beside = {UNHEEDED: ", ".join(masks)}
    for found in spectra_of_columns(FitsColumns(table, (table, *others)), path, hints):
        yield found.with_facts(facts={**found.facts, **beside})


def spectra_of_columns(columns: Columns, path: Path, hints: Hints) -> Iterator[Spectrum]:
    """Read the spectrum, or one per name if a column names the object of every pixel.

    Raises
    ------
    ReadError
        As :func:`~.table.spectrum_of_columns`.
    """
    converted: dict[tuple[str, str], Any] = {}
    for column in id_columns(columns.names):
        names = np.array(columns.words(column))
        if names.ndim != 1:
            continue
        objects, first, which = np.unique(names, return_index=True, return_inverse=True)
        if len(objects) > 1 and len(objects) * _FEWEST <= len(names):
            unread = Unread()
            rows = np.split(np.argsort(which, kind="stable"), np.cumsum(np.bincount(which))[:-1])
            for number in np.argsort(first):
                part, id = PartOfColumns(columns, rows[number], converted), str(objects[number])
                found = unread.attempt(
                    id, lambda part=part: spectrum_of_columns(part, path, hints), f"{id}: "
                )
                if found is not None:
                    about = facts_of(part.alike.items(), {*KNOWN, column.upper()})
                    yield found.with_facts(id=id, facts={**found.facts, **about})
            unread.tell()
            return
    every = PartOfColumns(columns, np.arange(_n_rows(columns)), converted)
    alone = _n_rows(columns) < _FEWEST  # arrays, or too few pixels to call a column constant
    yield spectrum_of_columns(columns if alone else every, path, hints)


def _n_rows(columns: Columns) -> int:
    """Length of a numeric column; 0 if there is none."""
    for name in columns.names:
        try:
            return len(columns.numbers(name))
        except ReadError:
            continue
    return 0
