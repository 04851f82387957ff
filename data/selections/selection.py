"""A set of rows with a name and an origin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

__all__ = ["Selection"]


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Rows of a collection.

    Attributes
    ----------
    name
        What it is called.
    origin
        Where it came from, in words: a filter's clause, ``lasso``, a cell, a cluster.
    rows : (n,)
        Ascending, each once; made so, whatever is given.
    """

    name: str
    origin: str
    rows: np.ndarray

    def __post_init__(self) -> None:
        rows = np.asarray(self.rows)
        if rows.size and not np.issubdtype(rows.dtype, np.integer):
            raise ValueError(f"rows must be whole numbers, got {rows.dtype}")
        rows = rows.astype(np.int64, copy=False)
        if not (rows[1:] > rows[:-1]).all():  # to sort those of a filter again takes seconds
            rows = np.sort(rows)
            rows = rows[np.concatenate([[True], rows[1:] != rows[:-1]])]
        object.__setattr__(self, "rows", rows)

    def combined(self, how: Literal["and", "or", "not"], other: Selection) -> Selection:
        """Rows in both, in either, or in this one and not in the other.

        Raises
        ------
        ValueError
            ``how`` is another word.
        """
        ways = {"and": np.intersect1d, "or": np.union1d, "not": np.setdiff1d}
        if how not in ways:
            raise ValueError(f"how must be one of {[*ways]}, got {how!r}")
        word = "or" if how == "or" else "and"
        also = {"not"} if word == "and" else set()
        left = _bracketed(self.origin, {word} | also)
        right = _bracketed(other.origin, set() if how == "not" else {word} | also)
        origin = f"{left} {'and not' if how == 'not' else how} {right}"
        return Selection(
            f"{self.name} {how} {other.name}", origin, ways[how](self.rows, other.rows)
        )


# A text in quotes, what stands in innermost brackets, and what binds parts as a word or a sign.
_QUOTED = re.compile(r"""'[^']*'|"[^"]*"|“[^”]*”""")
_INNERMOST = re.compile(r"\([^()]*\)")
_BINDING = re.compile(r"\b(?:and|or|not|between)\b|[&|~]|!(?!=)", re.IGNORECASE)


def _bracketed(origin: str, bare: set[str]) -> str:
    """An origin to stand within another: in brackets, unless only these words bind its parts."""
    outside, before = _QUOTED.sub("", origin), ""
    while outside != before:
        before, outside = outside, _INNERMOST.sub("", outside)
    binding = {word.lower() for word in _BINDING.findall(outside)}
    return origin if binding <= bare else f"({origin})"
