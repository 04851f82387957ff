"""LIME on spectra (O25, section 4): perturb → evaluate → weigh → fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .explanation import Explanation
from .locality import locality_weights
from .masks import BinaryMasks
from .neighbourhood import Neighbourhood
from .perturb import perturb
from .progress import GrowingValues
from .segments import segment
from .settings import ExplainSettings
from .surrogate import weighted_ridge
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
    masks = BinaryMasks.random(settings.n_samples, int(labels.max()) + 1, seed=settings.seed)
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
    weights = locality_weights(neighbourhood, kernel=settings.kernel, width=settings.kernel_width)
    values = GrowingValues(target, neighbourhood, workers=workers, cancelled=cancelled)
    for count in [*(c for c in counts if c < neighbourhood.n), neighbourhood.n]:
        y = values.first(count)
        fit = weighted_ridge(
            neighbourhood.masks.head(count),
            y,
            weights[:count],
            alpha=settings.ridge_alpha,
            workers=workers,
        )
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
            complete=count == neighbourhood.n,
            sample_values=y,
        )
