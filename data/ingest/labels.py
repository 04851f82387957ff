"""What a user says of spectra: a CSV file with labels, redshifts and E(B-V), by id or file."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

__all__ = ["LabelError", "Labels", "read_labels"]


_COLUMNS = ("label", "z", "ebv")


class LabelError(Exception):
    """A labels file cannot be used; the text says why."""


@dataclass(frozen=True)
class Labels:
    """Label, redshift and dust by id or file name; a file's are those of every spectrum in it.

    Attributes
    ----------
    by_name
        Id, file name or path → label.
    digest
        Hash of the content.
    redshifts
        Id, file name or path → redshift.
    reddenings
        Id, file name or path → E(B-V) of the Milky Way, mag.
    """

    by_name: dict[str, str]
    digest: str
    redshifts: dict[str, float] = field(default_factory=dict)
    reddenings: dict[str, float] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that anything is said of, in the order of the file."""
        return tuple(dict.fromkeys([*self.by_name, *self.redshifts, *self.reddenings]))

    def name_of(self, id: str, file: str) -> str:
        """The entry that means this spectrum: its id, its file's path or name; "" if none."""
        known = (self.by_name, self.redshifts, self.reddenings)
        names = (id, file, Path(file).name)
        return next((n for n in names if n and any(n in table for table in known)), "")


def read_labels(path: str | Path) -> Labels:
    """Labels from a CSV file: ``id`` or ``file``, and any of ``label``, ``z`` and ``ebv`` (mag).

    SDSS ids may lack their leading zeros (``266-51602-1``). An empty entry says nothing. Other
    columns are ignored.

    Raises
    ------
    LabelError
        The file is absent or not such a table, a redshift or E(B-V) is no number, an E(B-V) is
        negative, or it names one spectrum twice with different entries.
    """
    path = Path(path)
    table = _read_csv(path)
    key = next((name for name in ("id", "file") if name in table), None)
    told = [name for name in _COLUMNS if name in table]
    if key is None or not told:
        raise LabelError(
            f"{path} needs the columns id,label or file,label (or z or ebv instead of label); "
            f"it has {', '.join(table.columns)}"
        )
    entries: dict[str, dict[str, str]] = {name: {} for name in _COLUMNS}
    for column in told:
        known = entries[column]
        for raw, entry in zip(table[key].str.strip(), table[column].str.strip(), strict=True):
            name = _padded(raw)
            if known.setdefault(name, entry) != entry:
                raise LabelError(f"{path} calls {raw!r} both {known[name]!r} and {entry!r}")
    content = [sorted(known.items()) for known in entries.values() if known]
    digest = hashlib.blake2b(repr(content).encode(), digest_size=16).hexdigest()
    return Labels(
        by_name={name: label for name, label in entries["label"].items() if name and label},
        digest=digest,
        redshifts=_numbers(entries["z"], "the redshift", path),
        reddenings=_numbers(entries["ebv"], "the E(B-V)", path, least=0.0),
    )


def _read_csv(path: Path) -> pd.DataFrame:
    """All text, column names in lower case."""
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)
    except OSError as error:
        raise LabelError(f"cannot read labels from {path}: {error.strerror}") from error
    except ValueError as error:  # pandas' parser and decoding errors derive from it
        raise LabelError(f"cannot read labels from {path}: {error}") from error
    table.columns = [str(name).strip().lower() for name in table.columns]
    return table


def _numbers(
    entries: dict[str, str], what: str, path: Path, *, least: float = -math.inf
) -> dict[str, float]:
    """The entries that say something, as numbers."""
    given = {name: text for name, text in entries.items() if name and text}
    numbers = {name: _number(text) for name, text in given.items()}
    for name, number in numbers.items():
        if not (math.isfinite(number) and number >= least):
            why = "negative" if number < least else "no number"
            raise LabelError(f"{path} gives {name!r} {what} {given[name]!r}, which is {why}")
    return numbers


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _padded(name: str) -> str:
    """PLATE-MJD-FIBER with the zeros SDSS writes; any other name as it is."""
    parts = re.fullmatch(r"(\d{1,5})-(\d{5})-(\d{1,4})", name)
    return f"{int(parts[1]):04}-{parts[2]}-{int(parts[3]):04}" if parts else name
