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
    """One visitor's name, role and address; without logins everybody may do everything.

    Attributes
    ----------
    name
        Name of the login; "" without logins.
    role
        ``look``, ``tag`` or ``build``: each includes those before it.
    address
        Address of their machine, as seen by the server.
    """

    name: str = ""
    role: str = "build"
    address: str = ""

    def may(self, role: str) -> bool:
        """Whether they may do what requires this role."""
        return _RANKS[self.role] >= _RANKS[role]

    def refusal(self, deed: str) -> str:
        """A sentence for them on why they may not tag or name."""
        who = f"{self.name} may" if self.name else "Visitors may"
        return f"{who} look, but not {deed}: whoever serves this page can allow it."

    def did(self, what: str) -> None:
        """Log what they did, with control characters removed."""
        # Names and ids may come from outside: each entry must stay one line.
        DEEDS.info("%s", printable(f"{self.address or '-'} {self.name or '-'} {what}"))
