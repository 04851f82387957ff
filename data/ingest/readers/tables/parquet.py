"""Parquet: a spectrum with a pixel a row, or many, each a row of lists or structs; as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from astropy.table import Table

from .....core.spectra.spectrum import Spectrum
from ..errors import ReadError
from ..vocabulary.hints import Hints, hinted_roles
from ..vocabulary.other_facts import MOST_IN_A_LIST
from ..vocabulary.plain_words import in_own_words
from .columns import UNIT_OF, AstropyColumns
from .long_tables import spectra_of_columns
from .rows_of_arrays import Row, holds_spectra, spectra_of_rows
from .written_metadata import of_parquet

__all__ = ["load_parquet"]

_ROWS_AT_ONCE = 64  # a spectrum has some 100 kB as arrow holds it


def load_parquet(stream: IO[bytes], path: Path, hints: Hints) -> Iterator[Spectrum]:
    """The spectra, one after the other, no more than some rows in memory.

    Units are those of pandas' and astropy's metadata where a field has any (``unit``).

    Raises
    ------
    ReadError
        The file is damaged, or holds no spectrum.
    """
    try:
        file = pq.ParquetFile(stream, pre_buffer=False)
        schema: Any = file.schema_arrow
        units, said = of_parquet(schema.metadata)
        units |= _units(schema)
        arms = _arms(schema, hints)
        if arms:
            common = {name.upper(): value for name, value in said.items()}
            rows = _rows(file, schema, arms, common)
            yield from spectra_of_rows(rows, units, path, hints)
            return
        if any(_is_list(field.type) or pa.types.is_struct(field.type) for field in schema):
            raise ReadError("unknown format", _no_spectrum(schema))
        table: Any = Table.from_pandas(file.read().to_pandas())
    except (pa.ArrowException, OSError, ValueError) as error:
        why = in_own_words(str(error), "it is damaged, cut off or of another kind; fetch it again")
        raise ReadError("unreadable", f"no Parquet that can be read: {why}") from error
    table.meta.update({UNIT_OF + name: unit for name, unit in units.items()} | said)
    if not holds_spectra(table.colnames, hints):
        raise ReadError("unknown format", _no_spectrum(schema))
    yield from spectra_of_columns(AstropyColumns(table), path, hints)


def _no_spectrum(schema: Any) -> str:
    shown = ", ".join(schema.names[:8])
    return (
        f"columns {shown}: none is a wavelength and another a flux; name them wave, flux and ivar "
        "(or error), or say --column wave=… flux=…"
    )


def _is_list(kind: Any) -> bool:
    return (
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def _arms(schema: Any, hints: Hints) -> list[tuple[str, list[str]]]:
    """Structs that hold a spectrum with their fields, or "" with the lists that are one."""
    found: list[tuple[str, list[str]]] = []
    for field in schema:
        kind = field.type
        if _is_list(kind) and pa.types.is_struct(kind.value_type):  # a list of pixels
            kind = kind.value_type
        if pa.types.is_struct(kind):
            names = [kind.field(number).name for number in range(kind.num_fields)]
            if holds_spectra(names, hints.about(names)):
                found.append((field.name, names))
    lists = [field.name for field in schema if _is_list(field.type)]
    if not found and holds_spectra(lists, hints.about(lists)):
        roles = hinted_roles(lists, hints.about(lists))
        found.append(("", list(dict.fromkeys(roles.values()))))
    return found


def _rows(
    file: Any, schema: Any, arms: list[tuple[str, list[str]]], common: Mapping[str, object]
) -> Iterator[Row]:
    arrays = [name or fields for name, fields in arms]
    wanted = [one for item in arrays for one in ([item] if isinstance(item, str) else item)]
    others = [field for field in schema if field.name not in wanted]
    facts = [field.name for field in others if _is_fact(field.type)]
    facts += _short(file, [field.name for field in others if pa.types.is_nested(field.type)])
    for batch in file.iter_batches(_ROWS_AT_ONCE, columns=[*facts, *wanted], use_threads=False):
        said = {name: batch.column(name).to_pylist() for name in facts}
        held = [_by_row(batch, name, fields) for name, fields in arms]
        for number in range(batch.num_rows):
            arms_of_row = tuple(arm[number] for arm in held)
            yield Row(arms_of_row, {name: of[number] for name, of in said.items()}, common)


def _short(file: Any, nested: list[str]) -> list[str]:
    """Lists and records beside the pixels that are facts of an object, by the first row."""
    first = [*islice(file.iter_batches(1, columns=nested, use_threads=False), 1)] if nested else []
    found: list[str] = []
    for name, column in ((name, batch.column(name)) for batch in first for name in nested):
        (entry,) = column.to_pylist()
        parts = entry.values() if isinstance(entry, dict) else entry or ()
        flat = not any(isinstance(part, list | dict) for part in parts)
        if flat and 0 < len(parts) <= MOST_IN_A_LIST:
            found.append(name)
    return found


def _by_row(batch: Any, name: str, fields: list[str]) -> list[dict[str, Any]]:
    """Of each row, the arrays of an arm by their names."""
    if not name:
        lists = {field: _lists(batch.column(field)) for field in fields}
    else:
        held = batch.column(name)
        if not pa.types.is_struct(held.type):
            return [_of_pixels(held[row].values, fields) for row in range(len(held))]
        # Flattened, a field has no value where the whole has none.
        parts = dict(zip(fields, held.flatten(), strict=True))
        lists = {field: _lists(part) for field, part in parts.items() if _is_list(part.type)}
    return [{field: of[row] for field, of in lists.items()} for row in range(batch.num_rows)]


def _of_pixels(pixels: Any, fields: list[str]) -> dict[str, Any]:
    """Of a row that is a list of pixels, each with all fields."""
    if pixels is None:
        return {field: np.empty(0) for field in fields}
    return {field: _array(pixels.field(number)) for number, field in enumerate(fields)}


def _lists(column: Any) -> Sequence[np.ndarray]:
    """Of each row its array; at once where no value is missing."""
    flat = column.flatten()
    if column.null_count or flat.null_count or not _is_number(flat.type):
        return [_array(column[row].values) for row in range(len(column))]
    sizes = column.value_lengths().to_numpy(zero_copy_only=False)
    ends = np.cumsum(sizes).tolist()
    values = flat.to_numpy(zero_copy_only=False)
    return [values[end - size : end] for end, size in zip(ends, sizes.tolist(), strict=True)]


def _is_fact(kind: Any) -> bool:
    """Whether a column holds a value a row; a dictionary, as of categories, holds its values."""
    plain: Any = kind.value_type if pa.types.is_dictionary(kind) else kind
    return not (pa.types.is_nested(plain) or pa.types.is_null(plain))


def _is_number(kind: Any) -> bool:
    return pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)


def _array(values: Any) -> np.ndarray:
    """Of one row; NaN, or a masked value, where there is none."""
    if values is None:
        return np.empty(0)
    found = values.to_numpy(zero_copy_only=False)
    if values.null_count and found.dtype.kind == "O":
        empty = np.array([one is None for one in found])
        return np.ma.array(np.where(empty, 0, found).astype(np.float64), mask=empty)
    return found


def _units(schema: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in schema:
        unit = (field.metadata or {}).get(b"unit", b"").decode("utf-8", "replace")
        if unit:
            found[field.name] = unit
    return found
