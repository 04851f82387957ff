"""Lookup of many keywords in headers and rows, which have few of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

__all__ = ["Ask", "values_of_keywords"]

Ask = Callable[[str], object]
"""Of a keyword in upper case what is said; None of one that is not there."""


def values_of_keywords(ask: Ask, keywords: Iterable[str]) -> list[tuple[str, object]]:
    """Pairs of keyword and value for those keywords that have a value, in order."""
    facts = getattr(ask, "__self__", None)
    if type(facts) is dict:  # a row of a table: faster, as tables have many rows
        keywords = [keyword for keyword in keywords if keyword in facts]
    return [(keyword, value) for keyword in keywords if (value := ask(keyword)) is not None]
