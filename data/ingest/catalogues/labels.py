"""Labels file of the user: a CSV file with labels, redshifts and E(B-V), by id or file."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...collection.trained.type_names import known_type
from ..delimited import is_number, number_of
from ..readers.errors import ReadError
from ..readers.vocabulary.file_names import name_of
from ..readers.vocabulary.other_facts import BANDS
from ..readers.vocabulary.redshift.redshift_words import KEYWORDS, redshift_of
from .catalogue_table import (
    NAMED,
    UNIT_OF_COLUMN,
    named_columns,
    of_speed,
    read_table,
    texts_of,
)

__all__ = ["LabelError", "Labels", "SpectrumNames", "read_labels"]

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("label", "z", "ebv")
_NAMED_LIKE = {
    "type": "label", "redshift": "z", "e(b-v)": "ebv", "e_bv": "ebv",
    **dict.fromkeys(("agn_type", "agn type", "seyfert", "seyfert type", "seyfert_type"), "label"),
}  # fmt: skip
# Seyfert types, if labels are plain numbers: 1 and 2 only in a column with such a name, or together
# with the others.
_SEYFERT = re.compile(r"1(?:\.[02589])?|2(?:\.0)?")
# Words for a missing entry.
_NOTHING = ("", "nan", "none", "null", "na", "n/a", "-", "--")


class LabelError(Exception):
    """A labels file cannot be used; the message tells why."""


@dataclass(frozen=True)
class Labels:
    """Label, redshift and dust by id or file name; those of a file hold for all its spectra.

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
    renamed
        ``"Sy1 → type 1"`` → count, for labels in other spellings of a known type.
    unknown
        Unknown label → count. They are ignored, unless no label is a known type: then they are
        classes of the user, and `own` is true.
    own
        Whether the labels are the user's own classes.
    """

    by_name: dict[str, str]
    digest: str
    redshifts: dict[str, float] = field(default_factory=dict)
    reddenings: dict[str, float] = field(default_factory=dict)
    renamed: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    own: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All names with an entry, in the order of the file."""
        return tuple(dict.fromkeys([*self.by_name, *self.redshifts, *self.reddenings]))

    def name_of(self, id: str, file: str) -> str:
        """Name of the entry for a spectrum; "" if there is none.

        The id, the path or name of the file, or the name without endings; else the only entry
        that is a path to a file of this name, or that differs in endings, case, blanks and
        underscores only.
        """
        return self._names.entry(id, file)

    @cached_property
    def _names(self) -> SpectrumNames:
        return SpectrumNames(self.names)


class SpectrumNames:
    """Ids, file names and paths as written by a user, matched to spectra."""

    def __init__(self, names: Iterable[str]) -> None:
        self._known = frozenset(names)

    def entry(self, id: str, file: str) -> str:
        """Name for a spectrum with this id and file; "" if there is none.

        The id, the path or name of the file, or the name without endings; the only path to a file
        of this name; or a name that differs in endings, case, blanks and underscores only.
        """
        if not self._known:
            return ""
        own = Path(file)
        tried = (id, file, own.name, name_of(own) if file else "")
        exact = next((name for name in tried if name and name in self._known), "")
        return exact or self._path_to(file) or self._written_alike(id, file)

    def _path_to(self, file: str) -> str:
        """The path to a file of this name that ends the file's own path, or the only one."""
        given = self._paths.get(Path(file).name, [])
        own = _parts(file)
        same = [path for path in given if own[-len(_parts(path)) :] == _parts(path)]
        if len(same) == 1:
            return same[0]
        return given[0] if len(given) == 1 else ""

    def _written_alike(self, id: str, file: str) -> str:
        """The name equal to file or id except for the spelling; "" if there is none."""
        of_id = self._alike.get(_bare(id), "") if not {"/", "\\"} & {*id} else ""
        of_id = "" if {"/", "\\"} & {*of_id} else of_id
        return self._alike.get(_bare(file), "") or of_id

    @cached_property
    def _paths(self) -> dict[str, list[str]]:
        """File name → relative paths to files of this name."""
        found: dict[str, list[str]] = {}
        for name in self._known:
            if ("/" in name or "\\" in name) and not Path(name).is_absolute():
                found.setdefault(_parts(name)[-1], []).append(name)
        return found

    @cached_property
    def _alike(self) -> dict[str, str]:
        """Normalized name → its unique name; without absolute paths and ambiguous ones."""
        found: dict[str, list[str]] = {}
        for name in self._known:
            if not Path(name).is_absolute():
                found.setdefault(_bare(name), []).append(name)
        return {bare: same[0] for bare, same in found.items() if bare and len(same) == 1}


def _bare(name: str) -> str:
    """File name normalized for comparison: without endings, case, blanks and underscores."""
    parts = _parts(name)
    return re.sub(r"[\s_]+", "", name_of(Path(parts[-1]))).casefold() if parts else ""


def _parts(path: str) -> list[str]:
    return [part for part in re.split(r"[/\\]", path) if part not in ("", ".")]


def read_labels(path: str | Path) -> Labels:
    """Read a CSV file with ``id`` or ``file``, and any of ``label``, ``z`` and ``ebv`` (mag).

    SDSS ids may lack their leading zeros (``266-51602-1``). Empty entries and nan are ignored;
    decimal commas are accepted. Labels are types as in `known_type`. Other columns are ignored.

    Raises
    ------
    LabelError
        The file is absent or not such a table, a redshift or E(B-V) is not a number, an E(B-V) is
        negative, or a spectrum has two different entries.
    """
    path = Path(path)
    table = _read(path)
    value = _told(table)
    for column in value.values():
        _check_alike(path, table, column)
    named = named_columns(table)
    if not named or not value:
        raise LabelError(
            f"{path} needs the columns id,label or file,label (or z or ebv instead of label); "
            f"it has {', '.join(map(str, table.columns[:12]))}"
        )
    columns: Any = table
    entries: dict[str, dict[str, str]] = {name: {} for name in _COLUMNS}
    for role, column in value.items():
        known = entries[role]
        for raw, entry in zip(named[0], texts_of(columns[column]), strict=True):
            if not raw:
                continue
            if _meant(role, known.setdefault(raw, entry)) != _meant(role, entry):
                raise LabelError(f"{path} calls {raw!r} both {known[raw]!r} and {entry!r}")
    content = [sorted(known.items()) for known in entries.values() if known]
    digest = hashlib.blake2b(repr(content).encode(), digest_size=16).hexdigest()
    return _checked(
        _in_words(
            {name: label for name, label in entries["label"].items() if name and _says(label)},
            value.get("label", ""),
        ),
        Labels(
            {},
            digest,
            redshifts=_redshifts(entries["z"], path, _called(table, value.get("z", "z"))),
            reddenings=_reddenings(entries["ebv"], path),
        ),
    )


def _told(table: pd.DataFrame) -> dict[str, str]:
    """Quantity → its column."""
    names = [str(name) for name in reversed([*table.columns])]
    if {name.upper() for name in names} >= BANDS:
        names = [name for name in names if name.upper() != "Z"]
    columns = {_plain(name): name for name in names}
    columns |= {name.strip().lower(): name for name in names}  # `label` before `type`
    metadata = {role: columns[role] for role in _COLUMNS if role in columns}
    if "z" not in metadata:
        upper = {name.upper(): name for name in names}
        metadata |= next(({"z": upper[name]} for name in KEYWORDS if name in upper), {})
    return metadata


def _check_alike(path: Path, table: pd.DataFrame, column: str) -> None:
    """Refuse a second column that differs in case only, but has other entries."""
    columns: Any = table
    for name in table.columns:
        same = str(name).strip().lower() == column.strip().lower() and str(name) != column
        if same and texts_of(columns[name]) != texts_of(columns[column]):
            raise LabelError(
                f"{path} has columns {column} and {name} that differ: leave one of them"
            )


def _called(table: pd.DataFrame, column: str) -> str:
    """Kind of a redshift column, by name and unit."""
    return "CZ" if of_speed(table.attrs[UNIT_OF_COLUMN].get(column, "")) else column.upper()


def _meant(role: str, entry: str) -> str:
    """An entry normalized for comparison with another of the same name."""
    return (known_type(entry) or entry) if role == "label" else entry


def _in_words(given: dict[str, str], column: str) -> dict[str, str]:
    """``1.9`` as ``Seyfert 1.9`` if all labels are such numbers; other types by their name."""
    words = {*given.values()}
    of_seyferts = bool(words & {"1.2", "1.5", "1.8", "1.9"}) or _plain(column) != column.lower()
    if not (of_seyferts and all(map(_SEYFERT.fullmatch, words))):
        return given
    return {name: f"Seyfert {label}" for name, label in given.items()}


def _checked(given: dict[str, str], labels: Labels) -> Labels:
    """Labels reduced to known types; unchanged if none is."""
    types = {label: known_type(label) for label in set(given.values())}
    counts = Counter(given.values())
    own = bool(given) and not any(types.values())
    unknown = {label: n for label, n in counts.most_common() if not types[label]}
    renamed = {
        f"{label} → {types[label]}": n
        for label, n in counts.most_common()
        if types[label] and types[label] != label
    }
    taken = given if own else {name: types[label] for name, label in given.items() if types[label]}
    return replace(labels, by_name=taken, renamed=renamed, unknown=unknown, own=own)


def _read(path: Path) -> pd.DataFrame:
    try:
        table = read_table(path)
    except OSError as error:
        raise LabelError(f"cannot read labels from {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, ReadError) as error:
        raise LabelError(f"cannot read labels from {path}: {error}") from error
    if not table.attrs[NAMED]:
        raise LabelError(
            f"{path} has no names of columns in its first line: it needs id,label or file,label"
        )
    return table


def _plain(name: str) -> str:
    name = name.strip().lower()
    return _NAMED_LIKE.get(name, name)


def _says(entry: str) -> bool:
    return entry.strip().lower() not in _NOTHING


def _redshifts(entries: dict[str, str], path: Path, column: str) -> dict[str, float]:
    """Valid redshifts; fill values such as -9999 are omitted."""
    found: dict[str, float] = {}
    for name, text in entries.items():
        if not name or not _says(text):
            continue
        z, why = redshift_of([(column, text)])
        if math.isfinite(z):
            found[name] = z
        elif "stands for" not in why:
            raise LabelError(f"{path} gives {name!r} the redshift {text!r}, which is no number")
    return found


def _reddenings(entries: dict[str, str], path: Path) -> dict[str, float]:
    """Valid E(B-V), mag."""
    given = {name: text for name, text in entries.items() if name and _says(text)}
    ebv = {name: number_of(text) if is_number(text) else math.nan for name, text in given.items()}
    for name, number in ebv.items():
        if not (math.isfinite(number) and number >= 0):
            why = "negative" if number < 0 else "no number"
            raise LabelError(f"{path} gives {name!r} the E(B-V) {given[name]!r}, which is {why}")
    return ebv
