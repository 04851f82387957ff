"""LIME on spectra (O25, section 4): perturb → evaluate → weigh → fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ...compute import InTurn, Sharing
from ...neighbourhood import Neighbourhood, draw_masks
from ...neighbourhood.perturbations import segment_and_perturb
from ...settings import ExplainSettings
from ...surrogate import NoClosedForm
from ...targets import Target
from ..explanation import Explanation
from .exact import exact_lime
from .growing_values import GrowingValues
from .lime_samples import LimeSamples, look_counts

__all__ = ["lime", "lime_neighbourhood"]

# Multiplications, some milliseconds of one thread.
_LITTLE_WORK = 1e8


def lime_neighbourhood(x: NDArray[np.floating], settings: ExplainSettings) -> Neighbourhood:
    """The samples around one spectrum (D,): random segments perturbed, the first sample none."""
    x = np.asarray(x, dtype=np.float32)
    labels, base = segment_and_perturb(x, settings)
    masks = draw_masks(
        settings.n_samples, int(labels.max()) + 1, seed=settings.seed, sampling=settings.sampling
    )
    return Neighbourhood(base, x - base, labels, masks)


def lime(
    x: NDArray[np.floating],
    target: Target,
    settings: ExplainSettings,
    *,
    workers: Sharing,
    counts: Sequence[int],
    cancelled: Callable[[], bool],
) -> Iterator[Explanation]:
    """Explain with a weighted linear surrogate over segments, refined at each count of samples."""
    exact, sampled = _without_samples(x, target, settings)
    if exact is not None:
        yield exact
        return
    neighbourhood = lime_neighbourhood(x, settings)  # perturb
    evaluated = GrowingValues(target, neighbourhood, cancelled=cancelled)
    samples = LimeSamples.of(neighbourhood, target, settings)
    sharing = _shared_by(workers, neighbourhood, evaluated)
    for count, wanted, may_end in _pauses(neighbourhood.n, counts, settings):
        values = evaluated.first(count, workers=sharing, beside=samples.ahead(count))  # evaluate
        ridge = samples.ridge(count)  # weigh
        surrogate = sharing.call(partial(samples.fit, ridge=ridge), values)  # fit

        nothing = sharing.call(partial(samples.nothing, ridge=ridge), values)
        stopped = ""
        if may_end and not nothing:
            stopped = sharing.call(partial(samples.settled, values), surrogate.coefficients)
        if not (wanted or stopped):
            continue
        yield Explanation(
            method="lime",
            target=target.name,
            settings=settings,
            labels=neighbourhood.labels,
            weights=surrogate.coefficients,
            intercept=surrogate.intercept,
            r2=surrogate.r2,
            value=float(values[0]),
            local_prediction=surrogate.local_prediction,
            n_samples=count,
            complete=bool(stopped) or count == neighbourhood.n,
            sample_values=values,
            stopped=stopped,
            nothing=nothing,
            sampled=sampled,
        )
        if stopped:
            return


def _without_samples(
    x: NDArray[np.floating], target: Target, settings: ExplainSettings
) -> tuple[Explanation | None, str]:
    """The limit of infinitely many samples, if asked for; else the reason why there is none."""
    if settings.sampling != "limit":
        return None, ""
    try:
        return exact_lime(x, target, settings), ""
    except NoClosedForm as reason:
        return None, str(reason)


def _pauses(
    n: int, counts: Sequence[int], settings: ExplainSettings
) -> Iterator[tuple[int, bool, bool]]:
    """Counts of samples at which to pause: (count, yield a result, check whether to stop)."""
    looks = look_counts(n) if settings.stop_when_settled else ()
    wanted = {count for count in counts if count < n} | {n}
    for count in sorted(wanted.union(looks)):
        yield count, count in wanted, count in looks


def _shared_by(workers: Sharing, around: Neighbourhood, evaluated: GrowingValues) -> Sharing:
    """The workers; the calling thread alone where the work is too little to be shared."""
    work = around.n * (evaluated.work + around.n_segments**2)
    return InTurn() if work < _LITTLE_WORK else workers
