"""Reasons in words of this program: what a library says to programmers is not passed on."""

from __future__ import annotations

import re

__all__ = ["in_own_words"]

# What tells that a sentence was meant for whoever programs with the library.
_FOR_PROGRAMMERS = re.compile(
    r"\w\(\)|0x|\[Errno|object|argument|\bargs?\b|None|\bindex\b|unpack|buffer|codec|literal|"
    r"keyword|^\d+:\d+:|required for|=\w*`|_\w+=|pickle|synchronously|attribute|iterable|ndarray|"
    r"dtype|data type|\bint\b|\bstr\b|\bfloat\b|embedded null|<class|instance|token|"
    r"not well-formed|\bE\d\d\b|magic bytes",
)


def in_own_words(text: str, otherwise: str) -> str:
    """What a library says, if it is a sentence for users; else other words.

    Parameters
    ----------
    text
        As it says it.
    otherwise
        What is wrong and what to do, in words of this program.
    """
    plain = " ".join(text.split())
    return otherwise if not plain or _FOR_PROGRAMMERS.search(plain) else plain[:200]
