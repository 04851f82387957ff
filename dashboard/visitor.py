"""One visitor: a session, and all that is done with the spectra it opens."""

from __future__ import annotations

from concurrent.futures import Executor
from functools import cached_property
from typing import TYPE_CHECKING

from .browser_tab import Schedule
from .listing import Listing
from .matrix import Matrix
from .session import Session
from .stepping import Stepping
from .tagging import Tagging
from .visitors import Visitors
from .workspace import Workspace

if TYPE_CHECKING:
    from .whatif import WhatIf

__all__ = ["Visitor"]


class Visitor(Session):
    """The person at one browser tab: made once a page, and what its views are given.

    Parameters
    ----------
    workspace
        What is shared.
    pool
        Worker threads, shared and bounded.
    schedule
        Runs a callback where the page may be changed (the document's thread).

    Attributes
    ----------
    tagging
        Tags on spectra.
    matrix
        The chosen cell of the confusion matrix.
    visitors
        Files dropped on the page.
    steps
        The list that the arrow keys step through.
    """

    def __init__(self, workspace: Workspace, pool: Executor, schedule: Schedule) -> None:
        super().__init__(workspace, pool, schedule)
        self.tagging = Tagging(self)
        self.matrix = Matrix(self)
        self.visitors = Visitors(self)
        self.steps = Stepping(self, self.tagging, self.matrix)

    @cached_property
    def whatif(self) -> WhatIf:
        """Edits of the open spectrum."""
        from .whatif import WhatIf  # loads scipy: not before a page is made

        return WhatIf(self)

    @property
    def listing(self) -> Listing:
        """The open tab's list, or the lens's own if it has none, in its current order."""
        return self.steps.listing

    def step(self, by: int) -> None:
        """Open the spectrum ``by`` places on in the current list."""
        self.steps.step(by)
