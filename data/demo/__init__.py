"""The demo collection: simulated, built, and found ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .demo import build_demo, demo_settings
    from .ready import finished_demo

__all__ = [
    "build_demo",
    "demo_settings",
    "finished_demo",
]

__getattr__ = public_names(__name__)
