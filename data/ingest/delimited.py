"""Text tables in any common form: encodings, delimiters, decimal commas, notes."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

__all__ = ["Delimited", "decoded", "is_number", "number_of", "read_delimited"]

_MARKS = {
    b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32",  # before UTF-16's, which are prefixes
    b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig",
}  # fmt: skip
_NOTE = re.compile(r"[#%!]|//|(?:--|;)\s+(?=[^\W\d])")
_FORTRAN = re.compile(r"([+-]?[\d.,]+)[dDqQ]([+-]?\d+)|([+-]?\d*[.,]\d*)([+-]\d{2,3})")
# A value followed by a remark, as in FITS headers, but not a unit such as erg / (s cm2 AA).
_CARD = re.compile(r"^(?!(?:\S+\s+)?(?:ergs?|[mk]?W|J|photons?|ph)\s)(.*?)\s+/\s.*", re.IGNORECASE)
_LOOKED_AT, _MOST_PROSE, _LEAST_PROSE = 20, 100, 2  # lines
# Comment marks of other languages, before the numbers.
_MARK = re.compile(r"(?:[^\w\s(\[]+|C|REM)\s+(?=\S)")
_IN_BRACKETS = re.compile(r"[\[(][^\[\]()]*[\])]")
_COMMA_APART, _GLUE = r",\s*(?![^\[(]*[\])])", "\0"
_DELIMITERS = (";", "\t", "|", ",")
# Thousands separator → pattern of a number with it; point and comma only if other numbers show that
# they are not decimal marks.
_NUMERIC = re.compile(r"[-+]?[\d.,]*\d[\d.,]*")
_GROUPED = {
    mark: re.compile(rf"[-+]?[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+(?:{decimal}\d*)?")
    for mark, decimal in ((",", r"\."), (".", ","), ("'", "[.,]"), ("’", "[.,]"), ("\xa0", "[.,]"),
                          ("\u2009", "[.,]"), ("\u202f", "[.,]"))
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delimited:
    """A text table.

    Attributes
    ----------
    names
        Names of the columns; ``col1``, ``col2``, … if the first line is numeric.
    rows
        Stripped words, as many per row as names.
    named
        Whether the names are from the file.
    notes
        ``name = value`` or ``name: value`` in lines that begin with ``#``.
    remarks
        Other such lines.
    """

    names: tuple[str, ...]
    rows: list[list[str]]
    named: bool
    notes: dict[str, str]
    remarks: tuple[str, ...] = ()

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Name → words of the column; the first of equal names."""
        columns: dict[str, tuple[str, ...]] = {}
        words_of = zip(*self.rows, strict=True) if self.rows else [()] * len(self.names)
        for name, words in zip(self.names, words_of, strict=True):
            columns.setdefault(name, words)
        return columns


def decoded(content: bytes) -> str:
    """Decoded text: UTF-8, UTF-16 or UTF-32 with or without a byte-order mark, else Latin-1."""
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    if encoding is None and b"\0" in content[:200]:
        wide = 32 if b"\0\0" in content[:4] else 16
        encoding = f"utf-{wide}-be" if content[:1] == b"\0" else f"utf-{wide}-le"
    try:
        return content.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def number_of(word: str) -> float:
    """Parse a number, also with decimal comma, or as written by Fortran (``1.5D-17``, ``1.5-17``).

    Raises
    ------
    ValueError
        The word is not a number.
    """
    fortran = _FORTRAN.fullmatch(word)
    parts = [part for part in fortran.groups() if part] if fortran else [word]
    return float("e".join(parts).replace(",", "."))


def read_delimited(content: bytes) -> Delimited:
    """Parse a table delimited by semicolons, tabs, bars, commas or blanks, with or without names.

    Lines that begin with ``#``, ``%`` or ``!`` are notes; the last that is not ``name = value``
    names the columns if it has as many words as there are columns.

    Raises
    ------
    ValueError
        There are no lines, or one has another number of columns than the first.
    """
    notes, lines = _parted(decoded(content))
    if not lines:
        raise ValueError("it holds no line of data")
    before, lines = _preamble(lines)
    notes += before
    delimiter = _delimiter(lines)
    rows = _without_empty_last([_split(line, delimiter) for line in lines])
    numeric = all(is_number(word) for word in rows[0])
    names = tuple(f"col{number + 1}" for number in range(len(rows[0])))
    named = False
    if not numeric:
        names, rows, named = tuple(rows[0]), rows[1:], True
        sizes = {len(row) for row in rows}
        if len(sizes) == 1 and sizes != {1} and sizes != {len(names)}:
            names = _heads(lines[0], delimiter, len(rows[0])) or names
    else:
        heads = (
            _heads(note, delimiter, len(names)) for note in reversed(notes) if not _said([note])
        )
        found = next(filter(None, heads), ())
        names, named = found or names, bool(found)
    for number, row in enumerate(rows):
        if len(row) != len(names):
            raise ValueError(
                f"row {number + 1} has {len(row)} of the {len(names)} columns of the first line"
            )
    rows = _without_thousands(rows)
    return Delimited(names, rows, named, _said(notes), tuple(n for n in notes if not _said([n])))


def _heads(line: str, delimiter: str, n: int) -> tuple[str, ...]:
    """Names of n columns in a line with any delimiter; empty if it has none.

    Brackets belong to a name, as do single blanks if names are separated by several.
    """
    whole = re.sub(r"\s+(?=[\[(])", "", _IN_BRACKETS.sub(lambda m: m[0].replace(" ", _GLUE), line))
    ways = (
        *(_split(line, delimiter), re.split(_COMMA_APART, line), line.split()),
        *(whole.split(), re.split(r"\s{2,}|\t", line)),
    )
    for words in ways:
        plain = tuple(word.replace(_GLUE, " ").strip() for word in words)
        if len(plain) == n and all(plain) and not any(map(is_number, plain)):
            return plain
    return ()


def _without_thousands(rows: list[list[str]]) -> list[list[str]]:
    """Remove thousands separators: ``1,234.5``, ``1.234,5`` and ``1'234.5``.

    A comma separates thousands if all numbers with commas fit and another has a point; a point if
    all numbers with points fit and one has a comma after it.
    """
    for mark, grouped in _GROUPED.items():
        words = {word for row in rows for word in row if mark in word}
        if mark in ",.":
            words = {word for word in words if _NUMERIC.fullmatch(word)}
            other = {",": ".", ".": ","}[mark]
            among = words if mark == "." else (word for row in rows for word in row)
            unambiguous = any(other in word and _NUMERIC.fullmatch(word) for word in among)
            if not unambiguous or not all(map(grouped.fullmatch, words)):
                continue
        meant = {word: word.replace(mark, "") for word in words if grouped.fullmatch(word)}
        if meant:
            rows = [[meant.get(word, word) for word in row] for row in rows]
    return rows


def _without_empty_last(rows: list[list[str]]) -> list[list[str]]:
    """Drop the empty last column if the data lines end with a delimiter."""
    n = len(rows[0])
    if len(rows) > 1 and all(len(row) == n + 1 and not row[-1] for row in rows[1:]):
        return [rows[0], *(row[:-1] for row in rows[1:])]
    return rows


def _parted(text: str) -> tuple[list[str], list[str]]:
    """Notes without their mark, and the other lines."""
    notes, lines = [], []
    for line in text.splitlines():
        bare = line.strip()
        if not any(map(str.isalnum, bare)):  # horizontal rules
            continue
        if _NOTE.match(bare):
            notes.append(bare.lstrip("#%!/-; ").rstrip())
        elif not bare.lower().startswith("sep="):  # of Excel
            lines.append(line.rstrip("\r\n").strip(" "))
    if all(line.startswith("|") and line.endswith("|") for line in lines):
        lines = [line[1:-1].strip() for line in lines]
    return [note for note in notes if note], lines


def _preamble(lines: list[str]) -> tuple[list[str], list[str]]:
    """Split off lines of prose before the names of numeric columns.

    The names are the last line before the numbers, if it has as many words.
    """
    delimiter = _delimiter(lines[-_LOOKED_AT:])
    numbers = [_is_numbers(_split(line, delimiter)) for line in lines[:_MOST_PROSE]]
    first = numbers.index(True) if True in numbers else 0
    if first < _LEAST_PROSE or not _is_numbers(_split(lines[-1], delimiter)):
        return [], lines
    n = len(_split(lines[first], delimiter))
    if len(_split(lines[0], delimiter)) == n:
        return [], lines
    named = len(_split(lines[first - 1], delimiter)) == n
    prose = [_MARK.sub("", line) for line in lines[: first - named]]
    return prose, lines[first - named :]


def _is_numbers(words: list[str]) -> bool:
    return len(words) > 1 and all(map(is_number, words))


def _delimiter(lines: list[str]) -> str:
    """Delimiter that splits all of the first lines into equally many parts, > 1; else blanks."""
    first_lines = lines[:20]
    # Decimal commas are not delimiters: blanks are.
    words = first_lines[-1].split()
    apart_by_blanks = _is_numbers(words) and all(word == word.strip(",") for word in words)
    marks = [mark for mark in _DELIMITERS if mark != "," or not apart_by_blanks]
    for mark in marks:
        counts = {len(_split(line, mark)) for line in first_lines}
        if len(counts) == 1 and counts != {1}:
            return mark
    return next((mark for mark in marks if mark in first_lines[0]), "")


def _split(line: str, delimiter: str) -> list[str]:
    if not delimiter:
        return line.split()
    if len(line) > csv.field_size_limit():  # a field may exceed what csv accepts
        return [part.strip() for part in line.split(delimiter)]
    parts = next(csv.reader(io.StringIO(line), delimiter=delimiter, skipinitialspace=True), [])
    return [part.strip() for part in parts]


def is_number(word: str) -> bool:
    """Whether a word of a text file is a number."""
    try:
        number_of(word)
    except ValueError:
        return False
    return True


def _said(notes: list[str]) -> dict[str, str]:
    facts: dict[str, str] = {}
    for note in notes:
        for mark in ("=", ":"):
            name, parted, value = note.partition(mark)
            if parted and value.strip() and len(name.split()) == 1:
                facts.setdefault(name.strip(" \"'"), _CARD.sub(r"\1", value.strip()).strip(" '\""))
                break
    return facts
