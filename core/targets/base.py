"""The protocol of a target: one number for each spectrum."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..compute.workers import InTurn, Sharing, or_own
from ..neighbourhood.neighbourhood import Neighbourhood

__all__ = [
    "CallableTarget",
    "Prepared",
    "RowEvaluator",
    "Target",
    "evaluate",
    "evaluation_blocks",
    "may_share",
    "row_evaluator",
]

# Early results need the first few blocks, of which two threads take half each. Later blocks are
# large, since each takes some preparation, and smaller again near the papers' 5000 samples, so
# that no thread waits long for another.
_FIRST_ROWS, _LATER_ROWS = (0, 100, 200, 500, 1000, 2000, 3000, 4000), 500

RowEvaluator = Callable[[slice], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """An evaluator with its cost and its preparatory tasks.

    Attributes
    ----------
    evaluate
        Values of any rows.
    work
        Multiplications per sample, at most; little work is not shared between threads.
    ahead
        Tasks whose results ``evaluate`` needs first. Each may run on a thread of its own, or not
        at all: then ``evaluate`` runs it.
    """

    evaluate: RowEvaluator
    work: float
    ahead: tuple[Callable[[], object], ...] = ()

    def __call__(self, rows: slice) -> NDArray[np.float64]:
        """Values of the rows."""
        return self.evaluate(rows)


class Target(Protocol):
    """A named scalar function of spectra.

    A target may also offer ``on_neighbourhood(neighbourhood) -> RowEvaluator``: it then looks at
    the pieces once and answers for any rows of the neighbourhood without forming their spectra.
    It may offer ``stand_in(neighbourhood, centre) -> Quadratic``, which the setting ``control``
    asks for; ``closed_form(neighbourhood) -> ClosedForm``, for answers without samples, which
    raises NoClosedForm where there is none; ``gradient(x) -> (D,)``, its derivative by each
    pixel's flux, which the setting ``gradient`` asks for; and ``expected(x) -> (D,)``, the spectrum
    it takes x for: noise about that tells which weights are more than noise.
    """

    @property
    def name(self) -> str:
        """Name shown to the user."""
        ...

    def __call__(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Values (n,) for spectra (n, D)."""
        ...


@dataclass(frozen=True, slots=True)
class CallableTarget:
    """Any function (n, D) -> (n,) as a target.

    Attributes
    ----------
    function
        Called with blocks of spectra of the neighbourhood's precision.
    name
        Shown to the user.
    """

    function: Callable[[NDArray[np.floating]], NDArray]
    name: str = "function"

    def __call__(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Values (n,) for spectra (n, D).

        Raises
        ------
        ValueError
            If the function does not return one value for each spectrum.
        """
        values = np.asarray(self.function(spectra), dtype=np.float64)
        if values.shape != (len(spectra),):
            raise ValueError(
                f"target {self.name!r} must map {spectra.shape} to ({len(spectra)},), "
                f"got {values.shape}"
            )
        return values


def may_share(target: Target) -> bool:
    """Whether threads may share the work: only targets of this package are known to be safe."""
    return hasattr(target, "on_neighbourhood")


def row_evaluator(target: Target, neighbourhood: Neighbourhood) -> RowEvaluator:
    """A target's own evaluator of a neighbourhood, else its values on the spectra themselves."""
    structured = getattr(target, "on_neighbourhood", None)
    if structured is not None:
        return structured(neighbourhood)
    return lambda rows: target(neighbourhood.spectra(rows))


def evaluation_blocks(target: Target, neighbourhood: Neighbourhood) -> Iterator[slice]:
    """The blocks of rows in which a target is evaluated.

    A row falls in the same block whatever the number of samples and threads, because only matrix
    products of one shape give the same bytes. Structured targets have short blocks first, for
    early results, then large ones, since each takes some preparation.
    """
    if not may_share(target):
        yield from neighbourhood.blocks()
        return
    for start, stop in pairwise(_FIRST_ROWS):
        yield from neighbourhood.blocks(slice(start, stop), n_rows=stop - start)
    yield from neighbourhood.blocks(slice(_FIRST_ROWS[-1], neighbourhood.n), n_rows=_LATER_ROWS)


def evaluate(
    target: Target, neighbourhood: Neighbourhood, *, workers: Sharing | None = None
) -> NDArray[np.float64]:
    """Values (n,) of a target on every sample of a neighbourhood, by workers or one's own."""
    blocks = evaluation_blocks(target, neighbourhood)
    with or_own(workers) if may_share(target) else nullcontext(InTurn()) as sharing:
        # The preparation runs on a worker thread too.
        values_of = sharing.call(partial(row_evaluator, target), neighbourhood)
        return np.concatenate(list(sharing.map(values_of, blocks)))
