"""Parser from SQL-like where-clauses to Arrow expressions.

Arrow's expressions are columns, constants and a closed set of functions on them: they run no code
and open no file, and what is not named here cannot be asked for. Values that are missing (NaN, an
empty text) are SQL's NULL: no comparison holds for them but IS NULL.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Literal

import pyarrow.compute

from ...core.words import shortened
from .where_parts import (
    Part,
    as_number,
    compared,
    condition_of,
    constant,
    joined,
    number_of,
    raised,
)
from .where_vocabulary import (
    ASKED_ELSEWHERE,
    CALLS,
    COMPARISONS,
    FUNCTIONS,
    MEANT,
    as_real,
)
from .where_words import KEYWORDS, WhereError, Word, split_words

__all__ = ["ColumnKind", "Where", "read_where"]

ColumnKind = Literal["number", "text", "truth"]
# Its functions are made when it is imported, so that no type checker sees them.
pc: Any = pyarrow.compute
_DEEPEST = 60


@dataclass(frozen=True, slots=True, eq=False)
class Where:
    """A clause that has been understood.

    Attributes
    ----------
    expression
        Of Arrow's, on the columns under their names here.
    columns
        Those it asks about.
    texts
        Columns and the texts that they are to equal, in the order of the clause.
    """

    expression: Any
    columns: tuple[str, ...]
    texts: tuple[tuple[str, str], ...] = ()


def read_where(text: str, columns: Mapping[str, ColumnKind]) -> Where:
    """Understand a clause such as ``z < 0.1 & sn_median > 20 & label == "type 2"``.

    Parameters
    ----------
    text
        Conditions joined by AND, OR, NOT (or &, |, ~), with = == != <> < <= > >=, IN, BETWEEN,
        LIKE, ILIKE, IS NULL, arithmetic and :data:`.FUNCTIONS`; a leading WHERE may stand.
    columns
        Name → kind. Names are found in any capitals, and with ``_`` for any ``-``.

    Raises
    ------
    WhereError
        It is no such clause; the error holds the place of the offending word.
    """
    return _Reader(text, columns).read()


class _Reader:
    """Recursive descent: one method a level of precedence, from the loosest."""

    def __init__(self, text: str, columns: Mapping[str, ColumnKind]) -> None:
        self._words = split_words(text)
        self._columns, self._at, self._depth = columns, 0, 0
        self._known = {_plain(name): name for name in columns}
        self._used: dict[str, None] = {}
        self._texts: list[tuple[str, str]] = []

    def read(self) -> Where:
        if self._next.kind == "name" and self._next.value.upper() == "WHERE":
            self._at += 1
        if self._next.kind == "end":
            raise WhereError("The filter is empty.", 0, 0)
        mask = condition_of(self._or())
        if self._next.kind != "end":
            raise self._unexpected("AND or OR")
        return Where(mask.expression, tuple(self._used), tuple(self._texts))

    @property
    def _next(self) -> Word:
        return self._words[self._at]

    def _took(self, *values: str) -> Word | None:
        word = self._next
        if word.kind in ("keyword", "sign") and word.value in values:
            self._at += 1
            return word
        return None

    def _expect(self, value: str) -> Word:
        word = self._took(value)
        if word is None:
            raise self._unexpected(value)
        return word

    def _unexpected(self, wanted: str) -> WhereError:
        word = self._next
        if word.kind == "end":
            return WhereError(f"The filter ends where {wanted} is expected.", word.start, word.end)
        near = get_close_matches(word.value.upper(), KEYWORDS, 1) if word.kind == "name" else ()
        sentence = f"“{shortened(word.value, 40)}” stands where {wanted} is expected."
        return WhereError(sentence, word.start, word.end, tuple(near))

    def _or(self) -> Part:
        left = self._and()
        while self._took("OR"):
            left = joined(left, self._and(), lambda a, b: a | b)
        return left

    def _and(self) -> Part:
        left = self._not()
        while self._took("AND"):
            left = joined(left, self._not(), lambda a, b: a & b)
        return left

    def _not(self) -> Part:
        word = self._took("NOT")
        if word is None:
            return self._condition()
        inner = self._deeper(self._not)
        return Part(~condition_of(inner).expression, "truth", word.start, inner.end)

    def _deeper(self, read: Callable[[], Part]) -> Part:
        self._depth += 1
        if self._depth > _DEEPEST:
            word = self._next
            raise WhereError(f"Nested more than {_DEEPEST} deep.", word.start, word.end)
        value = read()
        self._depth -= 1
        return value

    def _condition(self) -> Part:
        left = self._sum()
        if self._took("IS"):
            return self._is_null(left)
        negated = self._took("NOT")
        made: Part | None = None
        if self._took("IN"):
            made = self._in(left)
        elif self._took("BETWEEN"):
            made = self._between(left)
        elif like := self._took("LIKE", "ILIKE"):
            made = self._like(left, ignore_case=like.value == "ILIKE")
        if made is None and negated:
            raise self._unexpected("IN, BETWEEN or LIKE")
        if made is not None:
            mask = ~made.expression if negated else made.expression
            return Part(mask, "truth", left.start, made.end)
        return self._compared(left)

    def _compared(self, left: Part) -> Part:
        """left, or left < right, or low < left < high as Python has it."""
        chain = None
        while sign := self._took(*COMPARISONS):
            right = self._sum()
            pair = self._pair(left, sign.value, right)
            chain = pair if chain is None else joined(chain, pair, lambda a, b: a & b)
            left = right
        return left if chain is None else chain

    def _pair(self, left: Part, sign: str, right: Part) -> Part:
        for one, other in ((left, right), (right, left)) if sign == "=" else ():
            if one.column and other.constant and isinstance(other.constant, str):
                self._texts.append((one.column, other.constant))
        return compared(left, sign, right)

    def _is_null(self, left: Part) -> Part:
        negated = self._took("NOT")
        end = self._expect("NULL").end
        missing = left.expression.is_null()
        return Part(~missing if negated else missing, "truth", left.start, end)

    def _in(self, left: Part) -> Part:
        self._expect("(")
        made = None
        while True:
            pair = self._pair(left, "=", self._sum())
            made = pair.expression if made is None else made | pair.expression
            if not self._took(","):
                break
        return Part(made, "truth", left.start, self._expect(")").end)

    def _between(self, left: Part) -> Part:
        low = self._pair(left, ">=", self._sum())
        self._expect("AND")
        high = self._pair(left, "<=", self._sum())
        return Part(low.expression & high.expression, "truth", left.start, high.end)

    def _like(self, left: Part, *, ignore_case: bool) -> Part:
        word = self._next
        if left.kind != "text":
            raise WhereError(f"LIKE needs a text, not a {left.kind}.", left.start, left.end)
        if word.kind not in ("text", "quoted"):
            raise self._unexpected("a text in quotes")
        self._at += 1
        made = pc.match_like(left.expression, word.value, ignore_case=ignore_case)
        return Part(made, "truth", left.start, word.end)

    def _sum(self) -> Part:
        return self._chain(self._product, {"+": pc.add, "-": pc.subtract})

    def _product(self) -> Part:
        divide = lambda a, b: pc.divide(as_real(a), as_real(b))  # noqa: E731
        return self._chain(self._power, {"*": pc.multiply, "/": divide})

    def _power(self) -> Part:
        base = self._value()
        if not self._took("**"):
            return base
        return raised(base, self._deeper(self._power))

    def _chain(self, read: Callable[[], Part], how: Mapping[str, Callable[..., Any]]) -> Part:
        left = read()
        while sign := self._took(*how):
            right = read()
            for part in (left, right):
                number_of(part)
            made = how[sign.value](as_real(left.expression), as_real(right.expression))
            left = Part(made, "number", left.start, right.end)
        return left

    def _value(self) -> Part:
        word = self._next
        if word.kind == "end" or (word.kind == "sign" and word.value not in ("(", "-", "+")):
            raise self._unexpected("a column or a value")
        self._at += 1
        if word.kind == "sign":
            return self._signed_or_nested(word)
        if word.kind == "number":
            number = as_number(word.value)
            if number > sys.float_info.max:
                why = f"“{shortened(word.value, 40)}” is larger than any number that is kept."
                raise WhereError(why, word.start, word.end)
            return constant(number, "number", word)
        if word.kind == "keyword":
            return self._keyword(word)
        if word.kind == "name" and self._next.value == "(" and self._next.kind == "sign":
            return self._call(word)
        return self._column_or_text(word)

    def _signed_or_nested(self, word: Word) -> Part:
        if word.value == "(":
            inner = self._deeper(self._or)
            end = self._expect(")").end
            return Part(inner.expression, inner.kind, word.start, end, inner.constant)
        inner = number_of(self._deeper(self._power))
        made = pc.negate(inner.expression) if word.value == "-" else inner.expression
        return Part(made, "number", word.start, inner.end)

    def _keyword(self, word: Word) -> Part:
        if word.value in ("TRUE", "FALSE"):
            return constant(word.value == "TRUE", "truth", word)
        why = f"“{word.value}” stands where a column or a value is expected."
        if word.value == "NULL":
            why = "Nothing equals NULL: write IS NULL, or IS NOT NULL."
        raise WhereError(why, word.start, word.end)

    def _call(self, word: Word) -> Part:
        name = word.value.upper()
        if name not in FUNCTIONS:
            why = ASKED_ELSEWHERE.get(name.lower())
            near = () if why else get_close_matches(name, FUNCTIONS, 3) or FUNCTIONS
            why = why or f"There is no function “{shortened(word.value, 40)}”."
            raise WhereError(why, word.start, word.end, tuple(near))
        self._expect("(")
        inner = self._deeper(self._sum)
        if name == "POWER":
            self._expect(",")
            inner = raised(inner, self._deeper(self._sum))
            return replace(inner, start=word.start, end=self._expect(")").end)
        kind = "text" if name in ("LOWER", "UPPER") else "number"
        if inner.kind != kind:
            raise WhereError(f"{name} takes a {kind}, not a {inner.kind}.", inner.start, inner.end)
        return Part(CALLS[name](inner.expression), kind, word.start, self._expect(")").end)

    def _column_or_text(self, word: Word) -> Part:
        if word.kind == "text":
            return constant(word.value, "text", word)
        name = self._known.get(_plain(word.value))
        if name is not None:
            self._used[name] = None
            return Part(pc.field(name), self._columns[name], word.start, word.end, column=name)
        if word.kind == "quoted":
            return constant(word.value, "text", word)
        meant = MEANT.get(_plain(word.value))
        near = [meant] if meant in self._known else []
        near = near or get_close_matches(_plain(word.value), self._known, 3, 0.5)
        why = ASKED_ELSEWHERE.get(word.value.lower())
        near = [] if why else near
        why = why or f"There is no column “{shortened(word.value, 40)}”; a text stands in quotes."
        raise WhereError(why, word.start, word.end, tuple(self._known[name] for name in near))


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")
