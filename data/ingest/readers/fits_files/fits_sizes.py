"""Check of the data sizes in FITS headers against the size of the file.

A negative size makes a reader loop for ever; a huge one exhausts the memory.
Source: FITS Standard 4.0, §4.4.1 and §7.
"""

from __future__ import annotations

import re
from typing import IO

from ..errors import ReadError

__all__ = ["check_sizes"]

_BLOCK, _CARD = 2880, 80
_MOST_BLOCKS = 10_000  # of one header: 360 000 cards
_BITPIX = (8, 16, 32, 64, -32, -64)
_MOST_AXES = _MOST_FIELDS = 999
_WANTED = re.compile(rb"(?:BITPIX|NAXIS\d{0,3}|PCOUNT|GCOUNT|TFIELDS|GROUPS) *\Z")
_VALUE = re.compile(rb"= *([^/]*?) *(?:/|\Z)")
_WHOLE = re.compile(rb"[+-]?\d{1,30}\Z")


def check_sizes(stream: IO[bytes], limit: int) -> None:
    """Check the sizes of the first HDUs against the size of the file.

    Parameters
    ----------
    stream
        The open file; its position is changed.
    limit
        Number of HDUs to check.

    Raises
    ------
    ReadError
        ``"unreadable"``: a size is negative, not an integer, or exceeds the file.
    """
    end = stream.seek(0, 2)
    at = 0
    for number in range(limit):
        if at >= end:
            return
        stream.seek(at)
        header = _header(stream, number)
        if header is None:  # truncated, or followed by other data: reported when it is read
            return
        claims, length = header
        size = _data_size(claims, number)
        at += length
        if at + size > end:
            raise ReadError(
                "unreadable",
                f"it is truncated: {end:,} of at least {at + size:,} bytes are there; "
                "fetch it again",
            )
        at += -(-size // _BLOCK) * _BLOCK


def _header(stream: IO[bytes], number: int) -> tuple[dict[str, bytes], int] | None:
    """Keyword → value of its first card, and the header's bytes; None without a header."""
    claims: dict[str, bytes] = {}
    for block in range(_MOST_BLOCKS):
        cards = stream.read(_BLOCK)
        if len(cards) < _BLOCK:
            return None
        if block == 0 and not cards.startswith((b"SIMPLE", b"XTENSION")):
            return None
        for start in range(0, _BLOCK, _CARD):
            keyword = cards[start : start + 8]
            if keyword == b"END     ":
                return claims, (block + 1) * _BLOCK
            if _WANTED.match(keyword):
                value = _VALUE.match(cards, start + 8, start + _CARD)
                name = keyword.decode().strip()
                claims.setdefault(name, b"" if value is None else value[1])
    raise ReadError("unreadable", f"the header of HDU {number} does not end")


def _data_size(claims: dict[str, bytes], number: int) -> int:
    """Size of the data by the header, in bytes, without the padding of the last block."""
    bits = _claimed(claims, "BITPIX", 8, number)
    if bits not in _BITPIX:
        raise _impossible("BITPIX", bits, number, "none of 8, 16, 32, 64, -32, -64")
    n_axes = _claimed(claims, "NAXIS", 0, number)
    if not 0 <= n_axes <= _MOST_AXES:
        raise _impossible("NAXIS", n_axes, number, "not between 0 and 999")
    if not 0 <= _claimed(claims, "TFIELDS", 0, number) <= _MOST_FIELDS:
        raise _impossible("TFIELDS", claims["TFIELDS"].decode("latin-1"), number, "not 0 to 999")
    names = [f"NAXIS{axis}" for axis in range(1, n_axes + 1)]
    sizes = {name: _claimed(claims, name, 0, number) for name in (*names, "PCOUNT")}
    sizes["GCOUNT"] = _claimed(claims, "GCOUNT", 1, number)
    for name, size in sizes.items():
        if size < 0:
            raise _impossible(name, size, number, "negative")
    groups = claims.get("GROUPS") == b"T" and n_axes > 0 and sizes["NAXIS1"] == 0
    elements = 1 if n_axes else 0
    for name in names[1:] if groups else names:
        elements *= sizes[name]
    return abs(bits) // 8 * sizes["GCOUNT"] * (sizes["PCOUNT"] + elements)


def _claimed(claims: dict[str, bytes], name: str, otherwise: int, number: int) -> int:
    value = claims.get(name)
    if value is None:
        return otherwise
    if not _WHOLE.match(value):
        raise _impossible(name, value.decode("latin-1"), number, "no whole number")
    return int(value)


def _impossible(name: str, value: object, number: int, why: str) -> ReadError:
    return ReadError(
        "unreadable",
        f"the header of HDU {number} says {name} = {value}, which is {why}: it is damaged; "
        "fetch it again",
    )
