"""The parts that a where-clause is made of, each with its kind, and what may be made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow.compute

from .where_vocabulary import COMPARISONS, FLIPPED, as_real
from .where_words import WhereError, Word

__all__ = [
    "Part",
    "as_number",
    "compared",
    "condition_of",
    "constant",
    "joined",
    "number_of",
    "raised",
]

# Its functions are made when it is imported, so that no type checker sees them.
pc: Any = pyarrow.compute


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a clause.

    Attributes
    ----------
    expression
        Of Arrow's.
    kind
        ``number``, ``text`` or ``truth``.
    start, end
        Its place in the clause.
    constant
        Its value, if it is one.
    column
        The column's name, if it is one.
    """

    expression: Any
    kind: str
    start: int
    end: int
    constant: Any = None
    column: str = ""


def joined(left: Part, right: Part, how: Callable[[Any, Any], Any]) -> Part:
    """Two conditions as one."""
    made = how(condition_of(left).expression, condition_of(right).expression)
    return Part(made, "truth", left.start, right.end)


def condition_of(part: Part) -> Part:
    """The part; WhereError if it is no condition."""
    if part.kind != "truth":
        such_as = ", as in LIKE 'type%'" * (part.kind == "text")
        raise WhereError(
            f"This {part.kind} is not a condition: compare it with something{such_as}.",
            part.start,
            part.end,
        )
    return part


def number_of(part: Part) -> Part:
    """The part; WhereError if it is no number."""
    if part.kind != "number":
        raise WhereError(f"This {part.kind} is not a number.", part.start, part.end)
    return part


def compared(left: Part, sign: str, right: Part) -> Part:
    """``left sign right``, with ``=`` and ``<>`` of an empty text for what is missing.

    Raises
    ------
    WhereError
        Their kinds differ.
    """
    if left.kind != right.kind:
        raise WhereError(
            f"A {left.kind} cannot be compared with this {right.kind}.", right.start, right.end
        )
    if left.constant == "" and right.constant != "":
        left, right, sign = right, left, FLIPPED[sign]
    if right.constant == "" and sign in ("=", "<>"):  # an empty text is a missing one
        missing = left.expression.is_null()
        return Part(missing if sign == "=" else ~missing, "truth", left.start, right.end)
    made = COMPARISONS[sign](left.expression, right.expression)
    return Part(made, "truth", left.start, right.end)


def raised(base: Part, exponent: Part) -> Part:
    """Base to the power of the exponent, as real numbers."""
    of = [as_real(number_of(part).expression) for part in (base, exponent)]
    return Part(pc.power(*of), "number", base.start, exponent.end)


def constant(value: Any, kind: str, word: Word) -> Part:
    """A value as it stands in the clause."""
    return Part(pc.scalar(value), kind, word.start, word.end, value)


def as_number(text: str) -> int | float:
    """Whole numbers stay whole, since survey ids have more digits than a float holds."""
    if text.isdecimal() and len(text) < 19:
        return int(text)
    return float(text)
