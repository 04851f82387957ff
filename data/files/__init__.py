"""Files that appear whole or not at all, locks, checksums, and where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .arrays.named_arrays import ModelFileError, load_arrays, save_arrays
    from .arrays.row_arrays import SHARD_ROWS, RowsWriter, rows_layout, some_rows
    from .atomic import known_suffix, written_whole
    from .checksums import matches_checksum, note_checksum, sha256_of
    from .folders import demo_path, home
    from .locks import WriterLock, only_builder
    from .sklearn_models import classifier_key, load_classifier, save_classifier

__all__ = [
    "SHARD_ROWS",
    "ModelFileError",
    "RowsWriter",
    "WriterLock",
    "classifier_key",
    "demo_path",
    "home",
    "known_suffix",
    "load_arrays",
    "load_classifier",
    "matches_checksum",
    "note_checksum",
    "only_builder",
    "rows_layout",
    "save_arrays",
    "save_classifier",
    "sha256_of",
    "some_rows",
    "written_whole",
]

__getattr__ = public_names(__name__)
