"""The selected spectra: the single owner of the selection.

Lasso, legend, matrix, clusters and filter pass their rows to :meth:`SelectedRows.take`; plane and
lists watch ``current``. No other object stores a selection.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import param

from ....core.words import shortened
from ....data.selections import Selection

__all__ = ["Combine", "SelectedRows"]

Combine = Literal["new", "add", "subtract", "intersect"]
_WAYS: dict[str, Literal["and", "or", "not"]] = {"add": "or", "subtract": "not", "intersect": "and"}
# Limits of what can be undone, number of selections and of rows in all, to bound memory.
_MOST_KEPT, _MOST_ROWS = 30, 2_000_000
_LONGEST_NAME, _LONGEST_ORIGIN = 60, 400


class SelectedRows(param.Parameterized):
    """The current selection of one visitor, how the next changes it, and those before it.

    To select from another module: ``session.selected.take(Selection(name, origin, rows))``, which
    combines as ``how`` or the call says. To follow it: watch ``current``, which is replaced, never
    changed in place.
    """

    current = param.Parameter(default=None, doc="What is selected (Selection), or None.")
    how = param.Selector(
        default="new",
        objects=list(get_args(Combine)),
        doc="What the next selection does to the current one: takes its place, is added to it, is "
        "taken from it, or leaves what is in both.",
    )

    held = param.Selector(
        default="",
        objects=["", *get_args(Combine)],
        doc="What keys that are held down (Shift, Alt) say instead of the switch; empty for none.",
    )

    taken = param.Event(doc="Rows were selected by hand, and not by a link or an undo.")

    def __init__(self) -> None:
        super().__init__()
        self._before: list[Selection | None] = []

    @property
    def rows(self) -> np.ndarray:
        """(n,) selected rows, ascending; empty without a selection."""
        return np.empty(0, np.int64) if self.current is None else self.current.rows

    @property
    def can_undo(self) -> bool:
        """Whether there is a selection, or none, to go back to."""
        return bool(self._before)

    def take(
        self, selection: Selection, how: Combine | None = None, *, by_hand: bool = True
    ) -> None:
        """Select, or change the selection; an empty result is a selection of no rows.

        Parameters
        ----------
        selection
            The rows of a gesture, a filter, a cell.
        how
            How to combine it with the current selection; by default the visitor's choice.
        by_hand
            Whether to announce it through ``taken``.

        Raises
        ------
        ValueError
            ``how`` is unknown.
        """
        how = (self.held or self.how) if how is None else how
        if how not in get_args(Combine):
            raise ValueError(f"a selection is taken by {[*get_args(Combine)]}, got {how!r}")
        now = self.current
        if how == "new" or (now is None and how in ("add", "intersect")):
            self._put(selection)  # without a selection, both start with the new rows
        elif now is not None:
            made = now.combined(_WAYS[how], selection)
            name = now.name if now.name == selection.name else made.name
            name, origin = shortened(name, _LONGEST_NAME), shortened(made.origin, _LONGEST_ORIGIN)
            self._put(Selection(name, origin, made.rows))
        if by_hand:
            self.taken = True

    def clear(self) -> None:
        """Remove the selection; can be undone."""
        if self.current is not None:
            self._put(None)

    def undo(self) -> None:
        """Restore the previous selection, if there is one."""
        if self._before:
            self.current = self._before.pop()

    def _put(self, selection: Selection | None) -> None:
        self._before.append(self.current)
        while len(self._before) > _MOST_KEPT or _n_rows(self._before) > _MOST_ROWS:
            del self._before[0]
        self.current = selection


def _n_rows(kept: list[Selection | None]) -> int:
    return sum(len(selection.rows) for selection in kept if selection is not None)
