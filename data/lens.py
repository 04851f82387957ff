"""Where lines that ``--code`` has printed look for the lenses."""

from __future__ import annotations

from .lenses import open_lenses

__all__ = ["open_lenses"]
