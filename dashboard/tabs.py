"""The tabs at the bottom of the page.

To add one, write a small module in ``views`` with a function ``show(session)`` that returns one
panel object (usually a part of ``views.parts`` or a ``pn.Column`` of them), and add a line to
``TABS``. Nothing else knows the tabs by name: buttons, address bar and state follow.

* ``show`` is called when a visitor first opens the tab, and its object stays from then on, hidden
  while another tab is open. Give it ``sizing_mode="stretch_both"``; colours and fonts come from
  ``parts.sheet()`` (a part wears them by itself).
* A tab may have a list that the arrow keys step through: a function of the session. With
  ``module="lists"`` the tab shows that list as a table, with sorting and export, and needs no
  module of its own. While a tab without a list is open the arrow keys step through the lens's own.
* Where a list depends on more than the tab and its order (a chosen cell, another score), call
  ``session.relist()`` after the change: the table is filled anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .listing import Listing

if TYPE_CHECKING:
    from .session import Session

__all__ = ["TABS", "Tab", "tab_named"]


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab.

    Attributes
    ----------
    name
        In the address bar and in the state.
    title
        On its button.
    module
        Of ``dashboard.views``; its function ``show(session)`` makes what is seen. Read when first
        opened, so that the state, which knows the tabs' names, loads no widgets.
    listing
        The list that the arrow keys step through; None for none.
    """

    name: str
    title: str
    module: str
    listing: Callable[[Session], Listing] | None = None


TABS = (
    Tab("misclassified", "Misclassified", "lists", lambda s: s.workspace.listing("misclassified")),
    Tab("unsure", "Least sure", "lists", lambda s: s.workspace.listing("unsure")),
    Tab("anomalous", "Most anomalous", "lists", lambda s: s.workspace.ranking(s.score)),
    Tab("scores", "Scores", "scores", lambda s: s.workspace.ranking(s.score)),
    Tab("clusters", "Clusters", "clusters"),
    Tab("compare", "Compare", "compare"),
    Tab("trust", "Trust", "trust"),
    Tab("whatif", "What if", "whatif"),
    Tab("confusion", "Confusion", "confusion", lambda s: s.matrix.listing),
    Tab("planes", "Planes", "planes"),
    Tab("model", "Model", "tables"),
)


def tab_named(name: str) -> Tab:
    """The tab of this name.

    Raises
    ------
    KeyError
        If there is none.
    """
    for tab in TABS:
        if tab.name == name:
            return tab
    raise KeyError(f"there is no tab {name!r}; there are {[tab.name for tab in TABS]}")
