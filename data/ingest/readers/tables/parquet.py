"""Parquet: one spectrum with a pixel per row, or many in rows of lists or structs, streamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from astropy.table import Table

from .....core.spectra.spectrum import Spectrum
from ..errors import ReadError
from ..vocabulary.column_roles.column_names import OF_NO_OBJECT
from ..vocabulary.column_roles.hints import Hints, hinted_roles
from ..vocabulary.other_facts import MOST_IN_A_LIST
from ..vocabulary.plain_words import in_own_words
from .columns.columns import UNIT_OF, AstropyColumns
from .columns.written_metadata import described, of_parquet
from .metadata_axis import MetadataAxis, axis_of_metadata, with_metadata_axis
from .rows.arms import arms_by_names
from .rows.long_tables import spectra_of_columns
from .rows.row import Row, holds_spectra
from .rows.rows_of_arrays import spectra_of_rows

__all__ = ["load_parquet"]

_ROWS_AT_ONCE = 64  # a spectrum takes some 100 kB in arrow
_DEEPEST = 5  # structs within structs


def load_parquet(stream: IO[bytes], path: Path, hints: Hints) -> Iterator[Spectrum]:
    """Read the spectra one after the other, with few rows in memory.

    Units are from the metadata of pandas and astropy, or of a field (``unit``).

    Raises
    ------
    ReadError
        The file is damaged, or holds no spectrum.
    """
    try:
        file = pq.ParquetFile(stream, pre_buffer=False)
        schema: Any = file.schema_arrow
        units, metadata = of_parquet(schema.metadata)
        more, about = _field_metadata(schema)
        units |= more
        paths = _paths(schema, hints)
        axis = None
        if not (arms := _arms(_fields(schema, paths), hints)) and (
            axis := axis_of_metadata(metadata)
        ):
            arms = _arms(_fields(schema, paths), hints, (axis.name,))
            units.setdefault(axis.name, axis.unit)
        if arms:
            common = about | {name.upper(): value for name, value in metadata.items()}
            arms = [arm._replace(units={**units, **arm.units}) for arm in arms]
            rows = _rows(file, paths, arms, common)
            rows = rows if axis is None else (_with_axis(row, axis) for row in rows)
            yield from spectra_of_rows(rows, units, path, hints, by_names=len(arms) > 1)
            return
        if any(_is_list(field.type) or pa.types.is_struct(field.type) for field in schema):
            raise ReadError("unknown format", _no_spectrum(schema))
        frame = _without_decimals(file.read()).to_pandas()
        if not any(frame.index.names) and frame.index.dtype.kind in "OUT":
            frame.index.name = "id"
        if any(frame.index.names):  # columns that pandas stored as index
            frame = frame.reset_index()
        table: Any = Table.from_pandas(frame)
    except pa.ArrowMemoryError:
        raise  # out of memory: a limit, not damage
    except (pa.ArrowException, OSError, ValueError) as error:
        why = in_own_words(str(error), "it is damaged, cut off or of another kind; fetch it again")
        raise ReadError("unreadable", f"no Parquet that can be read: {why}") from error
    table.meta.update({UNIT_OF + name: unit for name, unit in units.items()} | metadata)
    table = with_metadata_axis(table, hints)
    if not holds_spectra(table.colnames, hints):
        raise ReadError("unknown format", _no_spectrum(schema))
    yield from spectra_of_columns(AstropyColumns(table), path, hints)


def _with_axis(row: Row, axis: MetadataAxis) -> Row:
    """Add the wavelengths from the metadata to each arm."""
    sizes = (max((len(values) for values in arm.values()), default=0) for arm in row.arms)
    arms = zip(sizes, row.arms, strict=True)
    return replace(row, arms=tuple({axis.name: axis.values(n), **arm} for n, arm in arms))


def _without_decimals(table: Any) -> Any:
    """Convert decimal columns to floating point."""
    decimal = (field for field in table.schema if pa.types.is_decimal(field.type))
    for field in decimal:
        number = table.schema.get_field_index(field.name)
        table = table.set_column(number, field.name, table.column(number).cast(pa.float64()))
    return table


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


class _Arm(NamedTuple):
    """A struct column that holds a spectrum; "" for separate list columns.

    Maps name → field, and name → unit.
    """

    struct: str
    fields: Mapping[str, str]
    units: Mapping[str, str]


def _arms(schema: Sequence[Any], hints: Hints, besides: Sequence[str] = ()) -> list[_Arm]:
    """Arms among the fields; a common axis is added if they have none."""
    found: list[_Arm] = []
    for field in schema:
        kind, listed = field.type, False
        if _is_list(kind) and pa.types.is_struct(kind.value_type):  # list of pixels
            kind, listed = kind.value_type, True
        if pa.types.is_struct(kind):
            fields = [kind.field(number) for number in range(kind.num_fields)]
            names = [one.name for one in fields]
            pixels = [one.name for one in fields if listed or _is_list(one.type)]
            if holds_spectra(all_names := [*pixels, *besides], hints.about(all_names)):
                own = _field_metadata([kind.field(n) for n in range(kind.num_fields)])[0]
                found.append(_Arm(field.name, {name: name for name in names}, own))
    if len(found) > 1:
        found = [arm for arm in found if not OF_NO_OBJECT.search(arm.struct.upper())] or found
    lists = [field.name for field in schema if _is_list(field.type)]
    all_names = [*lists, *besides]
    if not found and holds_spectra(all_names, hints.about(all_names)):
        roles = hinted_roles(lists, hints.about(lists))
        found.append(_Arm("", {name: name for name in roles.values()}, {}))
    units = _field_metadata([field for field in schema if field.name in lists])[0]
    return found or [
        _Arm("", arm, {name: units[long] for name, long in arm.items() if long in units})
        for arm in arms_by_names(lists, hints)
    ]


def _paths(schema: Any, hints: Hints) -> dict[str, tuple[str, ...]]:
    """Name → path of field names, through nested structs down to the spectra."""
    found: dict[str, tuple[str, ...]] = {}
    left = [((field.name,), field.type) for field in schema]
    while left:
        path, kind = left.pop(0)
        parts = [kind.field(n) for n in range(kind.num_fields)] if pa.types.is_struct(kind) else []
        names = [part.name for part in parts]
        within = (part.type.value_type if _is_list(part.type) else part.type for part in parts)
        deeper = any(map(pa.types.is_struct, within))
        if deeper and len(path) < _DEEPEST and not holds_spectra(names, hints.about(names)):
            left += [((*path, part.name), part.type) for part in parts]
            continue
        last = path[-1] if _is_fact(kind) and path[-1] not in found else ".".join(path)
        found[last] = path
    return found


def _fields(schema: Any, paths: Mapping[str, tuple[str, ...]]) -> list[Any]:
    """The fields at the given paths, named by the keys."""
    found: list[Any] = []
    for name, path in paths.items():
        field = schema.field(path[0])
        for part in path[1:]:
            field = field.type.field(field.type.get_field_index(part))
        found.append(field.with_name(name))
    return found


def _at(batch: Any, paths: Mapping[str, tuple[str, ...]]) -> Any:
    """The batch with the parts of nested structs as columns."""
    if all(len(path) == 1 for path in paths.values()):
        return batch
    columns: dict[str, Any] = {}
    for name, path in paths.items():
        if path[0] not in batch.schema.names:
            continue
        column = batch.column(path[0])
        for part in path[1:]:
            column = column.flatten()[column.type.get_field_index(part)]
        columns[name] = column
    return pa.RecordBatch.from_pydict(columns)


def _rows(
    file: Any,
    paths: Mapping[str, tuple[str, ...]],
    arms: Sequence[_Arm],
    common: Mapping[str, object],
) -> Iterator[Row]:
    arrays = [[arm.struct] if arm.struct else [*arm.fields.values()] for arm in arms]
    wanted = [*dict.fromkeys(name for names in arrays for name in names)]
    others = [field for field in _fields(file.schema_arrow, paths) if field.name not in wanted]
    facts = [field.name for field in others if _is_fact(field.type)]
    nested = [field.name for field in others if pa.types.is_nested(field.type)]
    facts += _short(file, [name for name in nested if len(paths[name]) == 1])
    read = [*dict.fromkeys(paths[name][0] for name in (*facts, *wanted))]
    for whole in file.iter_batches(_ROWS_AT_ONCE, columns=read, use_threads=False):
        batch = _at(whole, paths)
        metadata = {name: batch.column(name).to_pylist() for name in facts}
        for arm in arms:
            metadata = (
                _facts_within(batch.column(arm.struct)) | metadata if arm.struct else metadata
            )
        held = [_by_row(batch, arm) for arm in arms]
        for number in range(batch.num_rows):
            each = [
                (one, arm.units)
                for arm, of_rows in zip(arms, held, strict=True)
                for one in _arms_within(of_rows[number])
            ]
            arms_of_row, units = zip(*each, strict=True)
            of_row = {name: of[number] for name, of in metadata.items()}
            yield Row(arms_of_row, of_row, common, units)


def _facts_within(column: Any) -> dict[str, list[Any]]:
    """Scalar fields of structs that hold spectra."""
    if not pa.types.is_struct(column.type):
        return {}
    fields = [column.type.field(number) for number in range(column.type.num_fields)]
    parts = zip(fields, column.flatten(), strict=True) if any(map(_single, fields)) else ()
    return {field.name: part.to_pylist() for field, part in parts if _single(field)}


def _single(field: Any) -> bool:
    return _is_fact(field.type)


def _short(file: Any, nested: list[str]) -> list[str]:
    """Names of nested columns that are facts of an object rather than pixels, by the first row."""
    first = [*islice(file.iter_batches(1, columns=nested, use_threads=False), 1)] if nested else []
    found: list[str] = []
    for name, column in ((name, batch.column(name)) for batch in first for name in nested):
        (entry,) = column.to_pylist()
        parts = entry.values() if isinstance(entry, dict) else entry or ()
        flat = not any(isinstance(part, list | dict) for part in parts)
        if flat and 0 < len(parts) <= MOST_IN_A_LIST:
            found.append(name)
    return found


def _by_row(batch: Any, arm: _Arm) -> list[dict[str, Any]]:
    """Arrays of an arm by name, for each row."""
    if not arm.struct:
        lists = {name: _lists(batch.column(field)) for name, field in arm.fields.items()}
    else:
        held, fields = batch.column(arm.struct), [*arm.fields]
        if not pa.types.is_struct(held.type):
            return [_of_pixels(held[row].values, fields) for row in range(len(held))]
        # In a flattened struct, a field is null where the struct is null.
        parts = dict(zip(fields, held.flatten(), strict=True))
        lists = {field: _lists(part) for field, part in parts.items() if _is_list(part.type)}
    return [{field: of[row] for field, of in lists.items()} for row in range(batch.num_rows)]


def _arms_within(arrays: dict[str, Any]) -> list[dict[str, Any]]:
    """Arms of a row whose arrays are lists with one entry per arm; otherwise the row itself."""
    nested = {n: len(one) for n, one in arrays.items() if len(one) and type(one[0]) is np.ndarray}
    if len({*nested.values()}) != 1:
        return [arrays]
    return [
        {name: one[number] if name in nested else one for name, one in arrays.items()}
        for number in range(next(iter(nested.values())))
    ]


def _of_pixels(pixels: Any, fields: list[str]) -> dict[str, Any]:
    """Arrays of a row that is a list of pixels with fields."""
    if pixels is None:
        return {field: np.empty(0) for field in fields}
    return {field: _array(pixels.field(number)) for number, field in enumerate(fields)}


def _lists(column: Any) -> Sequence[np.ndarray]:
    """Array of each row; without copies if no value is missing."""
    flat = column.flatten()
    if column.null_count or flat.null_count or not _is_number(flat.type):
        return [_array(column[row].values) for row in range(len(column))]
    sizes = column.value_lengths().to_numpy(zero_copy_only=False)
    ends = np.cumsum(sizes).tolist()
    values = flat.to_numpy(zero_copy_only=False)
    return [values[end - size : end] for end, size in zip(ends, sizes.tolist(), strict=True)]


def _is_fact(kind: Any) -> bool:
    """Whether a column has one value per row; a dictionary type counts by its values."""
    plain: Any = kind.value_type if pa.types.is_dictionary(kind) else kind
    return not (pa.types.is_nested(plain) or pa.types.is_null(plain))


def _is_number(kind: Any) -> bool:
    return pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)


def _array(values: Any) -> np.ndarray:
    """Array of one row; missing values are NaN or masked."""
    if values is None:
        return np.empty(0)
    if pa.types.is_decimal(values.type):
        values = values.cast(pa.float64())
    found = values.to_numpy(zero_copy_only=False)
    if values.null_count and found.dtype.kind == "O":
        empty = np.array([one is None for one in found])
        return np.ma.array(np.where(empty, 0, found).astype(np.float64), mask=empty)
    return found


def _field_metadata(schema: Iterable[Any]) -> tuple[dict[str, str], dict[str, object]]:
    """Units by field name, also within structs; and other metadata of each field."""
    units: dict[str, str] = {}
    about: dict[str, object] = {}
    left = [*schema]
    while left:
        field = left.pop(0)
        metadata = {
            k.decode("utf-8", "replace").lower(): v for k, v in (field.metadata or {}).items()
        }
        texts = {key: value.decode("utf-8", "replace") for key, value in metadata.items()}
        if unit := texts.get("unit") or texts.get("units"):
            units.setdefault(field.name, unit)
        if words := described(texts):
            about.setdefault(f"{field.name.upper()}_DESCRIPTION", words)
        kind = field.type.value_type if _is_list(field.type) else field.type
        if pa.types.is_struct(kind):
            left += [kind.field(number) for number in range(kind.num_fields)]
    return units, about
