"""Preparation recipes: how a model expects its spectra, as frozen values."""

from __future__ import annotations

from typing import Any

from .o25 import O25Recipe
from .p21 import P21Recipe

__all__ = ["O25Recipe", "P21Recipe", "recipe_from_dict"]


def recipe_from_dict(settings: dict[str, Any]) -> P21Recipe | O25Recipe:
    """The recipe that ``asdict`` described.

    Raises
    ------
    ValueError
        The name is unknown, or a setting does not belong to the recipe.
    """
    recipes = {P21Recipe.name: P21Recipe, O25Recipe.name: O25Recipe}
    settings = dict(settings)
    name = settings.pop("name", None)
    if name not in recipes:
        raise ValueError(f"recipe must be one of {tuple(recipes)}, got {name!r}")
    try:
        return recipes[name](**settings)
    except TypeError as error:
        raise ValueError(f"recipe {name}: {error}") from error
