"""The fast path through an autoencoder: a neighbourhood's scores from its pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...lazy_names import public_names

if TYPE_CHECKING:
    from .folded import Folded
    from .matrices import Network
    from .mean_square import MeanSquare

__all__ = [
    "Folded",
    "MeanSquare",
    "Network",
]

__getattr__ = public_names(__name__)
