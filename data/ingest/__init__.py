"""Ingest: files of spectra are read into a collection, with a reason for each refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .ingest_report import IngestReport
    from .to_collection import ingest

__all__ = [
    "IngestReport",
    "ingest",
]

__getattr__ = public_names(__name__)
