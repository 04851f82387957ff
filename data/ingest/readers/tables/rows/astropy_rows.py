"""ECSV and VOTable tables with one spectrum per row, in array columns of any length."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ......core.spectra.spectrum import Spectrum
from ...vocabulary.column_roles.hints import Hints, hinted_roles
from ...vocabulary.file_names import name_of
from ..columns.columns import AstropyColumns
from .arms import MOST_ORDERS, are_orders, as_one
from .row import Row
from .rows_of_arrays import spectra_of_rows

__all__ = ["holds_rows", "load_rows"]


def holds_rows(table: Any, hints: Hints) -> bool:
    """Whether the flux column of an astropy table has arrays, in several rows."""
    flux = hinted_roles(table.colnames, hints).get("flux")
    return flux is not None and len(table) > 1 and _is_arrays(table[flux])


def load_rows(table: Any, path: Path, hints: Hints) -> Iterator[Spectrum]:
    """Spectrum of each row, or one if the rows are its orders; the table's meta holds for all.

    Raises
    ------
    ReadError
        As :func:`~.rows_of_arrays.spectra_of_rows`.
    """
    columns = AstropyColumns(table)
    roles = hinted_roles(table.colnames, hints)
    pixels = [name for name in roles.values() if _is_arrays(table[name])]
    facts = [name for name in table.colnames if name not in pixels]
    units = {name: columns.unit(name) for name in pixels}
    common = {str(key).upper(): columns.value(str(key).upper()) for key in table.meta or {}}
    rows = (
        Row(
            ({name: _array(table[name][row]) for name in pixels},),
            {name: _entry(table[name][row]) for name in facts},
            common,
        )
        for row in range(len(table))
    )
    listed = [*rows] if len(table) <= MOST_ORDERS else []
    if listed and are_orders(listed):
        one = [as_one(listed)]
        yield from spectra_of_rows(one, units, path, hints, otherwise=lambda _: name_of(path))
        return
    yield from spectra_of_rows(listed or rows, units, path, hints)


def _is_arrays(column: Any) -> bool:
    if column.dtype.kind == "O":
        return len(column) > 0 and isinstance(column[0], np.ndarray | list)
    return len(column.shape) == 2


def _array(entry: Any) -> np.ndarray:
    values = getattr(entry, "value", entry)
    return values if isinstance(values, np.ma.MaskedArray) else np.asarray(values)


def _entry(value: Any) -> object:
    return None if np.ma.is_masked(value) else getattr(value, "value", value)
