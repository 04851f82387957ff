"""Facts of a row: its name, and what the catalog has of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from ...vocabulary.column_roles.column_names import plain_name
from ...vocabulary.other_facts import in_capitals
from ...vocabulary.positions import DECLINATIONS, RIGHT_ASCENSIONS
from ...vocabulary.redshift.redshift_flags import FLAGS
from ...vocabulary.redshift.redshift_words import KEYWORDS

__all__ = ["KNOWN", "facts_in_capitals", "id_columns", "id_of", "plain_value"]

_EXACT = 2**53  # larger integers are rounded in double precision
# In order of preference.
_IDS = (
    "objectid", "id", "sparclid", "specid", "specobjid", "targetid", "sdssid", "objid",
    "sourceid", "name", "object", "objectname", "objname", "spectrumid", "specname", "plateifu",
    "mangaid", "catalogid", "ids", "objectids", "names", "indexlevel0",
)  # fmt: skip
_INDEX = "indexlevel0"  # index of pandas: row numbers if the rows have no names
_OF_OBJECT = {*KEYWORDS, *RIGHT_ASCENSIONS, *DECLINATIONS, *FLAGS}
KNOWN = {"ID", "RA", "DEC", "SURVEY", "VACUUM", "CLASS", "SUBCLASS", *KEYWORDS}
"""Names in upper case of what the catalog has in columns of its own."""


def id_columns(names: Iterable[str]) -> list[str]:
    """Columns that may name objects, the likeliest first."""
    by_name = {plain_name(name): name for name in names}
    return [by_name[name] for name in _IDS if name in by_name]


def id_of(facts: Mapping[str, object], otherwise: str) -> str:
    """The object's name among the facts; `otherwise` if they have none."""
    by_name = {plain_name(name): value for name, value in facts.items()}
    if not isinstance(by_name.get(_INDEX), str):
        by_name.pop(_INDEX, None)
    named = (_named(by_name.get(name)) for name in _IDS)
    return next(filter(None, named), otherwise)


def facts_in_capitals(facts: Mapping[str, Any]) -> dict[str, object]:
    """As `in_capitals`; name, redshift, position and flags within a record count as top-level."""
    found = in_capitals((name, plain_value(value)) for name, value in facts.items())
    for record in [value for value in found.values() if isinstance(value, Mapping)]:
        for name, value in record.items():
            if str(name).upper() in _OF_OBJECT or plain_name(str(name)) in _IDS:
                found.setdefault(str(name).upper(), plain_value(value))
    return found


def _named(value: object) -> str:
    """An id as text, from text or an integer (also as float); "" for anything else."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def plain_value(value: Any) -> object:
    """A value as a Python object; text is stripped."""
    if isinstance(value, np.ndarray):
        value = value.reshape(())[()] if value.size == 1 else value.tolist()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value  # a datetime is a date
