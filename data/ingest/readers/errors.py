"""Why a file yields no spectrum."""

from __future__ import annotations

from typing import Literal

__all__ = ["ReadError", "ReadReason"]

ReadReason = Literal[
    "unreadable",
    "unknown format",
    "no errors",
    "no spectrum",
    "several spectra",
    "impossible values",
    "too large",
    "too slow",
]


class ReadError(Exception):
    """A file yields no spectrum; `reason` is a short code, the text says more."""

    def __init__(self, reason: ReadReason, detail: str) -> None:
        super().__init__(detail)
        self.reason: ReadReason = reason
