"""Redshift flags of surveys as text: bits, booleans and grades."""

from __future__ import annotations

import math
import re

from ......core.spectra.redshift_warning import warning_words
from ..keywords import Ask, values_of_keywords

__all__ = ["FLAGS", "flag_words"]

_BITS = ("ZWARNING", "ZWARN", "Z_WARNING", "REDSHIFT_WARNING", "Z_WARN")
# Lowest grade of a reliable redshift, by the documentation of each survey.
_SURE = 0.9  # of a confidence that is a probability
_SCIENCE = 3  # of 4 or 5: 2 may be wrong, 1 is none
_SEEN = 2.5  # of 4, the mean of several people
_LIKELY = 2  # of 4: 1 tentative; tens are broad lines, 9 a single line
_GRADES = {
    "NQ": (_SCIENCE, "nQ"),  # GAMA
    "QOP": (_SCIENCE, "Qop"),  # WiggleZ, OzDES
    **dict.fromkeys(("Q_Z", "QZ"), (_SCIENCE, "Q_Z")),  # 2dFGRS
    **dict.fromkeys(("ZQUALITY", "Z_QUALITY", "ZQUAL", "Z_QUAL"), (_SCIENCE, "Z_QUALITY")),  # DEEP2
    **dict.fromkeys(("Z_Q", "ZQ", "QUAL_Z"), (_SCIENCE, "Z_QUALITY")),
    **dict.fromkeys(("VI_QUALITY", "BEST_QUALITY"), (_SEEN, "VI_QUALITY")),  # DESI, by eye
    "REDFLAG": (_LIKELY, "REDFLAG"),  # VIPERS, VVDS
    **dict.fromkeys(("ZFLAG", "Z_FLAG", "ZFLAGS", "Z_FLAGS", "ZFLG"), (_LIKELY, "Z_FLAG")),  # VVDS
    **dict.fromkeys(("REDSHIFT_FLAG", "CLASS_Z"), (_LIKELY, "Z_FLAG")),
    "CC": (_LIKELY, "confidence class"),  # zCOSMOS
    **dict.fromkeys(("ZCONF", "Z_CONF", "ZCONFID"), (_LIKELY, "ZCONF")),  # MUSE-Wide, of 3
    # Autoz and Euclid
    **dict.fromkeys(("CC_PROB", "Z_PROB", "ZPROB", "PROB_Z", "SPE_Z_REL"), (_SURE, "probability")),
}
_OF_VVDS = _LIKELY  # the tens digit of its flags has another meaning
_UNUSABLE = ("Z_QUALITY", -2)  # of DEEP2
# Bits of ZWARNING by their names, from 0 on.
_NAMED = (
    "SKY", "LITTLE_COVERAGE", "SMALL_DELTA_CHI2", "NEGATIVE_MODEL", "MANY_OUTLIERS", "Z_FITLIMIT",
    "NEGATIVE_EMISSION", "UNPLUGGED", "BAD_TARGET", "NODATA",
)  # fmt: skip
_NOTHING = ("", "ok", "good", "none", "nan", "null", "-", "--", "secure", "reliable")
_SURE_WORDS = ("a", "a+", "high", "certain", "robust", "probable", "sure", "spec", "n/a", "na")
_LONGEST = 40
# SDSS until DR7: https://skyserver.sdss.org/dr7/en/help/browser/enum.asp?n=SpecZStatus
_STATES = ("Z_STATUS", "ZSTATUS")
_UNSURE_STATES = {0: "not measured", 1: "failed", 2: "measurements disagree",
                  5: "low confidence", 7: "low confidence", 9: "low confidence"}  # fmt: skip
FLAGS = (*_BITS, *_GRADES, *_STATES)


def flag_words(value: Ask) -> str:
    """Warning about a redshift as text; "" if there is none.

    Parameters
    ----------
    value
        Function that returns the header value or column entry of an upper-case name, or None. As a
        boolean, ``ZWARN`` is true for *good* redshifts (DESI in Multimodal Universe), and
        ``ZWARNING`` for doubtful ones.
    """
    for name, entry in values_of_keywords(value, _BITS):
        if isinstance(entry, bool):
            bad = entry is (name != "ZWARN")
            return "flagged by its survey" if bad else ""
        if isinstance(entry, str) and _whole(entry) is None:
            if words := _of_text(name, entry.strip()):
                return words
            continue
        bits = _whole(entry)
        if bits is not None and bits >= 0:
            return warning_words(bits)
    for name, grade in values_of_keywords(value, _GRADES):
        least, called = _GRADES[name]
        if isinstance(grade, str):
            grade = _grade_of(grade)
        if isinstance(grade, str):
            return f"{name} says {grade[:_LONGEST]!r}"
        if isinstance(grade, int | float) and not isinstance(grade, bool) and grade == grade:
            return _of_grade(float(grade), least, called)
    for name, entry in values_of_keywords(value, _STATES):
        state = _whole(entry)
        if state in _UNSURE_STATES:
            return f"{name} {state}: {_UNSURE_STATES[state]}"
    return ""


def _of_text(name: str, said: str) -> str:
    """Warning from text: a boolean, or names of bits."""
    plain = said.lower()
    if plain in ("t", "true", "yes", "f", "false", "no"):
        return "flagged by its survey" if (plain[0] in "ty") is (name != "ZWARN") else ""
    if plain in _NOTHING:
        return ""
    named = [word for word in re.split(r"[^A-Z0-9_]+", said.upper()) if word]
    if named and all(word in _NAMED for word in named):
        return warning_words(sum(1 << _NAMED.index(word) for word in {*named}))
    return f"{name} says {said[:_LONGEST]!r}"


def _grade_of(text: str) -> float | str | None:
    """Grade as a number or text; None if empty, or a word for a reliable redshift."""
    plain = text.strip()
    try:
        return float(plain)
    except ValueError:
        return None if plain.lower() in (*_NOTHING, *_SURE_WORDS) else plain


def _of_grade(grade: float, least: int, called: str) -> str:
    if grade < 0 and (called, grade) != _UNUSABLE:  # −1, −99: no grade
        return ""
    sure = grade % 10 if least == _OF_VVDS else grade
    if called == "ZCONF" and _SURE <= grade < 1:
        return ""
    return "" if sure >= least else f"{called} {grade:g}: may be wrong"


def _whole(said: object) -> int | None:
    if isinstance(said, float) and math.isfinite(said) and said == int(said):
        return int(said)
    if isinstance(said, str) and re.fullmatch(r"\s*(\d+(\.0*)?|0[xX][0-9a-fA-F]+)\s*", said):
        return int(said, 16) if "x" in said.lower() else int(float(said))
    return said if isinstance(said, int) else None
