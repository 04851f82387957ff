"""The exception and the default check by which long computations are cancelled."""

from __future__ import annotations

__all__ = ["Cancelled", "never"]


class Cancelled(Exception):
    """The caller no longer wants the explanation."""


def never() -> bool:
    """The default of ``cancelled``: go on to the end."""
    return False
