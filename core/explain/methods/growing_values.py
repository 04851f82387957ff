"""Target values on samples: each evaluated once, in order, and cancellable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain, zip_longest

import numpy as np
from numpy.typing import NDArray

from ...compute import Cancelled, InTurn, Sharing, never
from ...neighbourhood import Neighbourhood
from ...targets import Target
from ...targets.base import Prepared, evaluation_blocks, may_share, row_evaluator

__all__ = ["GrowingValues"]


class GrowingValues:
    """Values of a target on a neighbourhood, computed only as far as requested.

    Targets that threads may share are evaluated on worker threads: the bytes of a matrix product
    can depend on the number of BLAS threads, which is one there.

    Parameters
    ----------
    target, neighbourhood
        What to evaluate.
    cancelled
        Called before each block of rows.
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
        self._ahead = self._values_of.ahead if isinstance(self._values_of, Prepared) else ()
        self._blocks = list(evaluation_blocks(target, neighbourhood))
        self._values = np.empty(neighbourhood.n)
        self._done = 0
        self._cancelled = cancelled

    def at(self, x: NDArray[np.floating]) -> float:
        """Value of the target at one spectrum (D,)."""
        return float(self._target(x[None])[0])

    @property
    def work(self) -> float:
        """Multiplications per sample, if the target declares them; else infinite."""
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
            Number of samples, at least.
        workers
            Threads that share the blocks if the target allows it.
        beside
            Other tasks to run in parallel, such as preparing the fit.

        Raises
        ------
        Cancelled
            If ``cancelled`` returned True.
        """
        needed = [rows for rows in self._blocks if self._done <= rows.start < n]
        sharing = workers if may_share(self._target) else InTurn()
        blocks = [partial(self._block, rows) for rows in needed]
        sharing.run((*self._ahead, *_alternately(beside, blocks)))
        self._ahead = ()
        self._done = needed[-1].stop if needed else self._done
        return self._values[:n]

    def _block(self, rows: slice) -> None:
        if self._cancelled():
            raise Cancelled(f"cancelled before samples {rows.start} to {rows.stop}")
        self._values[rows] = self._values_of(rows)


def _alternately(
    first: Sequence[Callable[[], object]], others: Sequence[Callable[[], object]]
) -> list[Callable[[], object]]:
    """Interleave two lists of tasks, so that tasks that wait for each other are not neighbours."""
    both = chain.from_iterable(zip_longest(first, others))
    return [task for task in both if task is not None]
