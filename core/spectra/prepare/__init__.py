"""The papers' recipes that make a model's input of a spectrum, frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...lazy_names import public_names

if TYPE_CHECKING:
    from .p21 import shared_range
    from .recipes import O25Recipe, P21Recipe, recipe_from_dict
    from .steps import deredden

__all__ = [
    "O25Recipe",
    "P21Recipe",
    "deredden",
    "recipe_from_dict",
    "shared_range",
]

__getattr__ = public_names(__name__)
