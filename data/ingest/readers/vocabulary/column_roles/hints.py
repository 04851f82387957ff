"""Hints of the user about files: roles of columns, and wavelengths in air."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast, get_args

from ...errors import ReadError
from .column_names import MORE_MASKS, Role, columns_by_role, plain_name

__all__ = ["MASKS", "NO_HINTS", "Hints", "hinted_roles", "parse_columns"]

_AXES: frozenset[Role] = frozenset(("wave", "log wave", "frequency", "energy"))
_NOISE: frozenset[Role] = frozenset(("ivar", "variance", "error"))
MASKS: frozenset[Role] = frozenset(("mask", "good mask", "sdss mask", "quality", *MORE_MASKS))
"""Roles of columns that say which pixels count."""
_REDSHIFT: Role = "redshift"
_SHORT: dict[str, Role] = {
    "z": "redshift", "loglam": "log wave", "logwave": "log wave", "andmask": "sdss mask",
    "good": "good mask", "goodmask": "good mask",
    "wavelength": "wave", "lambda": "wave", "var": "variance", "err": "error", "sigma": "error",
}  # fmt: skip

_ASKED = "wave, loglam, frequency, energy, flux, error, ivar, variance, mask, good, quality, z"


@dataclass(frozen=True, slots=True)
class Hints:
    """Hints of the user; readers of known surveys do not need them.

    Attributes
    ----------
    columns
        Role → column name, or number from 1 if columns have no names.
    air
        Whether wavelengths are in air if a plain table or image does not state the medium.
    by_ucd
        Roles in `columns` that are from UCDs of the file rather than the user.
    """

    columns: Mapping[Role, str] = field(default_factory=dict)
    air: bool = False
    by_ucd: frozenset[Role] = frozenset()

    @property
    def by_user(self) -> frozenset[Role]:
        """Roles whose columns were named by the user."""
        return frozenset(self.columns) - self.by_ucd

    def about(self, names: Iterable[str]) -> Hints:
        """Hints about the given columns; that of the redshift is kept in any case."""
        if not self.columns:
            return self
        known = {plain_name(name) for name in names}
        given = self.columns.items()
        there: dict[Role, str] = {
            r: name for r, name in given if r == _REDSHIFT or _plain(name, known) in known
        }
        return replace(self, columns=there)


NO_HINTS = Hints()


def parse_columns(said: Iterable[str]) -> dict[Role, str]:
    """Parse ``["flux=F", "wave=LAM,error=E"]`` into role → column.

    Raises
    ------
    ValueError
        An item is not such a pair, or its role is unknown.
    """
    found: dict[Role, str] = {}
    pairs = (pair for text in said for pair in re.split(r"[,;]\s*(?=[\w\s]+=)", text))
    for pair in pairs:
        name, parted, column = pair.partition("=")
        role = _SHORT.get(plain_name(name), name.strip().lower())
        if not parted or not column.strip() or role not in get_args(Role):
            raise ValueError(f"--column takes NAME=COLUMN, got {pair!r}; names are {_ASKED}")
        found[cast("Role", role)] = column.strip()
    return found


def hinted_roles(columns: Iterable[str], hints: Hints) -> dict[Role, str]:
    """Role → column: by the user's hints, else by the known names.

    Raises
    ------
    ReadError
        A column named by the user does not exist (except for the redshift).
    """
    names = [*columns]
    roles = columns_by_role(names)
    known = {plain_name(name): name for name in reversed(names)}
    for role, column in hints.columns.items():
        for kinds in (_AXES, _NOISE, MASKS):
            if role in kinds:  # the user's column replaces the guessed one
                for other in kinds - hints.columns.keys():
                    roles.pop(other, None)
        wanted = _plain(column, known)
        if wanted not in known and role == _REDSHIFT:
            continue  # it may be in a header or a row
        if wanted not in known:
            shown = ", ".join(names[:12])
            raise ReadError("unknown format", f"there is no column {column!r}; it has {shown}")
        roles[role] = known[wanted]
    return roles


def _plain(said: str, known: Container[str]) -> str:
    """Normalized name; a number refers to that column if no column has it as name."""
    return f"col{said}" if said.isdigit() and said not in known else plain_name(said)
