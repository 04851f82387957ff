"""Spectra fetched from archives: with few requests at once, checked, resumable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .run import FetchReport, FetchStopped, fetch

__all__ = ["FetchReport", "FetchStopped", "fetch"]

__getattr__ = public_names(__name__)
