"""The drawer at the bottom that holds the open tab."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import panel as pn

from ...session.choices.tabs import tab_named
from ...session.visitor import Visitor

# Panel tells one open page of a new class of parts and takes it as told to all; so every class is
# there before the first page goes out.
from ..widgets import html_sections as html_sections

__all__ = ["Drawer"]


class Drawer(pn.viewable.Viewer):
    """Holds what each tab shows, made when the tab is first opened.

    Parameters
    ----------
    session
        Whose tab is shown.

    Attributes
    ----------
    holder
        For the page: all that has been opened, one of it visible.
    """

    def __init__(self, session: Visitor) -> None:
        super().__init__()
        self._session = session
        self._made: dict[str, Any] = {}
        self.holder = pn.Row(sizing_mode="stretch_both", margin=0)
        session.view.param.watch(self._turn, "tab")
        self._turn()

    def __panel__(self) -> pn.Row:
        return self.holder

    def of(self, name: str) -> Any:
        """Content of a tab."""
        module = tab_named(name).module
        if module not in self._made:
            made = import_module(module, __package__).show(self._session)
            self._made[module] = made
            self.holder.append(made)
        return self._made[module]

    def _turn(self, *_: object) -> None:
        opened = self.of(self._session.view.tab)
        for made in self._made.values():
            made.visible = made is opened
