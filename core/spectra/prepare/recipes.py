"""Preparation recipes: how a model wants its spectra, as frozen values."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from .o25 import O25Recipe
from .p21 import P21Recipe

__all__ = ["O25Recipe", "P21Recipe", "Recipe", "recipe_from_dict"]


class Recipe(Protocol):
    """What every recipe offers; a batch calls the three steps in this order.

    ``to_grid`` chunk by chunk, while counting the missing pixels of usable spectra;
    ``kept_wavelengths`` once; ``finish`` chunk by chunk on the usable rows and kept wavelengths.
    """

    @property
    def name(self) -> str:
        """Short identifier, for example ``"p21"``."""
        ...

    @property
    def wave_rest_aa(self) -> np.ndarray:
        """(G,) grid of :meth:`to_grid`, vacuum Å, rest frame."""
        ...

    def asdict(self) -> dict[str, Any]:
        """Name and every setting, JSON-serialisable."""
        ...

    def to_grid(
        self,
        wave_rest_aa: np.ndarray,
        flux: np.ndarray,
        ivar: np.ndarray,
        z: np.ndarray,
        *,
        ebv: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """(n, D) spectra → (n, G) float32, NaN = missing, and (n,) reasons, "" = usable."""
        ...

    def kept_wavelengths(self, nan_count: np.ndarray, n_used: int) -> np.ndarray:
        """(G,) bool: the wavelengths the model sees."""
        ...

    def finish(self, flux: np.ndarray) -> np.ndarray:
        """(n, Dk) usable rows at kept wavelengths → (n, Dk) float32, filled and normalised."""
        ...


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
        raise ValueError(f"recipe {name!r} is none of {tuple(recipes)}")
    try:
        return recipes[name](**settings)
    except TypeError as error:
        raise ValueError(f"recipe {name}: {error}") from error
