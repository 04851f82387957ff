"""Explanations and evaluations as files: figures, tables, reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .evaluation_text import evaluation_lines
    from .report import write_report
    from .save import SavedFile, keep
    from .stored_spectrum import ExplainedSpectrum, explain_stored, read_stored, write_files

__all__ = [
    "ExplainedSpectrum",
    "SavedFile",
    "evaluation_lines",
    "explain_stored",
    "keep",
    "read_stored",
    "write_files",
    "write_report",
]

__getattr__ = public_names(__name__)
