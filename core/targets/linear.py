"""A linear function of the flux as a target; every method explains it exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..neighbourhood import Neighbourhood
from .base import RowEvaluator

__all__ = ["LinearTarget"]


@dataclass(frozen=True, slots=True, eq=False)
class LinearTarget:
    """x·w + b.

    Attributes
    ----------
    weights : (D,)
        w, double precision.
    offset
        b.
    name
        Shown to the user.
    """

    weights: NDArray[np.float64]
    offset: float
    name: str

    def __call__(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Values (n,) of spectra (n, D)."""
        return np.asarray(spectra, np.float64) @ self.weights + self.offset

    def gradient(self, x: NDArray[np.floating]) -> NDArray[np.float64]:
        """∂/∂ flux (D,), the same at every spectrum."""
        del x
        return self.weights.copy()

    def on_neighbourhood(self, neighbourhood: Neighbourhood) -> RowEvaluator:
        """Values of any rows of a neighbourhood, from its pieces."""
        base = float(neighbourhood.base.astype(np.float64) @ self.weights) + self.offset
        # In double precision: single-precision pieces are exact in it, and their sums nearly so.
        pieces = np.bincount(
            neighbourhood.labels,
            weights=neighbourhood.delta.astype(np.float64) * self.weights,
            minlength=neighbourhood.n_segments,
        )
        return lambda rows: base + neighbourhood.masks.apply(pieces[:, None], rows)[:, 0]
