"""Sky positions in headers and catalogues: in degrees or sexagesimal."""

from __future__ import annotations

import math
import re

from .keywords import Ask, values_of_keywords

__all__ = ["DECLINATIONS", "RIGHT_ASCENSIONS", "degrees_of", "on_the_sky", "position_of"]

RIGHT_ASCENSIONS = (
    "RA", "OBJ_RA", "OBSRA", "RA_OBJ", "OBJRA", "RA_TARG", "TARG_RA", "TARGET_RA", "PLUG_RA",
    "RA_DEG", "RADEG", "RAJ2000", "OBJCTRA", "RA_ICRS", "FIBER_RA", "S_RA",
)  # fmt: skip
DECLINATIONS = (
    "DEC", "OBJ_DEC", "OBSDEC", "DEC_OBJ", "OBJDEC", "DEC_TARG", "TARG_DEC", "TARGET_DEC",
    "PLUG_DEC", "DEC_DEG", "DECDEG", "DEDEG", "DEJ2000", "OBJCTDEC", "DE_ICRS", "FIBER_DEC",
    "S_DEC", "DECL",
)  # fmt: skip
_PARTS = re.compile(
    r"([+-]?)(\d{1,3})[\s:hd°]+(\d{1,2})(?:[\s:m'′]+(\d{1,2}(?:\.\d*)?))?[ms'′\"″\s]*"
)
_WHOLE, _POLE, _SIXTY, _HOUR = 360.0, 90.0, 60.0, 15.0


def degrees_of(value: object, *, hours: bool) -> float:
    """An angle in degrees; NaN if it is not an angle.

    Parameters
    ----------
    value
        A number in degrees, or text in degrees or sexagesimal.
    hours
        Whether sexagesimal text is in hours, as for right ascension.
    """
    if isinstance(value, bool):
        return math.nan
    if isinstance(value, int | float):
        number = float(value)
    elif isinstance(value, str):
        number = _of_text(value.strip().replace("−", "-"), _HOUR if hours else 1.0)
    else:
        return math.nan
    return number if abs(number) <= _WHOLE else math.nan  # false for NaN too


def _of_text(text: str, unit: float) -> float:
    parts = _PARTS.fullmatch(text)
    if parts is None:
        try:
            return float(re.sub(r"\s*(?:°|d|deg|degrees?)$", "", text))
        except ValueError:
            return math.nan
    size = int(parts[2]) + int(parts[3]) / _SIXTY + float(parts[4] or 0) / _SIXTY**2
    return unit * (-size if parts[1] == "-" else size)


def position_of(value: Ask) -> tuple[float, float]:
    """Right ascension and declination, degrees; NaN if unknown.

    Parameters
    ----------
    value
        Function that returns the value of an upper-case name, or None.
    """
    ras, decs = (
        [value_of for _, value_of in values_of_keywords(value, names)]
        for names in (RIGHT_ASCENSIONS, DECLINATIONS)
    )
    ra = (degrees_of(value_of, hours=True) for value_of in ras)
    dec = (degrees_of(value_of, hours=False) for value_of in decs)
    return on_the_sky(
        next((one for one in ra if math.isfinite(one)), math.nan),
        next((one for one in dec if math.isfinite(one)), math.nan),
    )


def on_the_sky(ra_deg: float, dec_deg: float) -> tuple[float, float]:
    """A position with 0 ≤ right ascension < 360; both NaN if it is invalid.

    Equal coordinates that are not positive (0, -1, -99) are fill values: spectra with them would
    otherwise all count as one object.
    """
    if not (math.isfinite(ra_deg) and math.isfinite(dec_deg)):  # also if one is missing
        return ra_deg, dec_deg
    if abs(dec_deg) > _POLE or ra_deg == dec_deg <= 0:
        return math.nan, math.nan
    return (ra_deg if 0 <= ra_deg < _WHOLE else ra_deg % _WHOLE), dec_deg
