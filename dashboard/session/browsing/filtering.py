"""The filter of a visitor: its where-clause, errors and rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import param

from ....data.selections import Selection, WhereError
from ....data.selections.conditions import with_condition

if TYPE_CHECKING:
    from ..choices.selected_rows import Combine
    from ..session import Session
    from .stepping import Stepping

__all__ = ["Filtering"]

NAME = "filter"


class Filtering(param.Parameterized):
    """Selects by a clause, and drops the clause once something else is selected.

    The clause in force is ``session.view.filter``, which is part of the address; text that could
    not be understood is stored only here.

    Parameters
    ----------
    session
        The session whose rows are selected.
    steps
        Reopens the list that was open before, once the filter is removed.
    """

    text = param.String(default="", doc="The clause as last typed, whether or not it holds.")
    error = param.Parameter(default=None, doc="What is wrong with it (WhereError), or None.")
    n = param.Integer(default=None, allow_None=True, doc="How many rows it holds of; None if off.")

    def __init__(self, session: Session, steps: Stepping) -> None:
        super().__init__()
        self._session, self._steps, self._busy = session, steps, False
        self._known: tuple[Selection, str] | None = None
        session.view.param.watch(self._asked, "filter")
        session.selected.param.watch(self._follow, "current")

    def apply(self, text: str, how: Combine | None = None, *, by_hand: bool = True) -> None:
        """Select and list the rows that satisfy a clause; an empty one clears the filter.

        Parameters
        ----------
        text
            The clause.
        how, by_hand
            As of :meth:`SelectedRows.take`.
        """
        text = " ".join(text.split())
        if not text:
            self.clear()
            return
        try:
            rows = self._session.workspace.row_filter.rows(text)
        except WhereError as error:
            self.param.update(text=text, error=error)
            return
        made = Selection(NAME, text, rows)
        self._known = (made, text)
        self.param.update(text=text, error=None, n=len(rows))
        self._session.selected.take(made, how, by_hand=by_hand)
        self._follow()

    def clear(self) -> None:
        """Remove the filter and its selection; any other selection stays."""
        held = self._clause_in_force
        self.param.update(text="", error=None, n=None)
        if held:
            self._session.selected.clear()
            self._steps.leave_selected()

    def hold(self, column: str, condition: str) -> None:
        """Select by the clause in force, with this condition on a column, or without any."""
        self.apply(with_condition(self._session.view.filter, column, condition))

    def _asked(self, *_: object) -> None:
        """Apply a clause from a link, or from the browser's history."""
        wanted = self._session.view.filter
        if self._busy or wanted == self._clause_in_force:
            return
        if not wanted:
            self.clear()
            return
        self.apply(wanted, "new", by_hand=False)
        if self.error is not None:
            self._put("")

    @property
    def _clause_in_force(self) -> str:
        """The clause whose rows are selected; empty if other rows are."""
        now = self._session.selected.current
        if now is None or now.name != NAME:
            return ""
        if self._known is None or self._known[0] is not now:
            self._known = (now, now.origin if self._says(now.origin, now.rows) else "")
        return self._known[1]

    def _says(self, clause: str, rows: np.ndarray) -> bool:
        """Whether exactly these rows satisfy a clause.

        A clause combined by "and not" may differ: as in SQL, it skips missing values.
        """
        try:
            return np.array_equal(self._session.workspace.row_filter.rows(clause), rows)
        except WhereError:  # two long ones, shortened
            return False

    def _follow(self, *_: object) -> None:
        """After another selection, or undo: set its clause, or none."""
        held = self._clause_in_force
        self._put(held)
        if held:
            self.param.update(text=held, error=None, n=len(self._session.selected.rows))
        else:
            self.n = None

    def _put(self, clause: str) -> None:
        self._busy = True
        self._session.view.filter = clause
        self._busy = False
