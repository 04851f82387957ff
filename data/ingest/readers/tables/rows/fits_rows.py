"""FITS tables with one spectrum per row: array columns, and facts in scalar columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from ......core.spectra.spectrum import Spectrum
from ...errors import ReadError
from ...fits_files.fits import Hdu
from ...vocabulary.column_roles.hints import Hints, hinted_roles
from ...vocabulary.file_names import name_of
from ...vocabulary.other_facts import MOST_IN_A_LIST
from ..columns.columns import FitsColumns
from ..columns.table_conventions import step_column
from ..table import AXES
from .arms import MOST_ORDERS, are_orders, arms_by_names, as_one
from .row import Row
from .rows_of_arrays import spectra_of_rows

__all__ = ["arms_in", "facts_of_rows", "holds_rows", "load_arms", "load_rows"]


def holds_rows(table: Hdu, hints: Hints) -> bool:
    """Whether the flux column of a FITS table has arrays, in several rows."""
    assert table.data is not None  # it is a table
    flux = hinted_roles(table.columns, hints)["flux"]
    return len(table.data) > 1 and len(table.data.dtype[flux].shape) == 1


def load_rows(hdus: Sequence[Hdu], table: Hdu, path: Path, hints: Hints) -> Iterator[Spectrum]:
    """Spectrum of each row, or one if the rows are its orders; headers hold for all rows.

    Raises
    ------
    ReadError
        A row is not a spectrum.
    """
    roles = hinted_roles(table.columns, hints)
    assert table.data is not None
    shapes = {name: table.data.dtype[name].shape for name in table.columns}
    pixels = [name for role, name in roles.items() if shapes[name] and role != "redshift"]
    arrays = _arrays(table, pixels)
    axis = next(roles[one] for one in AXES if one in roles)
    if axis not in arrays:
        arrays[axis] = _stepped(table, axis, arrays[roles["flux"]].shape[1])
    units = {name: _unit(table, name) for name in arrays}
    common = {str(key): value for hdu in reversed([table, *hdus]) for key, value in _cards(hdu)}
    rows = _rows(table, arrays, common | _column_metadata(table, [*arrays]))
    if len(table.data) <= MOST_ORDERS:
        listed = [*rows]
        if are_orders(listed):
            by_file = name_of(path)
            one = [as_one(listed)]
            yield from spectra_of_rows(one, units, path, hints, otherwise=lambda _: by_file)
            return
        rows = iter(listed)
    yield from spectra_of_rows(rows, units, path, hints)


def arms_in(hdus: Sequence[Hdu], hints: Hints) -> tuple[Hdu, list[dict[str, str]]] | None:
    """The first table whose columns are named by arms, as ``FLUX_B`` and ``FLUX_R``, and these."""
    tables = ((hdu, arms_by_names(hdu.columns, hints)) for hdu in hdus if hdu.columns)
    return next(
        ((hdu, arms) for hdu, arms in tables if arms and hdu.data is not None and len(hdu.data)),
        None,
    )


def load_arms(
    hdus: Sequence[Hdu], table: Hdu, arms: Sequence[Mapping[str, str]], path: Path, hints: Hints
) -> Iterator[Spectrum]:
    """Spectrum of each row, or of the whole table, its arms joined by inverse variance.

    Raises
    ------
    ReadError
        A row is not a spectrum.
    """
    pixels = [name for arm in arms for name in arm.values()]
    arrays = _arrays(table, pixels)
    units = tuple({short: _unit(table, name) for short, name in arm.items()} for arm in arms)
    common = {str(key): value for hdu in reversed([table, *hdus]) for key, value in _cards(hdu)}
    facts = {name: values for name, values in facts_of_rows(table).items() if name not in pixels}
    if all(values.ndim == 1 for values in arrays.values()):  # a pixel a row
        arrays, facts = {name: values[None] for name, values in arrays.items()}, {}
    rows = (
        Row(
            tuple({short: arrays[name][row] for short, name in arm.items()} for arm in arms),
            {name: values[row] for name, values in facts.items()},
            common,
            units,
        )
        for row in range(len(arrays[pixels[0]]))
    )
    alone = (lambda _: name_of(path)) if len(arrays[pixels[0]]) == 1 else None
    yield from spectra_of_rows(rows, {}, path, hints, otherwise=alone, by_names=True)


def _arrays(table: Hdu, pixels: Sequence[str]) -> dict[str, np.ndarray]:
    masks = {name for name in pixels if table.logical(table.columns.index(name) + 1)}
    return {n: table.flags(n) if n in masks else table.numbers(n) for n in pixels}


def _stepped(table: Hdu, axis: str, n_pixels: int) -> np.ndarray:
    """Axis (rows, D) from a column with the first value, and another with the step."""
    if not (step := step_column(table.columns)):
        raise ReadError(
            "unreadable", f"column {axis!r} has one number a row, and no column gives its step"
        )
    return table.numbers(axis)[:, None] + table.numbers(step)[:, None] * np.arange(n_pixels)


def _rows(table: Hdu, arrays: Mapping[str, np.ndarray], common: dict[str, object]) -> Iterator[Row]:
    facts = facts_of_rows(table)
    for row in range(len(next(iter(arrays.values())))):
        row_facts = {name: values[row] for name, values in facts.items()}
        yield Row(({name: values[row] for name, values in arrays.items()},), row_facts, common)


def facts_of_rows(table: Hdu) -> dict[str, Sequence[object] | np.ndarray]:
    """Column name → one value per row, for columns of numbers, text and short lists."""
    assert table.data is not None
    names = [name for name in table.columns if _is_fact(table.data.dtype[name].shape)]
    facts = {name: _facts(table, name) for name in names}
    return {name: values for name, values in facts.items() if values is not None}


def _is_fact(shape: tuple[int, ...]) -> bool:
    return not shape or (len(shape) == 1 and shape[0] <= MOST_IN_A_LIST)


def _facts(table: Hdu, name: str) -> Sequence[object] | np.ndarray | None:
    """Values of the rows; None for a column of neither numbers nor text."""
    assert table.data is not None
    kind = table.data.dtype[name].kind
    try:
        if table.logical(table.columns.index(name) + 1):
            return table.flags(name).astype(bool)
        return table.texts(name) if kind == "S" else table.numbers(name)
    except ReadError:
        return None


def _column_metadata(table: Hdu, names: Sequence[str]) -> dict[str, object]:
    """Header cards about the given columns, renumbered to their position here."""
    columns, kinds = FitsColumns(table, (table,)), ("TUCD", "TUTYP", "TCOMM", "TDESC", "TCTYP")
    metadata: dict[str, object] = {str(k): None for k in set(table.header) if k.startswith(kinds)}
    for number, name in enumerate(names, 1):
        own = table.columns.index(name) + 1
        metadata |= {f"{kind}{number}": columns.value(f"{kind}{own}") for kind in kinds}
    return metadata


def _unit(table: Hdu, name: str) -> str:
    unit = table.value(f"TUNIT{table.columns.index(name) + 1}")
    return unit.strip() if isinstance(unit, str) else ""


def _cards(hdu: Hdu) -> Iterator[tuple[str, object]]:
    for key in set(hdu.header):
        if key:
            yield key, hdu.value(key)
