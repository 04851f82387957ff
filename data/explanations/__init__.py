"""Saved explanations: as FITS, as a table, as Python, and replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .fits_file import ExplanationFileError, load_explanation, replay, save_explanation
    from .python_code import reproduce_code
    from .replay_target import OtherModelError, stored_target
    from .saved import Origin, SavedExplanation
    from .segment_table import write_segment_table

__all__ = [
    "ExplanationFileError",
    "Origin",
    "OtherModelError",
    "SavedExplanation",
    "load_explanation",
    "replay",
    "reproduce_code",
    "save_explanation",
    "stored_target",
    "write_segment_table",
]

__getattr__ = public_names(__name__)
