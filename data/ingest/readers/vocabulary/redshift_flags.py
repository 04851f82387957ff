"""What surveys say of how sure a redshift is, read into words: bits, truth values and grades."""

from __future__ import annotations

import math
from collections.abc import Callable

from .....core.spectra.redshift_warning import warning_words

__all__ = ["FLAGS", "flag_words"]

_BITS = ("ZWARNING", "ZWARN", "Z_WARNING", "REDSHIFT_WARNING", "Z_WARN")
# Grade → from which on a redshift is for science, by the survey's own words.
_GRADES = {
    "NQ": (3, "nQ"),  # GAMA: 2 may be wrong, 1 is none
    "REDFLAG": (2, "REDFLAG"),  # VIPERS, VVDS: 1 tentative, 2 likely; tens are broad lines
}
FLAGS = (*_BITS, *_GRADES)


def flag_words(value: Callable[[str], object]) -> str:
    """The warning that comes with a redshift, in words; empty if there is none.

    Parameters
    ----------
    value
        Header value, or entry of a column, of a name in upper case; None if absent. As a truth
        value ``ZWARN`` is true of what is *good* (Multimodal Universe has DESI's so), and
        ``ZWARNING`` of what is warned of.
    """
    for name in _BITS:
        said = value(name)
        if isinstance(said, bool):
            bad = said is (name != "ZWARN")
            return "flagged by its survey" if bad else ""
        bits = _whole(said)
        if bits is not None and bits >= 0:
            return warning_words(bits)
    for name, (least, called) in _GRADES.items():
        grade = value(name)
        if isinstance(grade, int | float) and not isinstance(grade, bool) and grade == grade:
            sure = grade % 10 if name == "REDFLAG" else grade
            return "" if sure >= least else f"{called} {grade:g}: may be wrong"
    return ""


def _whole(said: object) -> int | None:
    if isinstance(said, float) and math.isfinite(said) and said == int(said):
        return int(said)
    if isinstance(said, str) and said.strip().isdigit():
        return int(said)
    return said if isinstance(said, int) else None
