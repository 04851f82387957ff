"""Rows of a compressed array, decompressed once for all epochs of a training."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import FileIO
from pathlib import Path
from typing import cast

import numpy as np
import zarr

from .row_arrays import some_rows

__all__ = ["unpacked_rows"]

_AT_ONCE_ROWS = 1024


@contextmanager
def unpacked_rows(
    array: zarr.Array, rows: np.ndarray, folder: Path
) -> Iterator[Callable[[np.ndarray], np.ndarray]]:
    """Reads some rows of an array (n, D) from a file of plain numbers, made here.

    Unpacking a spectrum takes as long as learning from it, and a training learns from it 24 times
    or more. The file has no name: it goes when the block ends, however the process does.

    Parameters
    ----------
    array
        On disk, float32.
    rows : (m,)
        Ascending; they take 4·m·D bytes of the disk.
    folder
        Where there is room.

    Yields
    ------
    Some of the rows (k,), ascending → (k, D) float32, quick where they are neighbours; KeyError if
    one is not among them.

    Raises
    ------
    OSError
        There is no room.
    ValueError
        Rows do not ascend.
    """
    with cast(FileIO, tempfile.TemporaryFile(dir=folder, buffering=0)) as file:
        for first in range(0, len(rows), _AT_ONCE_ROWS):
            block = some_rows(array, rows[first : first + _AT_ONCE_ROWS])
            left = np.ascontiguousarray(block, np.float32).data.cast("B")
            while len(left):
                left = left[file.write(left) :]
        yield partial(_read, file, rows, int(array.shape[1]))


def _read(file: FileIO, stored: np.ndarray, n_columns: int, rows: np.ndarray) -> np.ndarray:
    at = np.searchsorted(stored, rows)
    if not np.array_equal(stored[np.minimum(at, len(stored) - 1)], rows):
        raise KeyError(f"rows {rows[0]}–{rows[-1]} are not all among those unpacked")
    span = np.empty((int(at[-1] - at[0]) + 1, n_columns), np.float32)
    file.seek(int(at[0]) * n_columns * span.itemsize)
    left = span.data.cast("B")
    while len(left):
        n = file.readinto(left)
        if not n:
            raise OSError("the file of unpacked spectra ends before its time")
        left = left[n:]
    return span if len(span) == len(at) else span[at - at[0]]
