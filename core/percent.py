"""Shares and probabilities, written one way on the page, on a terminal, in tables and reports."""

from __future__ import annotations

__all__ = ["percent", "probability_text"]


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
