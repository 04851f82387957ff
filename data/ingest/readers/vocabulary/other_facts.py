"""What a file says of an object beside its spectrum, as columns of the catalog."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable
from functools import lru_cache

__all__ = ["EBV", "HEADER_FACTS", "column_name", "facts_of"]

# Not ``ebv``, which is the user's and by which a build corrects dust: a file's own is known for few
# spectra of a mixed collection, and on another scale than the map's.
EBV = "ebv_survey"
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
    precision. An E(B−V) that is none is NaN.
    """
    found: dict[str, str | float] = {}
    names: set[str] = set()
    for name, value in said:
        if value is None or name.upper() in leave_out:
            continue
        column = column_name(name)
        plain = _plain(column, value)
        if plain is not None and name not in names:
            names.add(name)
            found[_free(column, found)] = plain
    return found


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
