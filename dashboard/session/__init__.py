"""One visitor: choices, the open spectrum, its explanation, and what is done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .address import apply_query, to_query
    from .browser_tab import Schedule
    from .comparison import Comparison, Variant, compare, variants
    from .edits import AMOUNTS, Considered
    from .evidence import Evidence, gather
    from .latest_wins import Answer, Background
    from .open_spectrum import OpenSpectrum
    from .reconstruction import Rebuilt, rebuild
    from .recurring import Recurring
    from .search import find
    from .selected_rows import SelectedRows
    from .session import Session
    from .settled_trust import SettledTrust
    from .state import Outcome
    from .tabs import all_tabs, tab_named
    from .visitor import Visitor

__all__ = [
    "AMOUNTS",
    "Answer",
    "Background",
    "Comparison",
    "Considered",
    "Evidence",
    "OpenSpectrum",
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
