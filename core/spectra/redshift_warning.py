"""Redshift warnings of surveys in words, and whether they make a redshift doubtful."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["at_odds", "doubt", "is_doubtful", "warning_words"]

_HARMLESS = " (often harmless)"
_AT_ODDS = "the same file says "
_SAME = 3e-3  # in Δz/(1 + z), 900 km/s: wider than the frames and lines that redshifts are of
# ZWARNING of SDSS and ZWARN of Redrock: bits 0 to 9 mean the same in both, 10 and 11 are Redrock's.
# Sources: https://www.sdss4.org/dr17/algorithms/bitmasks (ZWARNING); redrock.zwarning.
_BITS = {
    0: "sky fibre",
    1: "too little of the wavelengths covered",
    2: "another redshift or class fits nearly as well",
    3: "the best model is negative",
    4: f"many outliers{_HARMLESS}",
    5: "at an end of the redshifts tried",
    6: f"a negative emission line{_HARMLESS}",
    7: "unplugged or broken fibre",
    8: "bad target",
    9: "no data",
    10: "the minimum of χ² could not be fitted",
    11: "poor data",
}


def warning_words(bits: int) -> str:
    """Meaning of the bits of ZWARNING or ZWARN, separated by semicolons; "" if none is set.

    Parameters
    ----------
    bits
        As the survey has them; one that is not known is named by its number.

    Raises
    ------
    ValueError
        They are negative.
    """
    if bits < 0:
        raise ValueError(f"bits of a warning are not negative, got {bits}")
    return "; ".join(
        _BITS.get(bit, f"bit {bit} of the warning")
        for bit in range(bits.bit_length())
        if bits >> bit & 1
    )


def at_odds(z: float, others: Mapping[str, float]) -> str:
    """Other redshifts that contradict the chosen one, as text; "" if there are none.

    Parameters
    ----------
    z
        The redshift that is taken.
    others
        Name → redshift; NaN and 0 stand for none.
    """
    warnings = [
        f"{name} = {other:.4g}"
        for name, other in others.items()
        if other and abs(other - z) > _SAME * (1 + z)
    ]
    return _AT_ODDS + ", ".join(warnings) if warnings else ""


def is_doubtful(words: str) -> bool:
    """Whether any part of a warning is of those that ruin a redshift."""
    return any(part.strip() and not part.endswith(_HARMLESS) for part in words.split(";"))


def doubt(words: str) -> str:
    """A sentence for the reader of a verdict; empty where the redshift is not doubtful."""
    if not is_doubtful(words):
        return ""
    whose = "" if words.startswith(_AT_ODDS) else " by its survey"
    return f"Its redshift is doubtful{whose}: {words}. Types and scores stand on it."
