"""Conditions on one column, written into and read from a where-clause by controls."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from .where_words import KEYWORDS, Word, split_words

__all__ = [
    "Kinds",
    "NumberRange",
    "as_written",
    "kinds_in",
    "kinds_of",
    "quoted",
    "range_in",
    "range_of",
    "with_condition",
]


@dataclass(frozen=True, slots=True)
class NumberRange:
    """From ``low`` to ``high``, both included; None where it is open."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Kinds:
    """One of some values as a clause writes them, or nothing known if ``missing``.

    Values are texts in quotes, whole numbers, TRUE or FALSE.
    """

    values: tuple[str, ...] = ()
    missing: bool = False


def as_written(name: str) -> str:
    """A column's name in a clause.

    A name with a hyphen is a difference to any parser, so it is written with underscores; what is
    no word, or is a word of the language, stands in double quotes.
    """
    plain = name.replace("-", "_")
    word = re.fullmatch(r"[^\W\d]\w*", plain) and plain.upper() not in {*KEYWORDS, "NONE", "WHERE"}
    return plain if word else '"' + name.replace('"', '""') + '"'


def quoted(text: str) -> str:
    """A text in a clause."""
    return "'" + text.replace("'", "''") + "'"


def range_of(name: str, wanted: NumberRange) -> str:
    """The condition that a column lies in a range; empty where both ends are open."""
    low, high = wanted.low, wanted.high
    if low is None and high is None:
        return ""
    column = as_written(name)
    if low is None or high is None:
        return f"{column} <= {_digits(high)}" if low is None else f"{column} >= {_digits(low)}"
    return f"{column} BETWEEN {_digits(low)} AND {_digits(high)}"


def kinds_of(name: str, wanted: Kinds) -> str:
    """The condition that a column has one of some values; empty where there are none."""
    column, texts = as_written(name), wanted.values
    condition = f"{column} IN ({', '.join(texts)})" if texts else ""
    condition = f"{column} = {texts[0]}" if len(texts) == 1 else condition
    missing = f"{column} IS NULL" if wanted.missing else ""
    return f"({condition} OR {missing})" if condition and missing else condition or missing


def with_condition(text: str, name: str, condition: str) -> str:
    """A clause with this condition on a column instead of those it has on that column alone.

    Parameters
    ----------
    text
        A clause that can be understood, or an empty one.
    name
        The column.
    condition
        Of :func:`range_of` or :func:`kinds_of`; an empty one takes away.

    Returns
    -------
    Conditions joined by AND. Where the clause is of alternatives it stays whole, in parentheses.
    """
    parts, whole = _parted(text)
    kept = [part for part in parts if not _as_range(part, name) and not _as_kinds(part, name)]
    conditions = [text[part[0].start : part[-1].end] for part in kept if part]
    if not whole and conditions and condition:
        conditions = [f"({conditions[0]})"]
    return " AND ".join([*conditions, *([condition] if condition else [])])


def range_in(text: str, name: str) -> NumberRange:
    """The range that a clause holds a column to by a condition of its own; open if by none."""
    low = high = None
    for part in _parted(text)[0]:
        limits = _as_range(part, name)
        if limits:
            low = limits.low if limits.low is not None else low
            high = limits.high if limits.high is not None else high
    return NumberRange(low, high)


def kinds_in(text: str, name: str) -> Kinds | None:
    """The values that a clause holds a column to by a condition of its own; None if by none."""
    kinds = [_as_kinds(part, name) for part in _parted(text)[0]]
    return next((first for first in kinds if first is not None), None)


def _digits(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _parted(text: str) -> tuple[list[list[Word]], bool]:
    """The words of each condition that all must hold; False if it is one of alternatives."""
    parts: list[list[Word]] = [[]]
    depth, between = 0, False
    words = split_words(text)[:-1]
    if words and words[0].kind == "name" and words[0].value.upper() == "WHERE":
        words = words[1:]
    for word in words:
        value = word.value if word.kind in ("keyword", "sign") else ""
        depth += (value == "(") - (value == ")")
        if value == "OR" and depth == 0:
            return [words], False
        between |= value == "BETWEEN"
        if value == "AND" and depth == 0 and not between:
            parts.append([])
            continue
        between &= value != "AND"
        parts[-1].append(word)
    return [part for part in parts if part], True


def _same(word: Word, name: str) -> bool:
    folded = word.value.lower().replace("-", "_")
    return word.kind in ("name", "quoted") and folded == name.lower().replace("-", "_")


def _as_range(part: list[Word], name: str) -> NumberRange | None:
    """Inverse of :func:`range_of`; None for other conditions."""
    if len(part) < 3 or not _same(part[0], name):
        return None
    how = part[1].value if part[1].kind in ("keyword", "sign") else ""
    cut = [k for k, word in enumerate(part) if word.kind == "keyword" and word.value == "AND"]
    if how == "BETWEEN" and len(cut) == 1:
        low, high = _number(part[2 : cut[0]]), _number(part[cut[0] + 1 :])
        return None if low is None or high is None else NumberRange(low, high)
    value = _number(part[2:])
    if how not in ("<=", ">=") or value is None:
        return None
    return NumberRange(value) if how == ">=" else NumberRange(None, value)


def _number(words: list[Word]) -> float | None:
    sign = -1.0 if len(words) == 2 and (words[0].kind, words[0].value) == ("sign", "-") else 1.0
    words = words[1:] if sign < 0 else words
    return sign * float(words[0].value) if [word.kind for word in words] == ["number"] else None


def _as_kinds(part: list[Word], name: str) -> Kinds | None:
    """Inverse of :func:`kinds_of`; None for other conditions."""
    texts = _values(part)
    missing = any(word.kind == "keyword" and word.value == "NULL" for word in part)
    if not (texts or missing):
        return None
    wanted = Kinds(texts, missing)
    written = split_words(kinds_of(name, wanted))[:-1]
    return wanted if _alike(written, part, name) else None


def _values(part: list[Word]) -> tuple[str, ...]:
    """The constants of a condition as they are written."""
    values = []
    for before, word in pairwise([Word("end", "", 0, 0), *part]):
        if word.kind == "text":
            values.append(quoted(word.value))
        elif word.kind == "number":
            sign = "-" * ((before.kind, before.value) == ("sign", "-"))
            values.append(sign + word.value)
        elif word.kind == "keyword" and word.value in ("TRUE", "FALSE"):
            values.append(word.value)
    return tuple(values)


def _alike(written: list[Word], part: list[Word], name: str) -> bool:
    def said(words: Collection[Word]) -> list[tuple[str, str]]:
        return [("name", "") if _same(word, name) else (word.kind, word.value) for word in words]

    return said(written) == said(part)
