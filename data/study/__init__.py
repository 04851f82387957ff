"""The tables and figures of an evaluation, beside those that P21 printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .evaluation import Evaluation, evaluate, tuned_build
    from .examples import numbered_examples
    from .figure_intervals import class_intervals, macro_interval_text, share_interval
    from .table import Table

__all__ = [
    "Evaluation",
    "Table",
    "class_intervals",
    "evaluate",
    "macro_interval_text",
    "numbered_examples",
    "share_interval",
    "tuned_build",
]

__getattr__ = public_names(__name__)
