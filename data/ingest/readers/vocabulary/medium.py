"""Medium of wavelengths, air or vacuum, by the header."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from .keywords import Ask, values_of_keywords

__all__ = ["SENTENCES", "Said", "medium_of", "sentences_say"]

Said = Literal["air", "vacuum", ""]

_WORDS = (
    "AIRORVAC", "AIR_VAC", "AIRVAC", "MEDIUM", "WAVEMED", "WAVE_MEDIUM", "SPECMED", "WAVTYPE",
    "WAVETYPE", "WAVSYS", "WAVEREF", "WAVEFRAM", "WAVEFRAME", "WAVE_FRAME", "LAMTYPE", "WAVELTYP",
    "VACAIR", "VAC_AIR", "VACORAIR", "WAVESYS", "WAVE_TYPE", "WAVEUNIT", "WAVE_UNIT", "REFMED",
    "WAVE_SYS", "SPECTRAL_MEDIUM", "SPEC_MEDIUM", "WAVELENGTH MEDIUM", "SPECTRUM MEDIUM",
    "SPECTRAL MEDIUM", "LAMBDATYPE", "LAMBDA_TYPE", "WLTYPE", "WL_TYPE", "WAVELENGTH_TYPE",
    "WAVELENGTH_MEDIUM",
)  # fmt: skip
# Corrections: if applied, they give the medium; if not, nothing is known.
_CONVERSIONS: dict[str, Said] = {
    "AIR2VAC": "vacuum", "AIRTOVAC": "vacuum", "VACCORR": "vacuum", "VAC_CORR": "vacuum",
    "AIR_TO_VAC": "vacuum", "VAC2AIR": "air", "VACTOAIR": "air", "VAC_TO_AIR": "air",
}  # fmt: skip
SENTENCES = ("COMMENT", "HISTORY", "COMMENTS", "NOTES")
"""Keywords of remarks in words."""
# Boolean keywords of any type, by the medium that True stands for.
_TRUTHS: dict[str, Said] = {
    "VACUUM": "vacuum", "VACWAVE": "vacuum", "WAVEVAC": "vacuum", "AIR": "air",
    "AIRWAVE": "air", "WAVEAIR": "air", "WAVE_AIR": "air", "WAV_AIR": "air",
    "IN_AIR": "air", "AIR_WAVE": "air", "IS_AIR": "air", "VAC": "vacuum",
    "WAVE_VAC": "vacuum", "IN_VAC": "vacuum", "VAC_WAVE": "vacuum", "IS_VACUUM": "vacuum",
    "ISAIR": "air", "INAIR": "air", "ISVAC": "vacuum", "INVAC": "vacuum", "ISVACUUM": "vacuum",
}  # fmt: skip
_SPOKEN_OF = re.compile(
    r"wave|lambda|λ|angstrom|\b(air|vac\w*) to (air|vac)|\bvac\w* (correct|conver)"
)
# "not in vacuum", "no air to vacuum conversion", "not corrected to vacuum": the other one.
_DENIED = re.compile(
    r"\b(?:no|not|never|without)(?:\s+(?!air|vac)[a-z]+){0,4}\s+(?:(?:air|vac\w*)\s+to\s+)?(air|vac)"
)
_NO, _YES = ("f", "false", "no", "n", "0"), ("t", "true", "yes", "y", "1")


def medium_of(value: Ask, *, column: str = "", number: int = 0, unit: str = "") -> Said:
    """Stated medium, by VACUUM of any type, words, axis type, UCD, or the column's name.

    Parameters
    ----------
    value
        Function that returns the header value of a keyword, or None.
    column, number, unit
        Name of the wavelength column, its number from 1, and its unit as written; defaults for
        images.

    Returns
    -------
    "" if nothing is stated: wavelengths are then taken as vacuum.
    """
    stated = [
        *(_truth(entry, _TRUTHS[name]) for name, entry in values_of_keywords(value, _TRUTHS)),
        *(_word(entry) for _, entry in values_of_keywords(value, _WORDS)),
        *(
            _done(entry, _CONVERSIONS[name])
            for name, entry in values_of_keywords(value, _CONVERSIONS)
        ),
    ]
    if medium := _first(stated):
        return medium
    ucd = str(value(f"TUCD{number}") or value("UCD") or "").lower() if column else ""
    if "obs.atmos" in ucd or "air" in ucd:
        return "air"
    axis = str(value(f"TCTYP{number}") or "") if column else ""
    kind = (axis or str(value("CTYPE1") or "")).strip().upper()
    if kind.startswith("AWAV"):
        return "air"
    if re.match(r"(WAVE|VACUUM)(?![A-Z])", kind):  # WAVELENGTH is not a type of the standard
        return "vacuum"
    own = (f"TUNIT{number}", f"TCOMM{number}", f"TDESC{number}", f"{column.upper()}_DESCRIPTION")
    about = own if column else ("CUNIT1",)
    remarks = [sentences_say(str(t)) for name in SENTENCES if (t := value(name))]
    columns = [_apart(unit), *(_apart(t) for name in about if (t := value(name)))]
    return _first((_word(column), *columns, *remarks))


def _first(stated: Iterable[str]) -> Said:
    """The first non-empty statement."""
    medium = next(filter(None, stated), "")
    return "air" if medium == "air" else "vacuum" if medium else ""


def sentences_say(text: str) -> Said:
    """Medium stated in a remark by a line on wavelengths in air or vacuum.

    Parameters
    ----------
    text
        Any number of lines. What is in doubt or denied does not count, except that wavelengths
        are not in the one, or were not converted to it: then they are in the other.
    """
    routines = re.sub(r"\b(air|vac)[-_]?(?:to|2)[-_]?(air|vac)", r"\1 to \2", text.lower())
    for line in re.split(r"[\n.;]", routines):
        if not _SPOKEN_OF.search(line) or re.search(r"\bor\b|\?", line):
            continue
        if denied := _DENIED.search(line):
            return "vacuum" if denied[1] == "air" else "air"
        if re.search(r"\b(no|not|never|without)\b", line):
            continue
        words = set(re.findall(r"\b(air|vac(?:uum)?)\b", line))
        to = re.search(r"\bto\s+(?:the\s+)?(air|vac)", line)
        if to:
            return "air" if to[1] == "air" else "vacuum"
        if words:
            return "air" if words == {"air"} else "vacuum" if "air" not in words else ""
    return ""


def _apart(told: object) -> Said:
    """Medium named as a separate word within a longer text."""
    words = re.findall(r"(?<![a-z])(air|vac)(?:uum)?(?![a-z])", str(told or "").lower())
    return "" if len({*words}) != 1 else "air" if words[0] == "air" else "vacuum"


def _done(told: object, left: Said) -> Said:
    word = str(told).strip().lower()
    return left if told in (True, 1) or word in (*_YES, "done", "performed", "applied") else ""


def _truth(told: object, meant: Said) -> Said:
    """Medium from a boolean, 0 or 1, or a word; "" for other numbers."""
    word = str(told).strip().lower()
    if told in (False, 0) or word in _NO:
        return "air" if meant == "vacuum" else "vacuum"
    return meant if told in (True, 1) or word in _YES else _word(told)


def _word(told: object) -> Said:
    word = str(told or "").strip().lower()
    if "vac" in word:
        return "vacuum"
    return "air" if "air" in word or "awav" in word else ""
