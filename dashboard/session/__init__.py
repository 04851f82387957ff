"""One visitor: choices, the open spectrum, its explanation, and what is done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .background.browser_tab import Schedule
    from .background.latest_wins import Answer, Background
    from .choices.address import apply_query, to_query
    from .choices.search import find
    from .choices.selected_rows import SelectedRows
    from .choices.state import Outcome
    from .choices.tabs import all_tabs, tab_named
    from .opened.comparison import Comparison, Variant, compare, variants
    from .opened.edits import AMOUNTS, Considered
    from .opened.evidence import Evidence, gather
    from .opened.reconstruction import Rebuilt, rebuild
    from .opened.recurring import Recurring
    from .opened.settled_trust import SettledTrust
    from .session import Session
    from .visitor import Visitor

__all__ = [
    "AMOUNTS",
    "Answer",
    "Background",
    "Comparison",
    "Considered",
    "Evidence",
    "Outcome",
    "Rebuilt",
    "Recurring",
    "Schedule",
    "SelectedRows",
    "Session",
    "SettledTrust",
    "Variant",
    "Visitor",
    "all_tabs",
    "apply_query",
    "compare",
    "find",
    "gather",
    "rebuild",
    "tab_named",
    "to_query",
    "variants",
]

__getattr__ = public_names(__name__)
