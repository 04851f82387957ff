"""File names of spectra: without endings, and as printable text."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from .....core.words import printable

__all__ = ["FITS_ENDINGS", "name_of", "readable"]

_PACKED = (".gz", ".bz2", ".xz", ".zip", ".fz", ".z")
FITS_ENDINGS = (".fits", ".fit", ".fts", ".ftz", ".tfits")
_TABLES = (
    ".ecsv", ".csv", ".txt", ".dat", ".vot", ".votable", ".xml", ".parquet", ".pq", ".parq",
    ".hdf5", ".h5", ".hdf", ".he5", ".npz", ".npy", ".tsv", ".asc", ".ascii", ".tab", ".spec",
    ".tbl", ".prn", ".mrt", ".json", ".jsonl", ".ndjson",
)  # fmt: skip


@lru_cache(maxsize=64)
def name_of(path: Path) -> str:
    """Name without known endings: ``NGC2916.V500.rss`` for ``NGC2916.V500.rss.fits.gz``."""
    name = path.name
    for endings in (_PACKED, (*FITS_ENDINGS, *_TABLES)):
        ending = next((e for e in endings if name.lower().endswith(e)), "")
        if len(ending) < len(name):
            name = name[: len(name) - len(ending)]
    return readable(name)


def readable(name: str | Path) -> str:
    """A name or path on one line: invalid UTF-8 and control characters are escaped (``\\xe9``)."""
    return printable(os.fsencode(name).decode("utf-8", errors="backslashreplace"))
