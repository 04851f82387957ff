"""The plane of all spectra, and the marks on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.lazy_names import public_names

if TYPE_CHECKING:
    from .marks import attach_marks
    from .picture import KEPT_PX, draw_plane, framed, keep_picture
    from .plane import PlaneView

__all__ = [
    "KEPT_PX",
    "PlaneView",
    "attach_marks",
    "draw_plane",
    "framed",
    "keep_picture",
]

__getattr__ = public_names(__name__)
