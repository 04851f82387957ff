"""Evaluating samples once each, in order, with a way out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .neighbourhood import Neighbourhood
from .targets import Target
from .targets.base import row_evaluator

__all__ = ["Cancelled", "GrowingValues", "never"]


class Cancelled(Exception):
    """The caller no longer wants the explanation."""


def never() -> bool:
    """The default of ``cancelled``: go on to the end."""
    return False


class GrowingValues:
    """Values of a target on a neighbourhood, computed as far as they have been asked for.

    Parameters
    ----------
    target, neighbourhood
        What to evaluate.
    cancelled
        Asked before each block of rows.
    """

    def __init__(
        self, target: Target, neighbourhood: Neighbourhood, *, cancelled: Callable[[], bool] = never
    ) -> None:
        self._values_of = row_evaluator(target, neighbourhood)
        self._blocks = neighbourhood.blocks()
        self._values = np.empty(neighbourhood.n)
        self._done = 0
        self._cancelled = cancelled

    def first(self, n: int) -> NDArray[np.float64]:
        """Values of the first n samples.

        Raises
        ------
        Cancelled
            If the caller gave up.
        """
        while self._done < n:
            if self._cancelled():
                raise Cancelled(f"cancelled after {self._done} of {n} samples")
            rows = next(self._blocks)
            self._values[rows] = self._values_of(rows)
            self._done = rows.stop
        return self._values[:n]
