"""The list that the arrow keys step through."""

from __future__ import annotations

from collections.abc import Callable

import param

from ....data.selections import Selection
from ...workspace import Listing
from ...workspace.standard_lists import selected_rows
from ..choices.tabs import all_tabs, tab_named
from ..session import Session
from .confusion import ConfusionCell
from .tags import Tagging

__all__ = ["Stepping"]

_SELECTED = "selected"  # the tab

# The default list of each lens; the second one if no type can be checked.
_LISTS_OF = {"agn": ("misclassified", "unsure"), "anomaly": ("anomalous", "anomalous")}


class Stepping:
    """Steps through the open list.

    To give a tab a list, add it to ``lists`` under the tab's name.

    Parameters
    ----------
    session
        The session in which spectra are opened.
    tagging
        A list may be restricted to tagged spectra.
    confusion
        Its chosen cell is a list.

    Attributes
    ----------
    lists
        Tab → function that makes its list. For a tab without one the lens's default list is used.
    """

    def __init__(self, session: Session, tagging: Tagging, confusion: ConfusionCell) -> None:
        self._session, self._tagging = session, tagging
        space = session.workspace
        self.lists: dict[str, Callable[[], Listing]] = {
            "misclassified": lambda: space.listing("misclassified"),
            "unsure": lambda: space.listing("unsure"),
            "anomalous": lambda: space.ranking(session.score),
            "scores": lambda: space.ranking(session.score),
            "outside": lambda: space.outside(session.view.lens),
            _SELECTED: lambda: self._of_selection,
            "confusion": lambda: confusion.listing,
        }
        self._orders: dict[str, str] = {}
        self._selection: tuple[Selection | None, Listing] | None = None
        self._before = ""  # the list that a selection replaced
        session.selected.param.watch(self._relist, "current")
        session.selected.param.watch(self._list_selected, "taken")
        session.view.param.watch(self._follow_lens, "lens")
        session.view.param.watch(self._order, ["tab", "sort"])
        self._follow_lens()

    @property
    def listing(self) -> Listing:
        """The list of the open tab, or the lens's default list, in its current order."""
        view, whole = self._session.view, self.whole
        only = view.tagged
        if only in ("inside", "outside"):
            whole, only = self._of_domain(whole, only), ""
        return whole.tagged(self._tagging.tags, only).sorted(view.sort)

    @property
    def whole(self) -> Listing:
        """The same list unsorted, and not restricted to a tag or a side of the domain."""
        tab = self._session.view.tab
        return self.lists[tab if tab in self.lists else self._own_tab]()

    def sort_by(self, column: str) -> None:
        """Sort the open list by a column: ascending, then descending, then unsorted."""
        view = self._session.view
        view.sort = {column: f"-{column}", f"-{column}": ""}.get(view.sort, column)

    def forget(self) -> None:
        """Reset the order of every list, as a link expects."""
        self._orders.clear()

    def _order(self, *events: param.parameterized.Event) -> None:
        """Key of the order of each list, which is sorted separately."""
        view = self._session.view
        if all(event.name == "tab" for event in events):
            view.sort = self._orders.get(view.tab, "")
        self._orders[view.tab] = view.sort

    def step(self, by: int) -> None:
        """Open the spectrum ``by`` positions on in the current list."""
        spectrum = self._session.outcome.open_spectrum
        row = self.listing.step(None if spectrum is None else spectrum.row, by)
        if row is not None:
            self._session.open(row)

    def _of_domain(self, whole: Listing, side: str) -> Listing:
        """Spectra inside or outside the domain of the lens's model; all if it is unknown."""
        lens = self._session.lens
        if lens is None or lens.domain is None:
            return whole
        table = lens.domain.table
        rows = table.index.to_numpy()[table["outside"].to_numpy(bool) == (side == "outside")]
        return whole.restricted_to(
            rows, f"No spectrum of this list lies {side} the model's domain."
        )

    @property
    def _of_selection(self) -> Listing:
        """The list of the selection, cached since every step uses it."""
        now, space = self._session.selected.current, self._session.workspace
        if self._selection is None or self._selection[0] is not now:
            rows = None if now is None else now.rows
            self._selection = (now, selected_rows(space.catalog, space.lenses, rows))
        return self._selection[1]

    def _relist(self, *_: object) -> None:
        if self._session.view.tab == _SELECTED:
            self._session.relist()

    def _list_selected(self, *_: object) -> None:
        """List the new selection if a list is open, rather than another kind of tab."""
        view = self._session.view
        if view.tab != _SELECTED and tab_named(view.tab).module == ".lists":
            self._before, view.tab = view.tab, _SELECTED

    def leave_selected(self) -> None:
        """Reopen the list that a selection replaced."""
        if self._session.view.tab == _SELECTED and self._before:
            self._session.view.tab = self._before

    @property
    def _own_tab(self) -> str:
        """The tab with the lens's default list."""
        checked, unchecked = _LISTS_OF.get(self._session.view.lens, (all_tabs()[0].name,) * 2)
        return checked if self._session.workspace.checked else unchecked

    def _follow_lens(self, *_: object) -> None:
        view = self._session.view
        if any(view.tab in lists for lists in _LISTS_OF.values()):
            view.tab = self._own_tab
