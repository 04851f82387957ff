"""Error messages for users in place of libraries' messages for programmers."""

from __future__ import annotations

import re

__all__ = ["in_own_words"]

# Signs that a message is meant for programmers.
_FOR_PROGRAMMERS = re.compile(
    r"\w\(\)|0x|\[Errno|object|argument|\bargs?\b|None|\bindex\b|unpack|buffer|codec|literal|"
    r"keyword|^\d+:\d+:|required for|=\w*`|_\w+=|pickle|synchronously|attribute|iterable|ndarray|"
    r"dtype|data type|\bint\b|\bstr\b|\bfloat\b|embedded null|<class|instance|token|"
    r"not well-formed|\bE\d\d\b|magic bytes",
)


def in_own_words(text: str, otherwise: str) -> str:
    """A library's message if it is meant for users, else another text.

    Parameters
    ----------
    text
        The library's message.
    otherwise
        Alternative text with the fault and its remedy.
    """
    plain = " ".join(text.split())
    return otherwise if not plain or _FOR_PROGRAMMERS.search(plain) else plain[:200]
