"""Numbers in words, formatted alike on the page, terminal, tables and reports."""

from __future__ import annotations

import re
import unicodedata

__all__ = [
    "EXPLAINED_R2",
    "correlation_text",
    "counted",
    "goodness",
    "number_text",
    "percent",
    "printable",
    "probability_text",
    "redshift_text",
    "shortened",
    "spreadsheet_cell",
]


_SIGNED = re.compile(r"[+-]+|[+-]?[\d.:\s°'\"hdms]+([eE][+-]?\d+)?")
_UNSHOWN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # Unicode's kinds of marks that are not seen


def counted(n: int, one: str, several: str = "") -> str:
    """A number with its noun: '1 spectrum', '1,200 spectra'.

    Parameters
    ----------
    n
        How many.
    one, several
        The noun of one, and of any other number; by default with an s.
    """
    return f"{n:,} {one if n == 1 else several or f'{one}s'}"


def number_text(value: float, spec: str) -> str:
    """A number as its format says, '-' as the minus sign that is typeset: '−0.12'."""
    return f"{value:{spec}}".replace("-", "−")


def percent(share: float, spec: str = ".0f") -> str:
    """A share of 1 as '4 %'.

    Parameters
    ----------
    share
        1 is all of it.
    spec
        How the number is formatted: ".1f" for '14.8 %', "g" for a chosen share as it was chosen.
    """
    return f"{100 * share:{spec}} %"


def printable(text: str, kept: str = "") -> str:
    """A text from outside as one line that a terminal or a log only shows: '\\x1b' for an escape.

    Parameters
    ----------
    text
        What may hold control marks, ends of lines, or marks that turn the direction of reading.
    kept
        Those of them that stay.
    """
    if text.isprintable():
        return text
    spelled = (
        mark.encode("unicode_escape").decode()
        if mark not in kept and unicodedata.category(mark) in _UNSHOWN
        else mark
        for mark in text
    )
    return "".join(spelled)


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters, the last an ellipsis where it was cut."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def redshift_text(z: float) -> str:
    """A redshift as '0.1006'; a star's is not rounded to nothing: '−2e−05'."""
    return number_text(z, ".4f" if z == 0 or abs(z) >= 5e-5 else ".1g")


def spreadsheet_cell(text: str) -> str:
    """A text as a spreadsheet shows it: one that would be computed there has an apostrophe before.

    Numbers, angles and times with a sign stay as they are.
    """
    bare = text.lstrip()
    computes = bare.startswith(("=", "@")) or (
        bare.startswith(("+", "-")) and not _SIGNED.fullmatch(bare)
    )
    return f"'{text}" if computes else text


def probability_text(probability: float, digits: int = 3) -> str:
    """A probability as '0.964', never rounded to a certainty: '> 0.999', '< 0.001'.

    Parameters
    ----------
    probability
        0 to 1; "–" for one that is not known.
    digits
        After the point.
    """
    if not 0 <= probability <= 1:
        return "–"
    least = 10.0**-digits
    text = f"{probability:.{digits}f}"
    if float(text) >= 1:
        return f"> {1 - least:.{digits}f}"
    return f"< {least:.{digits}f}" if float(text) <= 0 else text


def correlation_text(correlation: float, digits: int = 2) -> str:
    """A correlation as '0.94', never rounded to a perfect one: '> 0.99', '< −0.99'.

    Parameters
    ----------
    correlation
        −1 to 1, which are perfect to rounding errors alone.
    digits
        After the point.
    """
    text = f"{correlation:.{digits}f}"
    if abs(float(text)) == 1 and 1 - abs(correlation) > _ROUNDING:
        text = ("> " if correlation > 0 else "< -") + f"{1 - 10.0**-digits:.{digits}f}"
    return text.replace("-", "−")


# A surrogate of lower weighted R² misses more than half of what the target does over the
# neighbourhood: its weights are no reasons.
EXPLAINED_R2 = 0.5

_NEARLY_ONE = 0.9995
_ROUNDING = 1e-9


def goodness(r2: float, *, above: str = "above") -> str:
    """R² in words: 'R² 0.94', 'R² 0.997'; a good fit is not rounded up to a perfect one.

    Parameters
    ----------
    r2
        At most 1.
    above
        Stands before 0.999 for what is nearer to 1: '>' where there is little room.
    """
    if r2 < 0.99:
        return f"R² {number_text(r2, '.2f')}"
    return f"R² {r2:.3f}" if r2 < _NEARLY_ONE else f"R² {above} 0.999"
