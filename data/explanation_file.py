"""Where lines that ``--code`` has printed look for ``replay``."""

from __future__ import annotations

from .explanations import replay

__all__ = ["replay"]
