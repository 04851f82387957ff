"""JSON: one spectrum or many, as objects of lists, tables of pandas, or an object per line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .....core.spectra.spectrum import Spectrum
from ...delimited import decoded
from ..errors import ReadError
from ..vocabulary.column_roles.hints import Hints
from ..vocabulary.plain_words import in_own_words
from .hdf5_groups import Arrays
from .named_arrays import spectra_of_groups
from .parquet import load_parquet

__all__ = ["load_json"]

_Record = dict[str, Any]
_NO_TABLE = (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError)
_VALUES, _UNITS = ("value", "values", "data"), ("unit", "units")
_HEADERS = ("header", "meta", "metadata", "attrs", "properties")
_NAMES = ("columns", "metadata", "fields")  # of the columns of a list of lists


def load_json(stream: IO[bytes], path: Path, hints: Hints) -> Iterator[Spectrum]:
    """Read the spectra of a JSON file.

    An object with a list for each column is one spectrum, or many if its flux is a list of lists;
    a list of such objects (as SPARCL answers), or one per line, are many. Objects with a number
    for each column are pixels. The tables that pandas and table access services write are read
    too. A unit stands beside the values (``{"value": [...], "unit": "Jy"}``) or in an object
    ``units``; null is no data.

    Raises
    ------
    ReadError
        The file is damaged, or holds no spectrum.
    """
    try:
        content = _parsed(stream.read())
        records, units = _records(content)
        named = _by_name(content) or {"": records[0]} if len(records) == 1 else {}
        groups = [_group(name, _plain(one, units), units) for name, one in named.items()]
        if not all(group.arrays for group in groups):
            groups = []
        stored = io.BytesIO()
        if not groups:
            pq.write_table(_table(records, units), stored)
    except (ValueError, TypeError, OverflowError, RecursionError, *_NO_TABLE) as error:
        why = in_own_words(str(error), "it is damaged or cut off, or its columns are no lists")
        raise ReadError("unreadable", f"no JSON that can be read: {why}") from error
    if groups:
        yield from spectra_of_groups(groups, path, hints)
        return
    stored.seek(0)
    yield from load_parquet(stored, path, hints)


def _parsed(content: bytes) -> Any:
    text = decoded(content)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not error.msg.startswith("Extra data"):
            raise
        return [json.loads(line) for line in lines]


def _records(content: Any) -> tuple[list[_Record], dict[str, str]]:
    """Objects with the columns of a spectrum or pixel each, and units by column."""
    facts: _Record = {}
    units: dict[str, str] = {}
    while isinstance(content, dict):
        inside = [name for name, one in content.items() if _is_records(one)]
        if (table := _of_split(content, units)) is not None:
            content = table
        elif len(inside) == 1 and not any(map(_is_numbers, content.values())):
            facts |= {name: v for name, v in content.items() if not isinstance(v, (list, dict))}
            content = content[inside[0]]
        elif content and all(_is_of_index(one) for one in content.values()):
            content = {name: [*one.values()] for name, one in content.items()}
        elif _is_of_index(content):
            content = [*content.values()]
        else:
            content = [content]
    if not _is_records(content) or not any(content):
        raise ReadError("unknown format", "JSON without an object that names its columns")
    records = [facts | _plain(record, units) for record in content]
    alike = len(records) < 2 or records[0].keys() & records[1].keys()
    if not alike and not any(map(_is_numbers, records[0].values())):
        records = records[1:]  # what a service says of its answer
    return records, units


def _of_split(content: Mapping[str, Any], units: dict[str, str]) -> list[_Record] | None:
    """Rows as lists below the names of their columns: of pandas, and of services for tables."""
    rows, columns = content.get("data"), next((content[n] for n in _NAMES if n in content), None)
    if not (isinstance(rows, list) and rows and isinstance(rows[0], list)):
        return None
    if not isinstance(columns, list) or len(columns) != len(rows[0]):
        return None
    described = [one if isinstance(one, dict) else {"name": one} for one in columns]
    names = [str(one.get("name")) for one in described]
    units |= {
        n: str(one["unit"]) for n, one in zip(names, described, strict=True) if one.get("unit")
    }
    return [dict(zip(names, row, strict=True)) for row in rows]


def _by_name(content: Any) -> dict[str, _Record]:
    """Spectra or arms by their names; empty if it is no object of several objects alike."""
    each = [*content.values()] if isinstance(content, dict) else []
    if len(each) < 2 or not _is_records(each):
        return {}
    alike = all(one.keys() == each[0].keys() for one in each)
    return content if alike and any(map(_is_numbers, each[0].values())) else {}


def _plain(record: _Record, units: dict[str, str]) -> _Record:
    """Values without the objects around them; their units are added to ``units``."""
    out: _Record = {}
    for name, value in record.items():
        if name.lower() in _UNITS and isinstance(value, dict):
            units |= {column: str(unit) for column, unit in value.items()}
            continue
        if isinstance(value, dict):
            if inner := next((n for n in _VALUES if n in value), ""):
                if unit := next((value[n] for n in _UNITS if n in value), None):
                    units[name] = str(unit)
                value = value[inner]
            else:
                value = _plain(value, units)
                if name.lower() in _HEADERS:
                    out = {**value, **out}
                    continue
        out[name] = value
    return out


def _group(name: str, record: _Record, units: Mapping[str, str]) -> Arrays:
    """The lists of an object, or of the one object in it, and what else it has."""
    lists = {column: v for column, v in record.items() if isinstance(v, list)}
    objects = [one for one in record.values() if isinstance(one, dict)]
    if not lists and len(objects) == 1:
        lists = {column: v for column, v in objects[0].items() if isinstance(v, list)}
    facts = {column: v for column, v in record.items() if not isinstance(v, (list, dict))}
    arrays = {column: _array(column, values) for column, values in lists.items()}
    return Arrays(arrays, facts, units, name)


def _array(name: str, values: Sequence[Any]) -> np.ndarray:
    """Numbers with NaN for null, or text."""
    sizes = sorted({len(one) for one in values if isinstance(one, list)})
    if len(sizes) > 1:
        raise ReadError(
            "unreadable",
            f"the lists of {name!r} have {sizes[0]:,} to {sizes[-1]:,} values: write an object for "
            "each spectrum, with wavelengths of its own",
        )
    try:
        numbers = np.array(values)
        return numbers if numbers.dtype != object else np.array(values, dtype=np.float64)
    except ValueError:
        return np.array([str(value) for value in values])


def _table(records: Sequence[_Record], units: Mapping[str, str]) -> Any:
    columns = {
        name: pa.array([record.get(name) for record in records])
        for name in dict.fromkeys(name for record in records for name in record)
    }
    fields = [
        pa.field(name, column.type, metadata={"unit": units[name]} if name in units else None)
        for name, column in columns.items()
        if not pa.types.is_null(column.type)
    ]
    return pa.table({one.name: columns[one.name] for one in fields}, schema=pa.schema(fields))


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _is_numbers(value: Any) -> bool:
    """Whether a value is a list of numbers, of which some may be null."""
    return (
        isinstance(value, list) and bool(value) and isinstance(value[0], (int, float, type(None)))
    )


def _is_of_index(value: Any) -> bool:
    """Whether a value is a column of pandas: index → number or text."""
    return (
        isinstance(value, dict)
        and len(value) > 1
        and [*value] == [str(number) for number in range(len(value))]
        and not any(isinstance(one, list) for one in value.values())
    )
