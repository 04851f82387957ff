"""A user's labels: a CSV file naming spectra by id or by file."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

__all__ = ["LabelError", "Labels", "read_labels"]


class LabelError(Exception):
    """A labels file cannot be used; the text says why."""


@dataclass(frozen=True)
class Labels:
    """Label by id or by file name.

    Attributes
    ----------
    by_name
        Id, file name or path → label.
    digest
        Hash of the content.
    """

    by_name: dict[str, str]
    digest: str

    def name_of(self, id: str, file: str) -> str:
        """The entry that means this spectrum: its id, its file's path or name; "" if none."""
        return next((n for n in (id, file, Path(file).name) if n and n in self.by_name), "")


def read_labels(path: str | Path) -> Labels:
    """Labels from a CSV file with the columns ``id,label`` or ``file,label``.

    SDSS ids may lack their leading zeros (``266-51602-1``). Other columns are ignored.

    Raises
    ------
    LabelError
        The file is absent or not such a table, or names one spectrum twice with
        different labels.
    """
    path = Path(path)
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)
    except OSError as error:
        raise LabelError(f"cannot read labels from {path}: {error.strerror}") from error
    except ValueError as error:  # pandas' parser and decoding errors derive from it
        raise LabelError(f"cannot read labels from {path}: {error}") from error
    table.columns = [str(name).strip().lower() for name in table.columns]
    key = next((name for name in ("id", "file") if name in table), None)
    if key is None or "label" not in table:
        raise LabelError(
            f"{path} needs the columns id,label or file,label; it has {', '.join(table.columns)}"
        )
    by_name: dict[str, str] = {}
    for raw, label in zip(table[key].str.strip(), table["label"].str.strip(), strict=True):
        name = _padded(raw)
        if by_name.setdefault(name, label) != label:
            raise LabelError(f"{path} calls {raw!r} both {by_name[name]!r} and {label!r}")
    digest = hashlib.blake2b(repr(sorted(by_name.items())).encode(), digest_size=16).hexdigest()
    return Labels({name: label for name, label in by_name.items() if name and label}, digest)


def _padded(name: str) -> str:
    """PLATE-MJD-FIBER with the zeros SDSS writes; any other name as it is."""
    parts = re.fullmatch(r"(\d{1,5})-(\d{5})-(\d{1,4})", name)
    return f"{int(parts[1]):04}-{parts[2]}-{int(parts[3]):04}" if parts else name
