"""The page of a collection: assembled, served and stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .process_exit import leave
    from .server import open_workspace, serve

__all__ = [
    "leave",
    "open_workspace",
    "serve",
]

__getattr__ = public_names(__name__)
