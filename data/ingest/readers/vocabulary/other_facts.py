"""What a file says of an object beside its spectrum, as columns of the catalog."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache

__all__ = [
    "BANDS", "EBV", "HEADER_FACTS", "MOST_IN_A_LIST", "UNHEEDED", "column_name", "facts_of",
    "in_capitals", "twice",
]  # fmt: skip

# Not ``ebv``, which is the user's and by which a build corrects dust: a file's own is known for few
# spectra of a mixed collection, and on another scale than the map's.
EBV = "ebv_survey"
UNHEEDED = "mask_not_heeded"
"""Names of columns that may be masks, and were left alone."""
# What is taken of the header of a file of no known survey.
HEADER_FACTS = (
    "EBV", "OBJECT", "OBJNAME", "SDSS_ID", "OBJID", "TARGETID", "SPECOBJID", "CATALOGID", "PLATE",
    "MJD", "FIBERID", "FIELD", "TELESCOP", "INSTRUME", "Z_ERR", "ZERR", "ZWARNING", "ZWARN",
)  # fmt: skip
# Of the catalog itself; what a file calls so stands beside them as file_….
_TAKEN = (
    "id", "ra", "dec", "z", "label", "spectral_class", "subclass", "sn_median", "survey", "file",
    "flux_unit", "z_warning", "medium", "object", "row", "set_aside", "set_aside_why",
)  # fmt: skip
BANDS = {"G", "R"}
"""Beside columns of these names one called z is of magnitudes."""
MOST_IN_A_LIST = 12
"""Of what is a fact of an object rather than of its pixels."""
_LONGEST = 80  # of a text; remarks of an observer are no column to sort by
_EXACT = 2**53  # whole numbers beyond are rounded in double precision
_MOST_EBV = 100.0


@lru_cache(maxsize=4096)
def column_name(name: str) -> str:
    """As the catalog calls it: lower case, of letters, digits and underscores."""
    plain = re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_") or "unnamed"
    if plain == "ebv":
        return EBV
    return f"file_{plain}" if plain in _TAKEN else plain


def facts_of(
    said: Iterable[tuple[str, object]], leave_out: Container[str] = ()
) -> dict[str, str | float]:
    """Numbers and texts by the catalog's names; what is neither is left out.

    Parameters
    ----------
    said
        Names and values.
    leave_out
        Names in upper case that are known otherwise.

    Returns
    -------
    Identifiers (names that end in ``id``) as text, since many are longer than a number in double
    precision. An E(B−V) that is none is NaN. Of a short list, as of magnitudes, each has its number
    behind the name, from 1; a longer one is no fact.
    """
    found: dict[str, str | float] = {}
    names: set[str] = set()
    entries = ((n, v) for n, v in said if v is not None and n.upper() not in leave_out)
    for name, value in (part for entry in entries for part in _parts(*entry)):
        column = column_name(name)
        plain = _plain(column, value)
        if plain is not None and name not in names:
            names.add(name)
            found[_free(column, found)] = plain
    return found


def in_capitals(said: Iterable[tuple[str, object]]) -> dict[str, object]:
    """By names in upper case; of two that differ in case alone the second is called `twice`.

    Beside magnitudes g and r, a z is one, and called so.
    """
    found: dict[str, object] = {}
    for name, value in said:
        upper = str(name).upper()
        found.setdefault(twice(upper) if upper in found else upper, value)
    if "Z" in found and found.keys() >= BANDS:
        found["MAG_Z"] = found.pop("Z")
    return found


def twice(name: str) -> str:
    """What the second of two names is called that differ in case alone, as ``Z`` and ``z`` do."""
    return f"{name} (2)"


def _parts(name: str, value: object) -> Iterator[tuple[str, object]]:
    """The value itself; of a short list, or of a record, each of its own with its name."""
    if isinstance(value, list | tuple):
        if len(value) <= MOST_IN_A_LIST:
            yield from ((f"{name}_{number}", one) for number, one in enumerate(value, 1))
    elif isinstance(value, Mapping):
        yield from ((f"{name}_{key}", one) for key, one in value.items())
    else:
        yield name, value


def _free(column: str, taken: Container[str]) -> str:
    """The name, or with a number where another column is called alike."""
    number = 2
    free = column
    while free in taken:
        free, number = f"{column}_{number}", number + 1
    return free


def _plain(column: str, value: object) -> str | float | None:
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        if column.endswith("id") or (isinstance(value, int) and abs(value) > _EXACT):
            return str(int(value)) if math.isfinite(value) else ""
        number = float(value)
        return math.nan if column == EBV and not 0 <= number < _MOST_EBV else number
    return value.strip()[:_LONGEST] if isinstance(value, str) else None
