"""Format of a collection: file names, columns, version, atomic small files."""

from __future__ import annotations

import inspect
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..files.durable import sync
from ..files.mapped_columns import MAPPED_FROM, mapped_columns

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
    # A fixed name, so that the next attempt overwrites what a killed one has left.
    beside = path.with_name(f".{path.name}.part")
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    beside.write_text(text, encoding="utf-8")
    _replace(beside, path)


def read_parquet(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """A table, read column by column, which needs half the memory of reading it at once.

    Of a million rows and more, see :func:`~spexplain.data.files.mapped_columns.mapped_columns`.

    Raises
    ------
    OSError, ValueError
        As raised by pandas: it is absent or damaged, or lacks a column.
    """
    known = "to_pandas_kwargs" in inspect.signature(pd.read_parquet).parameters  # since pandas 3
    how: Any = {"to_pandas_kwargs": _COLUMN_BY_COLUMN} if known else {}
    how["page_checksum_verification"] = True  # where pages have sums

    def read(names: list[str] | None) -> pd.DataFrame:
        table = pd.read_parquet(path, columns=names, **how)
        pa.default_memory_pool().release_unused()  # what decoding took, a quarter of it all
        return table

    described = pq.read_metadata(path)
    if described.num_rows < MAPPED_FROM:
        return read(columns)
    names = described.schema.to_arrow_schema().names if columns is None else columns
    return mapped_columns(read([name]).iloc[:, 0] for name in names)


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write the table completely or not at all."""
    beside = path.with_name(f".{path.name}.part")
    table.to_parquet(beside, index=False, write_page_checksum=True)
    _replace(beside, path)


def _replace(beside: Path, path: Path) -> None:
    """Move a file to its place once its bytes, and the directory entry, are on disk."""
    sync(beside)
    os.replace(beside, path)
    sync(path.parent)
