"""Tokens of a where-clause with their positions, and errors that point at them."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["KEYWORDS", "LONGEST", "WhereError", "Word", "split_words"]

LONGEST = 2000  # characters; more is not typed, and a program should send rows
KEYWORDS = (
    "AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "ILIKE", "IS", "NULL", "TRUE", "FALSE",
)  # fmt: skip
# Written in Python, in TOPCAT, in numpy or in print for the same; lists of Python have brackets.
_SPELLINGS = {
    "&": "AND", "&&": "AND", "∧": "AND", "|": "OR", "||": "OR", "∨": "OR",
    "~": "NOT", "!": "NOT", "¬": "NOT", "[": "(", "]": ")", "^": "**", "−": "-", "×": "*",
    "==": "=", "!=": "<>", "≠": "<>", "≤": "<=", "≥": ">=", "NONE": "NULL",
}  # fmt: skip
_WORD = re.compile(
    r"""\s*(?:
    (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<name>[^\W\d]\w*)
    | '(?P<text>(?:[^']|'')*)'
    | "(?P<quoted>(?:[^"]|"")*)"
    | (?P<curly>‘[^’]*’|“[^”]*”)
    | `(?P<ticked>[^`]*)`
    | (?P<sign><=|>=|<>|!=|==|&&|\|\||\*\*|[-+*/<>=()&|~!,^≤≥≠−×∧∨¬]|\[|\])
    )""",
    re.VERBOSE,
)


class WhereError(ValueError):
    """A where-clause that cannot be understood.

    Attributes
    ----------
    why
        In words.
    start, end
        Of the offending word in the text, in characters.
    near
        What was perhaps meant.
    """

    def __init__(self, why: str, start: int, end: int, near: tuple[str, ...] = ()) -> None:
        self.why, self.start, self.end, self.near = why, start, end, near
        super().__init__(f"{why} Near: {', '.join(near)}." if near else why)


@dataclass(frozen=True, slots=True)
class Word:
    """One word.

    Attributes
    ----------
    kind
        ``number``, ``name``, ``text`` (in single quotes), ``quoted`` (in double quotes: a column,
        or a text as Python writes it), ``sign``, ``keyword`` or ``end``.
    value
        What it says: keywords in capitals, ``&`` as ``AND``, ``==`` as ``=``.
    start, end
        Its place in the text.
    """

    kind: str
    value: str
    start: int
    end: int


def split_words(text: str) -> list[Word]:
    """The words of a clause, an empty one of kind ``end`` last.

    Raises
    ------
    WhereError
        A character begins no word, a quote is not closed, or the text is too long.
    """
    if len(text) > LONGEST:
        raise WhereError(
            f"A filter has {LONGEST} characters at most, this one has {len(text):,}.",
            LONGEST,
            len(text),
        )
    words, at, stop = [], 0, len(text.rstrip())
    while at < stop:
        match = _WORD.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        words.append(_word(match))
        at = match.end()
    return [*words, Word("end", "", stop, stop)]


def _word(match: re.Match[str]) -> Word:
    kind = match.lastgroup or ""
    value = match[kind]
    start, end = match.end() - len(match[0].lstrip()), match.end()
    if kind in ("text", "quoted"):
        quote = "'" if kind == "text" else '"'
        return Word(kind, value.replace(2 * quote, quote), start, end)
    if kind == "curly":
        return Word("quoted", value[1:-1], start, end)
    if kind == "ticked":
        return Word("name", value, start, end)
    spelling = _SPELLINGS.get(value.upper(), value)
    if spelling.upper() in KEYWORDS:
        return Word("keyword", spelling.upper(), start, end)
    return Word(kind, spelling, start, end)


def _unreadable(text: str, at: int) -> WhereError:
    start = at + len(text[at:]) - len(text[at:].lstrip())
    sign = text[start]
    if sign in "'\"`‘“":
        return WhereError(f"This {sign} is not closed.", start, len(text))
    if sign.isdigit() or sign == ".":
        end = start + len(re.match(r"[\w.]+", text[start:])[0])  # pyright: ignore[reportOptionalSubscript]
        return WhereError(f"“{text[start:end]}” is not a number.", start, end)
    what = "One condition is enough: a filter has no “;”." if sign == ";" else ""
    return WhereError(what or f"“{sign}” has no meaning here.", start, start + 1)
