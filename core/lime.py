"""LIME on spectra (O25, section 4): perturb → evaluate → weigh → fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .explanation import Explanation
from .lime_samples import LimeSamples, look_counts
from .neighbourhood import Neighbourhood
from .perturb import perturb
from .progress import GrowingValues
from .sampling import draw_masks
from .segments import segment
from .settings import ExplainSettings
from .targets import Target
from .workers import Sharing

__all__ = ["lime", "lime_neighbourhood"]


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
    neighbourhood = lime_neighbourhood(x, settings)
    # By a worker, as everything whose bytes may depend on the number of threads.
    (samples,) = workers.map(partial(LimeSamples.of, neighbourhood, target), [settings])
    values = GrowingValues(target, neighbourhood, workers=workers, cancelled=cancelled)
    looks = look_counts(neighbourhood.n) if settings.stop_when_settled else ()
    answers = {count for count in counts if count < neighbourhood.n} | {neighbourhood.n}
    for count in sorted(answers.union(looks)):
        y = values.first(count)
        fit = samples.fit(y, workers=workers)
        stopped = samples.settled(y, fit.coefficients) if count in looks else ""
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
        )
        if stopped:
            return
