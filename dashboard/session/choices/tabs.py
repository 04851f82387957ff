"""The tabs at the bottom of the page.

To add one, write a small module in ``views/tabs`` with a function ``show(visitor)`` that returns
one panel object (usually a part of ``views.widgets`` or a ``pn.Column`` of them), and add a line to
``_TABS``; another package declares a :class:`Tab` under ``spexplain.tabs`` in its entry points.
Nothing else knows the tabs by name: buttons, address bar and state follow.

* ``show`` is called when a visitor first opens the tab, and its object stays from then on, hidden
  while another tab is open. Give it ``sizing_mode="stretch_both"``; colours and fonts come from
  ``parts.sheet()`` (a part wears them by itself).
* A tab may have a list that the arrow keys step through, named in `stepping`. With
  ``module=".lists"`` the tab shows that list as a table, with sorting and export, and needs no
  module of its own. While a tab without a list is open the arrow keys step through the lens's own.
* Where a list depends on more than the tab and its order (a chosen cell, another score), call
  ``visitor.relist()`` after the change: the table is filled anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from ....data.files.additions import additions

__all__ = ["Tab", "all_tabs", "tab_named"]


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
        Within ``dashboard.views.tabs`` with a dot in front, elsewhere by its whole name; its
        function ``show(visitor)`` makes what is seen. Read when first opened, so that the state,
        which knows the tabs' names, loads no widgets.
    """

    name: str
    title: str
    module: str


_TABS = (
    Tab("misclassified", "Misclassified", ".lists"),
    Tab("unsure", "Least sure", ".lists"),
    Tab("anomalous", "Most anomalous", ".lists"),
    Tab("outside", "Outside", ".lists"),
    Tab("selected", "Selected", ".selection"),
    Tab("scores", "Scores", ".scores"),
    Tab("clusters", "Clusters", ".clusters"),
    Tab("compare", "Compare", ".compare"),
    Tab("trust", "Trust", ".trust"),
    Tab("whatif", "What if", ".whatif"),
    Tab("confusion", "Confusion", ".confusion"),
    Tab("planes", "Planes", ".planes"),
    Tab("model", "Model", ".model"),
)


def all_tabs() -> tuple[Tab, ...]:
    """Ours, and after them those that other packages add."""
    return (*_TABS, *additions("tabs"))


def tab_named(name: str) -> Tab:
    """The tab of this name.

    Raises
    ------
    KeyError
        If there is none.
    """
    for tab in all_tabs():
        if tab.name == name:
            return tab
    raise KeyError(f"there is no tab {name!r}; there are {[tab.name for tab in all_tabs()]}")
