"""The way out of a long computation, apart from the computations."""

from __future__ import annotations

__all__ = ["Cancelled", "never"]


class Cancelled(Exception):
    """The caller no longer wants the explanation."""


def never() -> bool:
    """The default of ``cancelled``: go on to the end."""
    return False
