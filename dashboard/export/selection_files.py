"""A selection as a file: CSV, ECSV, FITS table, or a list of ids."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from astropy.table import Column, Table

from ...core.words import spreadsheet_cell
from ...data.selections import Selection
from ..workspace import Workspace
from .save import SavedFile

__all__ = ["SELECTION_FILES", "keep_selection", "selection_table"]

_FORMATS = {"csv": "ascii.csv", "ecsv": "ascii.ecsv", "fits": "fits"}
SELECTION_FILES = ("csv", "ecsv", "fits", "ids")
_UNITS = {
    **dict.fromkeys(("ra", "dec"), "deg"),
    **dict.fromkeys(("ebv", "ebv_stars"), "mag"),
    "fwhm_broad_kms": "km / s",
    **dict.fromkeys(("planted_min_aa", "planted_max_aa"), "Angstrom"),
}


def selection_table(space: Workspace, selection: Selection) -> Table:
    """The catalogue's rows of a selection, with the results of each lens.

    Its metadata are the origin, the collection, and the owner of each lens's model. If the name of
    a lens's column is taken, the lens's name is appended.
    """
    metadata = {
        "NAME": selection.name,
        "ORIGIN": selection.origin,
        "COLLECT": str(space.collection.path),
    }
    whose = {lens.name.upper(): lens.whose for lens in space.lenses.values() if lens.whose}
    table = Table(meta=metadata | whose)
    columns = {str(name): column for name, column in space.catalog.iloc[selection.rows].items()}
    for lens in space.lenses.values():
        for name, column in lens.columns.reindex(selection.rows).items():
            columns[str(name) if name not in columns else f"{name}_{lens.name}"] = column
    for name, column in columns.items():
        table[name] = Column(_plain(column), unit=_UNITS.get(name))
    return table


def keep_selection(
    space: Workspace, selection: Selection, kind: str, cancelled: Callable[[], bool]
) -> Iterator[SavedFile]:
    """Write a selection as one of :data:`SELECTION_FILES`.

    Raises
    ------
    ValueError
        The kind is unknown.
    """
    if kind not in SELECTION_FILES:
        raise ValueError(f"a selection is saved as {list(SELECTION_FILES)}, got {kind!r}")
    name = f"{space.collection.path.name}-selection"
    if kind == "ids":
        ids = space.catalog["id"].iloc[selection.rows].astype(str)
        yield SavedFile(f"{name}.txt", "".join(f"{id}\n" for id in ids).encode())
        return
    table, made = selection_table(space, selection), io.BytesIO()
    if kind == "fits":
        _in_ascii(table).write(made, format="fits")
    else:
        text = io.StringIO()
        if kind == "csv":  # the others no spreadsheet opens
            _respell(table, spreadsheet_cell)
        table.write(text, format=_FORMATS[kind])
        made.write(text.getvalue().encode())
    yield SavedFile(f"{name}.{kind}", made.getvalue())


def _in_ascii(table: Table) -> Table:
    """Text for FITS, with characters outside ASCII escaped as in Python."""
    table.meta = {name: _spelled(text) for name, text in dict(table.meta or {}).items()}
    _respell(table, _spelled)
    return table


def _respell(table: Table, spelled: Callable[[str], str]) -> None:
    for name, column in list(table.columns.items()):
        if column.dtype.kind == "U":
            table[name] = [spelled(str(text)) for text in column]


def _spelled(text: str) -> str:
    plain = text.translate({0x201C: '"', 0x201D: '"', 0x2013: "-"})
    return plain.encode("ascii", "backslashreplace").decode()


def _plain(column: Any) -> np.ndarray:
    """Numbers as they are, truths as text where some are missing, the rest as text."""
    values = column.to_numpy()
    if values.dtype.kind in "biuf":
        return values
    return np.array(["" if pd.isna(value) else str(value) for value in values], dtype=str)
