"""Ids found by a part of them, as they are typed or as they stand in a file's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np

__all__ = ["IdSearch"]

_SHORTEST = 3  # a run of fewer letters that two ids share says nothing
_MOST_COUNTED = 1000


class IdSearch:
    """The ids of a collection in one text: a search through 728,133 takes milliseconds.

    Parameters
    ----------
    ids
        In the order of the rows; capital and small letters are not told apart.
    """

    def __init__(self, ids: Iterable[str]) -> None:
        lowered = [str(id).lower() for id in ids]
        # Each id between line breaks, so that its beginning and its end can be asked for.
        self._text = "\n" + "\n".join(lowered) + "\n"
        lengths = np.fromiter(map(len, lowered), np.int64, len(lowered))
        self._starts = np.cumsum(lengths + 1) - lengths

    def containing(self, text: str, *, limit: int = 8) -> tuple[list[int], int]:
        """Rows whose id contains a text, and how many there are, counted up to a thousand.

        Parameters
        ----------
        text
            A part of an id, or plate, MJD and fiber with whatever is between and around them,
            leading zeros or none: ``spec-0651-52141-0072.fits``, ``651 52141 72``.
        limit
            How many rows are given: the id itself first, then those that begin with the text,
            then the rest in the order of the collection.
        """
        wanted = text.strip().lower()
        if not wanted or "\n" in wanted:
            return [], 0
        rows = list(islice(self._rows_with(wanted), _MOST_COUNTED))
        if not rows:
            rows = list(islice(self._rows_of_numbers(wanted), _MOST_COUNTED))
        ahead = islice(self._rows_with(f"\n{wanted}\n"), 1), self._rows_with(f"\n{wanted}")
        first = [row for some in ahead for row in islice(some, limit)]
        return list(dict.fromkeys([*first, *rows]))[:limit], len(rows)

    def near(self, text: str, *, limit: int = 5) -> list[int]:
        """Rows whose id shares the longest beginning, or else end, of a text with it."""
        wanted = text.strip().lower()
        for length in range(len(wanted), _SHORTEST - 1, -1):
            for part in (wanted[:length], wanted[-length:]):
                found = list(islice(self._rows_with(part), limit)) if "\n" not in part else []
                if found:
                    return found
        return []

    def _rows_with(self, part: str) -> Iterator[int]:
        """Rows in whose id a text occurs, each once, in order."""
        at = self._text.find(part)
        while at >= 0:
            row = self._row_at(at + part.startswith("\n"))
            yield row
            # The break at the end of this id is the one in front of the next.
            at = self._text.find(part, int(self._starts[row]) + self._length(row))

    def _rows_of_numbers(self, text: str) -> Iterator[int]:
        """Rows whose id holds the same numbers in the same order; from two numbers on."""
        numbers = [number.lstrip("0") for number in re.findall(r"\d+", text)]
        if len(numbers) < 2:
            return iter(())
        pattern = r"(?<!\d)" + r"[^\d\n]+".join(f"0*{number}" for number in numbers) + r"(?!\d)"
        found = (self._row_at(match.start()) for match in re.finditer(pattern, self._text))
        return iter(dict.fromkeys(islice(found, _MOST_COUNTED)))

    def _row_at(self, at: int) -> int:
        return int(np.searchsorted(self._starts, at, side="right")) - 1

    def _length(self, row: int) -> int:
        return self._text.find("\n", int(self._starts[row])) - int(self._starts[row])
