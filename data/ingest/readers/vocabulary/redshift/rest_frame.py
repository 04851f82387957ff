"""Statements in a file that its wavelengths are in the rest frame already."""

from __future__ import annotations

import re
from collections.abc import Callable

from ....delimited import is_number, number_of
from ..medium import SENTENCES

__all__ = ["states_rest_frame"]

# Keywords for the frame of the wavelengths, and for the shift applied to them.
_FRAMES = (
    "FRAME", "WAVEFRAM", "WAVEFRAME", "WAVE_FRAME", "WAVELENGTH_FRAME", "SPECFRAM", "SPECSYS",
    "SPECTRALFRAME", "RESTFRAM", "RESTFRAME", "REST_FRAME", "AT_REST", "DEREDSHIFTED",
)  # fmt: skip
_SHIFTED = ("DOPCOR", "DOPCOR01")  # of IRAF's task dopcor
_SLOW = 1e-3  # of the Earth and the Sun: smaller shifts leave an object where it is
_MEANT = re.compile(r"(at[\s_-]*)?rest([\s_-]*frame)?|source|emitted|t|true|yes|y|1", re.IGNORECASE)
_OF_WAVES = re.compile(r"wave|lambda|λ|spectr|ångstr|angstrom", re.IGNORECASE)
_AT_REST = re.compile(
    r"\brest[\s_-]*(frame|wave|lambda)|\b(at|in|to)\s+(the\s+)?rest\b(?!\s+of)|de-?redshifted|"
    r"\brest\b(?=\W*$)",
    re.IGNORECASE,
)
# Negations, instructions, and other things at rest.
_NO_SUCH = re.compile(
    r"\bnot\b|\bor\b|\?|observed|divide|to (get|obtain|convert)|local standard|\blsr|barycent|"
    r"heliocent|solar|\bew\b|equivalent|template|model|\blines?\b",
    re.IGNORECASE,
)


def states_rest_frame(
    value: Callable[[str], object], *, column: str, number: int, unit: str
) -> str:
    """The statement that wavelengths are in the rest frame; "" if there is none.

    Parameters
    ----------
    value
        Function that returns the header value of a keyword, or None.
    column, number, unit
        Of the wavelength column: name, number from 1, and unit as written.
    """
    for name in _FRAMES:
        statement = value(name)
        if statement is not None and _MEANT.fullmatch(str(statement).strip()):
            return f"{name} = {statement}"
    for name in _SHIFTED:
        if (statement := value(name)) and not _is_slow(str(statement)):
            return f"{name} = {statement}"
    own = (f"TCOMM{number}", f"TDESC{number}", f"{column.upper()}_DESCRIPTION")
    for text in (unit, *(value(name) for name in own)):
        if text and _AT_REST.search(str(text)) and not _NO_SUCH.search(str(text)):
            return str(text).strip()
    remarks = (str(entry) for name in SENTENCES if (entry := value(name)))
    lines = (line.strip() for text in remarks for line in re.split(r"[\n.;]", text))
    of_waves = (line for line in lines if _OF_WAVES.search(line) and _AT_REST.search(line))
    return next((line for line in of_waves if not _NO_SUCH.search(line)), "")


def _is_slow(shift: str) -> bool:
    """Whether dopcor's ``redshift apertures`` is a correction for the observer's own motion."""
    number = shift.split(maxsplit=1)[0] if shift.strip() else ""
    return is_number(number) and abs(number_of(number)) < _SLOW
