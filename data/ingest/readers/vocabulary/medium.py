"""Whether wavelengths are in air or in vacuum, by what a header says of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

__all__ = ["medium_of"]

Said = Literal["air", "vacuum", ""]

_WORDS = (
    "AIRORVAC", "AIR_VAC", "AIRVAC", "MEDIUM", "WAVEMED", "WAVE_MEDIUM", "SPECMED", "WAVTYPE",
    "WAVETYPE", "WAVSYS",
)  # fmt: skip
# Truth values of any type, by what they say is true.
_TRUTHS: tuple[tuple[str, Said], ...] = (
    ("VACUUM", "vacuum"), ("VACWAVE", "vacuum"), ("WAVEVAC", "vacuum"), ("AIR", "air"),
    ("AIRWAVE", "air"), ("WAVEAIR", "air"),
)  # fmt: skip
_NO, _YES = ("f", "false", "no", "n", "0"), ("t", "true", "yes", "y", "1")


def medium_of(value: Callable[[str], object], *, column: str = "", number: int = 0) -> Said:
    """What is said: by VACUUM of any type, a word, the axis's type, its UCD, or a column's name.

    Parameters
    ----------
    value
        Header value of a keyword, None if absent.
    column, number
        Name of the column of wavelengths and its number from 1; none of an image.

    Returns
    -------
    Empty if nothing is said: wavelengths are then taken as vacuum.
    """
    told: list[Said] = [
        *(_truth(value(name), meant) for name, meant in _TRUTHS),
        *(_word(value(name)) for name in _WORDS),
    ]
    for said in told:
        if said:
            return said
    ucd = str(value(f"TUCD{number}") or value("UCD") or "").lower() if column else ""
    if "obs.atmos" in ucd or "air" in ucd:
        return "air"
    axis = str(value(f"TCTYP{number}") or "") if column else ""
    kind = (axis or str(value("CTYPE1") or "")).strip().upper()
    if kind.startswith("AWAV"):
        return "air"
    if kind.startswith(("WAVE", "VACU")):
        return "vacuum"
    return _word(column) if column else ""


def _truth(told: object, meant: Said) -> Said:
    """What follows from a truth value, a number or a word; empty from a number of another kind."""
    if told is None:
        return ""
    word = str(told).strip().lower()
    if told in (False, 0) or word in _NO:
        return "air" if meant == "vacuum" else "vacuum"
    return meant if told in (True, 1) or word in _YES else _word(told)


def _word(told: object) -> Said:
    word = str(told or "").strip().lower()
    if "vac" in word:
        return "vacuum"
    return "air" if "air" in word or "awav" in word else ""
