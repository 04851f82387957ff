"""Removal of spectra from a collection, and its undo; pixels stay on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..collection import Collection, read_meta, read_table, stored_rows
from ..earlier_sizes import key_without
from ..format import CATALOG_COLUMNS, CATALOG_NAME, META_NAME, OBSERVED, CollectionError, write_json
from ..runs import RunStore
from .place_beside import only_writer

__all__ = ["remove_spectra", "restore_spectra"]


def remove_spectra(path: str | Path, ids: Sequence[str]) -> int:
    """Remove spectra from a collection, all or none; returns their number.

    One small file is rewritten. Builds refer to the earlier row numbers, and so are no longer
    valid; tags and notes stay.

    Raises
    ------
    CollectionError
        An id is unknown (the text names similar ones), or the collection cannot be read or
        written, or is of format 1.
    """
    collection = Collection.open(path)
    try:
        rows = sorted({collection.row_of(name) for name in ids})
    except KeyError as error:
        raise CollectionError(str(error.args[0])) from error
    meta = _observed(Path(path))
    gone = stored_rows(meta)[rows].tolist()
    _write(Path(path), sorted({*meta["removed"], *gone}), meta["stored_key"])
    return len(rows)


def restore_spectra(path: str | Path, ids: Sequence[str]) -> int:
    """Put removed spectra back, all or none; returns their number.

    Raises
    ------
    CollectionError
        As for :func:`remove_spectra`, or an id was not removed, or has been added again.
    """
    path = Path(path)
    meta = _observed(path)
    names = read_table(path / CATALOG_NAME, CATALOG_COLUMNS)["id"].to_numpy(object)
    there = set(np.delete(names[: sum(meta["block_rows"])], meta["removed"]).tolist())
    row_of = {names[row]: row for row in meta["removed"]}
    for name in ids:
        if name in there:
            raise CollectionError(f"{name!r} is in {path} already")
        if name not in row_of:
            raise CollectionError(f"no spectrum {name!r} was removed from {path}")
    back = {row_of[name] for name in ids}
    _write(path, [row for row in meta["removed"] if row not in back], meta["stored_key"])
    return len(back)


def _observed(path: Path) -> dict:
    meta = read_meta(path)
    if meta["format_version"] != OBSERVED:
        raise CollectionError(
            f"{path} holds spectra on common wavelengths (format {meta['format_version']}), of "
            "which none can be removed; ingest its files anew without them"
        )
    return meta


def _write(path: Path, removed: list[int], stored_key: str) -> None:
    path = path.absolute()
    lock = only_writer(path, into=True)
    try:
        meta = read_meta(path)
        if meta["stored_key"] != stored_key:
            raise CollectionError(f"spectra were added to {path} meanwhile; try again")
        # First, so that builds are never taken for those of other rows.
        RunStore(path).set_current({})
        key = key_without(stored_key, removed)
        write_json(path / META_NAME, meta | {"removed": removed, "key": key})
    except OSError as error:
        raise CollectionError(f"cannot write {path}: {error}") from error
    finally:
        lock.release()
