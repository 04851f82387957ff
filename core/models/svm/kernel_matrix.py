"""Kernel matrices of all training spectra, computed once and shared between fits."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, get_args

import numpy as np

__all__ = ["KERNELS", "Gram", "Kernel"]

Kernel = Literal["linear", "rbf", "poly2", "poly3"]

KERNELS: tuple[Kernel, ...] = get_args(Kernel)


class Gram:
    """Inner products of spectra, from which any of P21's kernels follows.

    A machine trained on a kernel matrix is the one trained on the spectra, several times sooner:
    the products of 1000 pixels are not worked out anew for every fit.

    Parameters
    ----------
    features : (n, D)
        Prepared spectra. Memory grows as n²: 8 bytes a pair, three such matrices at once.
    """

    def __init__(self, features: np.ndarray) -> None:
        values = np.asarray(features, np.float64)
        self._products = values @ values.T

    def kernel(self, name: Kernel, gamma: float | None) -> np.ndarray:
        """(n, n) float64: the kernel of each pair, as scikit-learn's SVC defines it."""
        if gamma is None:
            return self._products
        if name == "rbf":
            return np.exp(-gamma * self._distances)
        return (gamma * self._products) ** int(name[-1])

    @cached_property
    def _distances(self) -> np.ndarray:
        """(n, n) squared distances."""
        squares = np.diag(self._products)
        return np.maximum(squares[:, None] + squares - 2 * self._products, 0.0)
