"""One visitor: a session and all its features."""

from __future__ import annotations

from concurrent.futures import Executor
from functools import cached_property, partial
from typing import TYPE_CHECKING

from ..workspace import Listing, Workspace
from ..workspace.selections_colouring import SELECTIONS_COLOUR
from .background.browser_tab import Schedule
from .browsing.confusion import ConfusionCell
from .browsing.filtering import Filtering
from .browsing.laid_mean import LaidMean
from .browsing.stepping import Stepping
from .browsing.tags import Tagging
from .choices.person import Person
from .opened.dropped_file import DroppedFile
from .opened.lines_lacking import lacking_of
from .opened.of_open_spectrum import OfOpenSpectrum
from .opened.pinned import Pinned
from .opened.recurring import Recurring
from .opened.redshift import Redshift
from .opened.settled_trust import SettledTrust
from .opened.whole_range import whole_range
from .session import Session

if TYPE_CHECKING:
    from .opened.edits import Edits

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
    person
        Who it is, and what they may do; without one, whoever serves the page.

    Attributes
    ----------
    tagging
        Tags on spectra.
    confusion
        The chosen cell of the confusion matrix.
    dropped
        Files dropped on the page.
    redshift
        Another one that is tried on the open spectrum.
    pinned
        A second spectrum.
    laid
        The mean of a selection over it.
    filtering
        The where-clause that selects.
    steps
        The list that the arrow keys step through.
    """

    def __init__(
        self,
        workspace: Workspace,
        pool: Executor,
        schedule: Schedule,
        *,
        person: Person | None = None,
    ) -> None:
        super().__init__(workspace, pool, schedule, person=person)
        self.tagging = Tagging(self)
        self.confusion = ConfusionCell(self)
        self.dropped = DroppedFile(self)
        self.redshift = Redshift(self)
        self.pinned = Pinned(self)
        self.laid = LaidMean(self)
        self.steps = Stepping(self, self.tagging, self.confusion)
        self.filtering = Filtering(self, self.steps)

    @cached_property
    def edits(self) -> Edits:
        """Edits of the open spectrum."""
        from .opened.edits import Edits  # loads scipy: not before a page is made

        return Edits(self)

    def follow_up(self) -> None:
        """Find out behind the page what no click waits for.

        How far to believe the explanation, what other exposures would say, all that was observed,
        and which lines are lacking; for as long as the tab is open.
        """
        SettledTrust(self)
        Recurring(self)
        whole = partial(whole_range, self.workspace.collection)
        OfOpenSpectrum(self, "whole", whole, "All that was observed cannot be shown")
        # Lines take as long to fit as all else that a click does: verdict and reasons come before.
        OfOpenSpectrum(self, "lacking", lacking_of, "Its lines cannot be measured", pool=self.later)

    def notice_others(self) -> None:
        """Show what others have tagged, kept or forgotten since it was last read."""
        if not self.tagging.reread():
            return
        self.relist()
        if self.view.colour == SELECTIONS_COLOUR:
            try:
                self.colour_by(self.workspace.offer_selections())
            except OSError as error:
                self.complain(str(error))

    @property
    def listing(self) -> Listing:
        """The open tab's list, or the lens's own if it has none, in its current order."""
        return self.steps.listing

    def step(self, by: int) -> None:
        """Open the spectrum ``by`` places on in the current list."""
        self.steps.step(by)
