"""Facts about an object beside its spectrum, as columns of the catalog."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache

__all__ = [
    "BANDS", "EBV", "HEADER_FACTS", "MOST_IN_A_LIST", "UNHEEDED",
    "column_name", "facts_of", "in_capitals", "twice",
]  # fmt: skip

# Not ``ebv``, which is set by the user and used for the dust correction: the value in a file exists
# for few spectra of a mixed collection, and on another scale than that of the map.
EBV = "ebv_survey"
UNHEEDED = "mask_not_heeded"
"""Names of columns that may be masks, and were left alone."""
# Keywords taken from the header of a file of no known survey.
HEADER_FACTS = (
    "EBV", "OBJECT", "OBJNAME", "SDSS_ID", "OBJID", "TARGETID", "SPECOBJID", "CATALOGID", "PLATE",
    "MJD", "FIBERID", "FIELD", "TELESCOP", "INSTRUME", "Z_ERR", "ZERR", "ZWARNING", "ZWARN",
)  # fmt: skip
# Columns of the catalog itself; those of the file with these names become file_….
_TAKEN = (
    "id", "ra", "dec", "z", "label", "spectral_class", "subclass", "sn_median", "survey", "file",
    "flux_unit", "z_warning", "medium", "object", "row", "set_aside", "set_aside_why",
)  # fmt: skip
BANDS = {"G", "R"}
"""Beside columns of these names one called z is of magnitudes."""
MOST_IN_A_LIST = 12
"""Of what is a fact of an object rather than of its pixels."""
_LONGEST = 80  # characters of a text; longer ones are remarks
_EXACT = 2**53  # larger integers are rounded in double precision
_MOST_EBV = 100.0


@lru_cache(maxsize=4096)
def column_name(name: str) -> str:
    """Name in the catalog: lower case, of letters, digits and underscores."""
    plain = re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_") or "unnamed"
    if plain == "ebv":
        return EBV
    return f"file_{plain}" if plain in _TAKEN else plain


def facts_of(
    said: Iterable[tuple[str, object]], leave_out: Container[str] = ()
) -> dict[str, str | float]:
    """Numbers and texts by catalog name; other values are omitted.

    Parameters
    ----------
    said
        Pairs of name and value.
    leave_out
        Upper-case names to omit, as they are stored elsewhere.

    Returns
    -------
    Identifiers (names ending in ``id``) are text, since many exceed double precision. An invalid
    E(B−V) is NaN. Entries of a short list, such as magnitudes, have their number from 1 appended
    to the name; longer lists are omitted.
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
    """Facts by upper-case name; the second of two that differ only in case is renamed by `twice`.

    Beside magnitudes g and r, a z is a magnitude too, and named so.
    """
    found: dict[str, object] = {}
    for name, value in said:
        upper = str(name).upper()
        found.setdefault(twice(upper) if upper in found else upper, value)
    if "Z" in found and found.keys() >= BANDS:
        found["MAG_Z"] = found.pop("Z")
    return found


def twice(name: str) -> str:
    """New name for the second of two names that differ only in case, such as ``Z`` and ``z``."""
    return f"{name} (2)"


def _parts(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Pairs of name and value: the value itself, or the entries of a short list or record."""
    if isinstance(value, list | tuple):
        if len(value) <= MOST_IN_A_LIST:
            yield from ((f"{name}_{number}", one) for number, one in enumerate(value, 1))
    elif isinstance(value, Mapping):
        yield from ((f"{name}_{key}", one) for key, one in value.items())
    else:
        yield name, value


def _free(column: str, taken: Container[str]) -> str:
    """The name, with a number appended if it is taken."""
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
