"""Warnings that a survey gives with a redshift, in words; and whether they make it doubtful."""

from __future__ import annotations

__all__ = ["doubt", "is_doubtful", "warning_words"]

_HARMLESS = " (often harmless)"
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
    """What the bits of ZWARNING or ZWARN say, parted by semicolons; empty if none is set.

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


def is_doubtful(words: str) -> bool:
    """Whether any part of a warning is of those that ruin a redshift."""
    return any(part.strip() and not part.endswith(_HARMLESS) for part in words.split(";"))


def doubt(words: str) -> str:
    """A sentence for whoever reads a verdict; empty where the redshift is not doubtful."""
    if not is_doubtful(words):
        return ""
    return f"Its redshift is doubtful by its survey: {words}. Types and scores stand on it."
