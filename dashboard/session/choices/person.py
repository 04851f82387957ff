"""The signed-in person at a browser tab, and their permissions."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from ....core.words import printable

__all__ = ["DEEDS", "Person"]

DEEDS = logging.getLogger("spexplain.deeds")
"""What visitors do: a line each, as ``address name what``; heard where a server is told to."""

_RANKS: Mapping[str, int] = {"look": 0, "tag": 1, "build": 2}


@dataclass(frozen=True, slots=True)
class Person:
    """One visitor's name, role and address; whoever serves a page to themselves may do anything.

    Attributes
    ----------
    name
        As they have logged in; "" where nobody has to.
    role
        ``look``, ``tag`` or ``build``: each may do all that those before it may.
    address
        Of their machine, as the server sees it.
    """

    name: str = ""
    role: str = "build"
    address: str = ""

    def may(self, role: str) -> bool:
        """Whether they may do what takes this role."""
        return _RANKS[self.role] >= _RANKS[role]

    def refusal(self, deed: str) -> str:
        """Why they may not tag or name, in words for them."""
        who = f"{self.name} may" if self.name else "Visitors may"
        return f"{who} look, but not {deed}: whoever serves this page can allow it."

    def did(self, what: str) -> None:
        """Write down what they did; control characters of names do not reach the log."""
        # A name, also one that nobody has, or an id may come from outside: one line stays one line.
        DEEDS.info("%s", printable(f"{self.address or '-'} {self.name or '-'} {what}"))
