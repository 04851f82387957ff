"""Shares as percent, written one way on the page, on a terminal, in tables and in reports."""

from __future__ import annotations

__all__ = ["percent"]


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
