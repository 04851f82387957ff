"""LIME on spectra (O25, section 4): perturb → evaluate → weigh → fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compute.workers import InTurn, Sharing
from ..neighbourhood.mask_draws import draw_masks
from ..neighbourhood.neighbourhood import Neighbourhood
from ..neighbourhood.perturbations import perturb
from ..neighbourhood.segments import segment
from ..settings import ExplainSettings
from ..surrogate.closed_form import NoClosedForm
from ..surrogate.ridge import Surrogate
from ..targets import Target
from .exact import exact_lime
from .explanation import Explanation
from .growing_values import GrowingValues
from .lime_samples import LimeSamples, look_counts

__all__ = ["lime", "lime_neighbourhood"]

# Multiplications, some milliseconds of one thread.
_LITTLE_WORK = 1e8


def lime_neighbourhood(x: NDArray[np.floating], settings: ExplainSettings) -> Neighbourhood:
    """The samples around one spectrum (D,): random segments perturbed, the first sample none."""
    x = np.asarray(x, dtype=np.float32)
    labels = segment(x, method=settings.segmentation, n_segments=settings.n_segments)
    base = perturb(
        x, labels, method=settings.perturbation, factor=settings.factor, seed=settings.seed
    )
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
    sampled = ""
    if settings.sampling == "limit":
        try:
            yield exact_lime(x, target, settings)
            return
        except NoClosedForm as reason:
            sampled = str(reason)
    run = _Run.begin(x, target, settings, cancelled)
    neighbourhood, looks = run.samples.neighbourhood, run.looks
    answers = {count for count in counts if count < neighbourhood.n} | {neighbourhood.n}
    for count in sorted(answers.union(looks)):
        y, fit, stopped, nothing = run.answer(count, workers)
        if not stopped and count not in answers:
            continue
        yield Explanation(
            method="lime",
            target=target.name,
            settings=settings,
            labels=neighbourhood.labels,
            weights=fit.coefficients,
            intercept=fit.intercept,
            r2=fit.r2,
            value=float(y[0]),
            local_prediction=fit.local_prediction,
            n_samples=count,
            complete=bool(stopped) or count == neighbourhood.n,
            sample_values=y,
            stopped=stopped,
            nothing=nothing,
            sampled=sampled,
        )
        if stopped:
            return


class _Answer(NamedTuple):
    """Values and fit of some samples, and why they are enough, or tell nothing; else empty."""

    values: NDArray[np.float64]
    fit: Surrogate
    stopped: str
    nothing: str


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """One explanation under way.

    Attributes
    ----------
    samples, values
        What is known without the target, and its values so far.
    looks
        Numbers of samples at which to ask whether they are enough.
    light
        Whether all is so little work that one thread has done it before two have agreed on it.
    """

    samples: LimeSamples
    values: GrowingValues
    looks: tuple[int, ...]
    light: bool

    @classmethod
    def begin(
        cls,
        x: NDArray[np.floating],
        target: Target,
        settings: ExplainSettings,
        cancelled: Callable[[], bool],
    ) -> _Run:
        around = lime_neighbourhood(x, settings)
        samples = LimeSamples.of(around, target, settings)
        values = GrowingValues(target, around, workers=InTurn(), cancelled=cancelled)
        looks = look_counts(around.n) if settings.stop_when_settled else ()
        work = around.n * (values.work + around.n_segments**2)
        return cls(samples, values, looks, work < _LITTLE_WORK)

    def answer(self, count: int, workers: Sharing) -> _Answer:
        """What the first samples say."""
        return self._found(count, workers=InTurn() if self.light else workers)

    def _found(self, count: int, *, workers: Sharing) -> _Answer:
        ridge = self.samples.ridge(count)
        y = self.values.first(count, workers=workers, beside=ridge.ahead)
        (fit,) = workers.map(partial(self.samples.fit, ridge=ridge), [y])
        (nothing,) = workers.map(partial(self.samples.nothing, ridge=ridge), [y])
        if count not in self.looks or nothing:
            return _Answer(y, fit, "", nothing)
        (stopped,) = workers.map(partial(self.samples.settled, y), [fit.coefficients])
        return _Answer(y, fit, stopped, "")
