"""Columns of long tables in a scratch file, of which memory holds what is looked at."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa

__all__ = ["MAPPED_FROM", "mapped_columns", "texts_of_kinds"]

# Shorter tables take less memory than the program itself.
MAPPED_FROM = 1_000_000
_PAGE = 4096


def mapped_columns(columns: Iterable[pd.Series]) -> pd.DataFrame:
    """A table of named columns (n,), whose numbers and texts lie in a file without a name.

    Values and types are theirs, but that numbers in parts of Arrow's become NumPy's; they are not
    to be written to. The system reads from the file what is looked at, and takes that memory back
    where it runs short; the file goes with the last of the columns. Columns are asked for one by
    one, and each is dropped before the next. What the folder for temporary files has no room for
    stays in memory.
    """
    made: dict[str, Any] = {}
    attrs: dict[Any, Any] = {}
    with tempfile.TemporaryFile(prefix="spexplain-") as scratch:
        for column in columns:
            try:
                made[str(column.name)] = _mapped(column, scratch)
            except OSError:
                there = column.to_numpy() if _is_arrow(column) else column.array
                made[str(column.name)] = there
            attrs |= column.attrs
    table = pd.DataFrame(made, copy=False)
    table.attrs = attrs
    return table


def texts_of_kinds(kinds: Any) -> Any:
    """Texts (n,) as pandas has them, from Arrow's dictionary of a few kinds, in one part."""
    if isinstance(kinds, pa.ChunkedArray):
        kinds = pa.concat_arrays(kinds.unify_dictionaries().chunks)
    return _as_pandas(kinds.dictionary.cast(pa.large_string()).take(kinds.indices))


def _is_arrow(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.ArrowDtype)


def _mapped(column: pd.Series, scratch: IO[bytes]) -> Any:
    if _is_arrow(column):
        arrow: Any = column.array
        return _written([np.asarray(part) for part in arrow.__arrow_array__().chunks], scratch)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":
        return _written([column.to_numpy()], scratch)
    if not isinstance(column.dtype, pd.StringDtype):
        return column.array
    texts = pa.array(column)
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.chunk(0) if texts.num_chunks == 1 else pa.concat_arrays(texts.chunks)
    buffers = [part and np.frombuffer(part, np.uint8) for part in texts.buffers()]
    parts = [None if part is None else pa.py_buffer(_written([part], scratch)) for part in buffers]
    there: Any = pa.Array.from_buffers(texts.type, len(texts), parts, offset=texts.offset)
    return _as_pandas(there)


def _as_pandas(texts: Any) -> Any:
    return pa.table({"texts": texts}).to_pandas(split_blocks=True)["texts"].array


def _written(parts: list[np.ndarray], scratch: IO[bytes]) -> np.ndarray:
    n = sum(map(len, parts))
    if not n:
        return parts[0]
    at = -(-scratch.seek(0, 2) // _PAGE) * _PAGE
    scratch.seek(at)
    for part in parts:
        scratch.write(np.ascontiguousarray(part).data)
    scratch.flush()
    mapped: Any = np.memmap(scratch, parts[0].dtype, "r", offset=at, shape=(n,))
    return np.asarray(mapped)
