"""Evaluating samples once each, in order, with a way out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .cancelling import Cancelled, never
from .neighbourhood import Neighbourhood
from .targets import Target
from .targets.base import Estimated, evaluation_blocks, may_share, row_evaluator
from .workers import InTurn, Sharing

__all__ = ["Cancelled", "GrowingValues", "never"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class GrowingValues:
    """Values of a target on a neighbourhood, computed as far as they have been asked for.

    Parameters
    ----------
    target, neighbourhood
        What to evaluate.
    workers
        Share the blocks if the target lets them.
    cancelled
        Asked before each block of rows.
    """

    def __init__(
        self,
        target: Target,
        neighbourhood: Neighbourhood,
        *,
        workers: Sharing,
        cancelled: Callable[[], bool] = never,
    ) -> None:
        self._target = target
        self._workers = workers if may_share(target) else InTurn()
        self._values_of = self._alone(partial(row_evaluator, target), neighbourhood)
        self._blocks = list(evaluation_blocks(target, neighbourhood))
        self._values = np.empty(neighbourhood.n)
        self._done = 0
        self._cancelled = cancelled

    def at(self, x: NDArray[np.floating]) -> float:
        """Value of the target at one spectrum (D,)."""
        return float(self._alone(self._target, x[None])[0])

    @property
    def work(self) -> float:
        """Multiplications a sample takes, as far as the target tells; else infinite."""
        return self._values_of.work if isinstance(self._values_of, Estimated) else float("inf")

    def first(self, n: int, *, workers: Sharing | None = None) -> NDArray[np.float64]:
        """Values of the first n samples; the workers are those given at first, or others.

        Raises
        ------
        Cancelled
            If the caller gave up.
        """
        needed = [rows for rows in self._blocks if self._done <= rows.start < n]
        sharing = workers if workers is not None and may_share(self._target) else self._workers
        for rows, values in zip(needed, sharing.map(self._block, needed), strict=True):
            self._values[rows] = values
            self._done = rows.stop
        return self._values[:n]

    def _alone(self, function: Callable[[_Item], _Result], item: _Item) -> _Result:
        # Where the blocks are computed too: the bytes of a product may depend on the number of
        # threads that share it, and there it is always one.
        return next(iter(self._workers.map(function, [item])))

    def _block(self, rows: slice) -> NDArray[np.float64]:
        if self._cancelled():
            raise Cancelled(f"cancelled before samples {rows.start} to {rows.stop}")
        return self._values_of(rows)
