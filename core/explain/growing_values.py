"""Evaluating samples once each, in order, with a way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain, zip_longest

import numpy as np
from numpy.typing import NDArray

from ..compute.cancel import Cancelled, never
from ..compute.workers import InTurn, Sharing
from ..neighbourhood.neighbourhood import Neighbourhood
from ..targets import Target
from ..targets.base import Prepared, evaluation_blocks, may_share, row_evaluator

__all__ = ["GrowingValues"]


class GrowingValues:
    """Values of a target on a neighbourhood, computed as far as they have been asked for.

    Of a target that threads share, one of the threads asks: the bytes of a product may depend on
    how many share it, and there it is always one.

    Parameters
    ----------
    target, neighbourhood
        What to evaluate.
    cancelled
        Asked before each block of rows.
    """

    def __init__(
        self,
        target: Target,
        neighbourhood: Neighbourhood,
        *,
        cancelled: Callable[[], bool] = never,
    ) -> None:
        self._target = target
        self._values_of = row_evaluator(target, neighbourhood)
        prepared = self._values_of.ahead if isinstance(self._values_of, Prepared) else ()
        self._ahead = _alternately(prepared, neighbourhood.masks.ahead)
        self._blocks = list(evaluation_blocks(target, neighbourhood))
        self._values = np.empty(neighbourhood.n)
        self._done = 0
        self._cancelled = cancelled

    def at(self, x: NDArray[np.floating]) -> float:
        """Value of the target at one spectrum (D,)."""
        return float(self._target(x[None])[0])

    @property
    def work(self) -> float:
        """Multiplications a sample takes, as far as the target tells; else infinite."""
        return self._values_of.work if isinstance(self._values_of, Prepared) else float("inf")

    def first(
        self,
        n: int,
        *,
        workers: Sharing,
        beside: Sequence[Callable[[], object]] = (),
    ) -> NDArray[np.float64]:
        """Values of the first n samples.

        Parameters
        ----------
        n
            How many, at least.
        workers
            Share the blocks if the target lets them.
        beside
            What else to do meanwhile, so that no thread waits for what only one can prepare.

        Raises
        ------
        Cancelled
            If the caller gave up.
        """
        needed = [rows for rows in self._blocks if self._done <= rows.start < n]
        sharing = workers if may_share(self._target) else InTurn()
        blocks = [partial(self._block, rows) for rows in needed]
        sharing.run((*self._ahead, *_alternately(beside, blocks)))
        self._ahead = []
        self._done = needed[-1].stop if needed else self._done
        return self._values[:n]

    def _block(self, rows: slice) -> None:
        if self._cancelled():
            raise Cancelled(f"cancelled before samples {rows.start} to {rows.stop}")
        self._values[rows] = self._values_of(rows)


def _alternately(
    first: Sequence[Callable[[], object]], others: Sequence[Callable[[], object]]
) -> list[Callable[[], object]]:
    """In turn, so that those of one kind that wait for each other are not begun side by side."""
    both = chain.from_iterable(zip_longest(first, others))
    return [task for task in both if task is not None]
