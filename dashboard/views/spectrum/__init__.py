"""The open spectrum with its explanation, and what the model says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.lazy_names import public_names

if TYPE_CHECKING:
    from .reasons import beyond_text, segment_name
    from .verdict import state_pane, veil_pane, verdict_pane
    from .when_opened import SpectrumWhenOpened

__all__ = [
    "SpectrumWhenOpened",
    "beyond_text",
    "segment_name",
    "state_pane",
    "veil_pane",
    "verdict_pane",
]

__getattr__ = public_names(__name__)
