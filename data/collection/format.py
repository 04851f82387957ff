"""Format of a collection: file names, columns, version, atomic small files."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..files.arrays.mapped_columns import MAPPED_FROM, mapped_columns, texts_of_kinds
from ..files.atomic import written_whole
from ..files.json_file import check_regular

__all__ = [
    "AT_REST",
    "CATALOG_COLUMNS",
    "OBJECT",
    "OBSERVED",
    "REJECT_COLUMNS",
    "CollectionError",
    "check_folder",
    "conform",
    "write_json",
    "write_parquet",
]

# Versions of the format: spectra on one grid at rest, or each on its own pixels as observed.
AT_REST, OBSERVED = 1, 2

META_NAME = "collection.json"
SPECTRA_NAME = "spectra.zarr"
CATALOG_NAME = "catalog.parquet"
REJECTS_NAME = "rejects.parquet"

CATALOG_COLUMNS: dict[str, str] = {
    "id": "str",
    "ra": "float64",
    "dec": "float64",
    "z": "float64",
    "label": "str",
    "spectral_class": "str",
    "subclass": "str",
    "sn_median": "float64",
    "survey": "str",
    "file": "str",
}
# Column of format 2: id of the first spectrum within an arcsecond, or its own.
OBJECT = "object"
REJECT_COLUMNS: dict[str, str] = {"file": "str", "id": "str", "reason": "str", "detail": "str"}


# A row's text in a file takes less than so many bytes if the column numbers a few kinds.
_KIND_BYTES = 2
_MOST_ROWS_A_BYTE = 10  # ids and places alone take bytes a row; repeats of one row take none
_COLUMN_BY_COLUMN = {"split_blocks": True, "self_destruct": True}


class CollectionError(Exception):
    """A collection cannot be opened or written; the text says which and why."""


def check_folder(path: Path) -> None:
    """Raise CollectionError, with a remedy, if the path is no folder."""
    if path.is_file():
        raise CollectionError(
            f"{path} is a file, not a collection: spexplain ingest {path} --out NEW makes one of it"
        )
    if not path.is_dir():
        raise CollectionError(f"there is no collection at {path}: no such folder")


def conform(table: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """The table with these columns first, in this order and with these types; others follow.

    A missing text becomes "" and a missing number NaN, so that every part of a catalogue has the
    same schema; an extra column of mixed texts and numbers becomes texts.
    """
    empty = {"str": "", "float64": float("nan")}
    known = {
        name: table[name] if name in table else pd.Series(empty[kind], index=table.index)
        for name, kind in columns.items()
    }
    known = {
        name: (values.fillna("") if columns[name] == "str" else values).astype(columns[name])
        for name, values in known.items()
    }
    extra = {name: table[name] for name in table.columns if name not in columns}
    extra = {
        name: values if values.dtype.kind in "biuf" else values.fillna("").astype("str")
        for name, values in extra.items()
    }
    return pd.DataFrame(known | extra).reset_index(drop=True)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write the file completely or not at all."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    with _in_place_of(path) as beside:
        beside.write_text(text, encoding="utf-8")


def read_parquet(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """A table, read column by column, which needs half the memory of reading it at once.

    Of a million rows and more, see
    :func:`~spexplain.data.files.arrays.mapped_columns.mapped_columns`.

    Raises
    ------
    OSError, ValueError
        As raised by pandas: it is absent or damaged, or lacks a column. Or it has more than a
        million rows and ten of them in a byte, as no table of spectra has.
    """
    known = "to_pandas_kwargs" in inspect.signature(pd.read_parquet).parameters  # since pandas 3
    how: Any = {"to_pandas_kwargs": _COLUMN_BY_COLUMN} if known else {}
    how["page_checksum_verification"] = True  # where pages have sums

    def read(names: list[str] | None) -> pd.DataFrame:
        table = pd.read_parquet(path, columns=names, **how)
        pa.default_memory_pool().release_unused()  # what decoding took, a quarter of it all
        return table

    check_regular(path)
    described = pq.read_metadata(path)
    if described.num_rows < MAPPED_FROM:
        return read(columns)
    if described.num_rows > _MOST_ROWS_A_BYTE * (size := path.stat().st_size):
        raise ValueError(f"{described.num_rows:,} rows in {size:,} bytes: no table of spectra")
    few, types = _of_few_kinds(described), described.schema.to_arrow_schema().empty_table()
    pandas_types = types.to_pandas()

    def column(name: str) -> pd.Series:
        kind = pandas_types[name].dtype
        if name in few and kind == "str":
            return pd.Series(texts_of_kinds(_read_arrow(path, name, kinds=True)), name=name)
        if isinstance(kind, np.dtype) and kind.kind in "iuf":
            values = _read_arrow(path, name)
            if not values.null_count:
                return pd.Series(pd.arrays.ArrowExtensionArray(values), name=name)
        return read([name]).iloc[:, 0]

    found = mapped_columns(map(column, pandas_types.columns if columns is None else columns))
    found.attrs = read([]).attrs  # not all releases of pyarrow hand them on
    return found


def _read_arrow(path: Path, name: str, *, kinds: bool = False) -> Any:
    """A column in parts; texts of a few kinds as numbers and these, read in half the time."""
    how: Any = {"read_dictionary": [name]} if kinds else {}
    return pq.read_table(path, columns=[name], page_checksum_verification=True, **how)[name]


def _of_few_kinds(described: Any) -> set[str]:
    """Columns that take so little that each text cannot be there for every row."""
    parts = [described.row_group(at) for at in range(described.num_row_groups)]
    few = set()
    for at, name in enumerate(described.schema.names):
        n_bytes = sum(part.column(at).total_uncompressed_size for part in parts)
        if n_bytes < _KIND_BYTES * described.num_rows:
            few.add(name)
    return few


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write the table completely or not at all."""
    with _in_place_of(path) as beside:
        table.to_parquet(beside, index=False, write_page_checksum=True)


@contextmanager
def _in_place_of(path: Path) -> Iterator[Path]:
    """Move a file to its place once its bytes, and the directory entry, are on disk.

    An error of the system, such as a full disk, names the place.
    """
    # A fixed name, so that the next attempt overwrites what a killed one has left.
    try:
        with written_whole(path, beside=path.with_name(f".{path.name}.part")) as beside:
            yield beside
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
