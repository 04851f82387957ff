"""Large arrays on disk, written in blocks of rows and read row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import zarr
from zarr.codecs import BloscCodec, Crc32cCodec

__all__ = ["ALL_PIECES", "SHARD_ROWS", "RowsWriter", "rows_layout", "some_rows"]

# A shard is one file and is written at once; a chunk is what reading a single row decodes.
# Measured for 5700 pixels: 16 rows 2.4 ms a read, 64 rows 3.5 ms; bulk reads hardly differ.
SHARD_ROWS = 1024
ALL_PIECES: Any = {"write_empty_chunks": True}
"""Zarr leaves out pieces of nothing but the fill value, which could not be told from lost ones."""
_CHUNK_ROWS = 16
_AT_ONCE_ROWS = 256


def rows_layout(
    n_columns: int, *, shard_rows: int = SHARD_ROWS, dtype: str = "float32"
) -> dict[str, Any]:
    """How zarr is to store an array (n_rows, n_columns): type, chunks, shards, codec."""
    return {
        "dtype": dtype,
        "chunks": (_CHUNK_ROWS, n_columns),
        "shards": (shard_rows, n_columns),
        "compressors": [BloscCodec(cname="lz4", clevel=1, shuffle="shuffle"), Crc32cCodec()],
    }


def some_rows(array: zarr.Array, rows: np.ndarray) -> np.ndarray:
    """Some rows (m, D) of an array (n, D), in memory little beyond their own.

    Zarr's own indexing by rows keeps a number for every pixel and decodes all chunks at once: for
    5000 spectra of 3829 pixels a gigabyte, and it takes five times as long.

    Parameters
    ----------
    array
        On disk.
    rows : (m,)
        Ascending.

    Raises
    ------
    ValueError
        They are not.
    """
    rows = np.asarray(rows)
    if (np.diff(rows) <= 0).any():
        raise ValueError("rows to be read are to ascend")
    values = np.empty((len(rows), *array.shape[1:]), array.dtype)
    ends = np.flatnonzero(np.diff(rows // _AT_ONCE_ROWS)) + 1
    for first, stop in zip([0, *ends], [*ends, len(rows)], strict=True):
        chunk_rows = rows[first:stop]
        if len(chunk_rows):
            block = np.asarray(array[int(chunk_rows[0]) : int(chunk_rows[-1]) + 1])
            values[first:stop] = block[chunk_rows - chunk_rows[0]]
    return values


class RowsWriter:
    """Fills an array (n_rows, n_columns) of floats from the top; use as a context manager.

    Blocks of any size are gathered into whole shards, since a shard that is written twice is
    decoded and encoded again.

    Raises
    ------
    ValueError
        On leaving, if not all rows were given.
    """

    def __init__(self, path: Path, n_rows: int, n_columns: int, *, dtype: str = "float32") -> None:
        self._array = zarr.create_array(
            path,
            shape=(n_rows, n_columns),
            fill_value=np.nan if np.dtype(dtype).kind == "f" else 0,
            config=ALL_PIECES,
            **rows_layout(n_columns, dtype=dtype),
        )
        self._dtype = np.dtype(dtype)
        self._pending: list[np.ndarray] = []
        self._written = 0

    def append(self, rows: np.ndarray) -> None:
        """Add rows (m, n_columns)."""
        self._pending.append(np.asarray(rows, self._dtype))
        if sum(map(len, self._pending)) >= SHARD_ROWS:
            self._flush(whole_shards=True)

    def __enter__(self) -> RowsWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            return
        self._flush(whole_shards=False)
        if self._written != self._array.shape[0]:
            raise ValueError(f"{self._written} rows given for {self._array.shape}")

    def _flush(self, *, whole_shards: bool) -> None:
        if not self._pending:
            return
        rows = np.concatenate(self._pending)
        n = len(rows) // SHARD_ROWS * SHARD_ROWS if whole_shards else len(rows)
        self._array[self._written : self._written + n] = rows[:n]
        self._written += n
        self._pending = [rows[n:]] if n < len(rows) else []
