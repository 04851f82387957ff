"""Explanations of a grown collection: those kept, and new ones."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import numpy as np
import pandas as pd
import zarr

from ....batch.chunk_runner import Arrays
from ....collection.runs import Run, RunDraft
from ....files import some_rows
from .explain_chunks import FACTS

__all__ = ["write_among"]

_BLOCK_ROWS = 1024


def write_among(draft: RunDraft, before: Run, rows: np.ndarray, parts: Sequence[Arrays]) -> None:
    """Write a run's explanations: the earlier ones where they exist, else the new ones.

    Parameters
    ----------
    draft
        Where to write the table ``explained`` and the arrays that the earlier run has.
    before
        The earlier run; its explanations of other rows are left out.
    rows : (n,)
        Rows of the collection, ascending.
    parts
        Results of :func:`explanations_of` for the rows without one, in their order.
    """
    old = before.table("explained")
    there = np.isin(rows, old["row"])
    kept = np.flatnonzero(np.isin(old["row"], rows))
    facts = {name: [part[name] for part in parts] for name in FACTS}
    new = pd.DataFrame({"row": rows[~there]} | {k: _joined(v) for k, v in facts.items()})
    table = pd.concat([old.iloc[kept], new], ignore_index=True) if len(new) else old.iloc[kept]
    draft.write_table("explained", table.sort_values("row", ignore_index=True))
    labels = _new_labels(before, parts)
    names = [name for name in ("weights", "errors", "survival") if _has(before, name)]
    arrays = {name: [part[name] for part in parts] for name in names}
    if labels is None:
        draft.write_array("labels", before.read_array("labels"))
    else:
        arrays["labels"], names = labels, [*names, "labels"]
    with ExitStack() as open_:
        for name in names:
            source = before.array(name)
            width = max([source.shape[-1], *(values.shape[1] for values in arrays[name])])
            dtype = str(source.dtype)
            writer = open_.enter_context(draft.rows_writer(name, len(rows), width, dtype=dtype))
            added = np.concatenate(
                [np.empty((0, width)), *(_padded(a, width) for a in arrays[name])]
            )
            for start in range(0, len(rows), _BLOCK_ROWS):
                was_there = there[start : start + _BLOCK_ROWS]
                block = np.empty((len(was_there), width), source.dtype)
                n_old, n_new = (int(of[:start].sum()) for of in (there, ~there))
                old_values = _of_before(source, kept[n_old : n_old + int(was_there.sum())])
                block[was_there] = _padded(old_values, width)
                block[~was_there] = added[n_new : n_new + int((~was_there).sum())]
                writer.append(block)


def _new_labels(before: Run, parts: Sequence[Arrays]) -> list[np.ndarray] | None:
    """Segments of each new explanation; None if all, old and new, have the same."""
    old = before.array("labels")
    labels = [part["labels"] for part in parts]
    if old.ndim == 1 and all(
        len(of_part) == 1 and np.array_equal(of_part[0], old[:]) for of_part in labels
    ):
        return None
    return [
        np.broadcast_to(of_part, (len(part["r2"]), of_part.shape[1]))
        for of_part, part in zip(labels, parts, strict=True)
    ]


def _of_before(source: zarr.Array, at: np.ndarray) -> np.ndarray:
    """Rows of an array, or its single row for each if all have the same."""
    if source.ndim == 1:
        return np.broadcast_to(np.asarray(source[:]), (len(at), source.shape[0]))
    return some_rows(source, at)


def _has(run: Run, name: str) -> bool:
    return (run.path / f"{name}.zarr").is_dir()


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.empty(0), *parts])


def _padded(values: np.ndarray, width: int) -> np.ndarray:
    return np.pad(values, ((0, 0), (0, width - values.shape[1])))
