"""Headers are asked by keyword; of many keywords a header, or a row of a table, has few."""

from __future__ import annotations

from collections.abc import Callable, Iterable

__all__ = ["Ask", "said_of"]

Ask = Callable[[str], object]
"""Of a keyword in upper case what is said; None of one that is not there."""


def said_of(ask: Ask, keywords: Iterable[str]) -> list[tuple[str, object]]:
    """Of some keywords, in their order, those of which something is said, with what it is."""
    facts = getattr(ask, "__self__", None)
    if type(facts) is dict:  # of a row: most tables have as many rows as columns are few
        keywords = [keyword for keyword in keywords if keyword in facts]
    return [(keyword, said) for keyword in keywords if (said := ask(keyword)) is not None]
