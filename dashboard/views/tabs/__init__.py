"""The tabs below, a module each, and the drawer that holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.lazy_names import public_names

if TYPE_CHECKING:
    from .drawer import Drawer

__all__ = [
    "Drawer",
]

__getattr__ = public_names(__name__)
