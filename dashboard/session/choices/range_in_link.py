"""The range that a plot shows, as the address has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .state import View

__all__ = ["RangeInLink"]


class RangeInLink:
    """A range that a plot writes into the address, and another may ask for by a link.

    Parameters
    ----------
    view
        The choices that the address holds.
    name
        Which of them is the range: ``window`` of a plane, ``waves`` of a spectrum.
    """

    def __init__(self, view: View, name: str) -> None:
        self._view, self._name = view, name
        self._known: str = getattr(view, name)

    def write(self, ends: str) -> None:
        """Set it, as the plot's own doing."""
        self._known = ends
        setattr(self._view, self._name, ends)

    def asked_anew(self) -> bool:
        """Whether it has been set by another than the plot since this was last asked."""
        before, self._known = self._known, getattr(self._view, self._name)
        return self._known != before
