"""Choosing C and gamma of a support vector machine by cross-validation (P21, section 3.2)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from sklearn.svm import SVC

from ..class_metrics import classification_metrics
from ..splits import cross_validation
from .kernel_matrix import Gram
from .training import SvmSettings

__all__ = ["C_RANGE", "GAMMA_RANGE", "GridPoint", "grid_search", "score_points"]

# The paper's ranges; its C is searched on a log grid and refined round the best.
C_RANGE = (5e-4, 5e4)
GAMMA_RANGE = (5e-3, 5.0)

Place = tuple[float, float | None]


@dataclass(frozen=True, slots=True)
class GridPoint:
    """One combination that was tried.

    Attributes
    ----------
    settings
        Kernel, C and gamma of the combination.
    macro_f
        Mean over classes of F, of the predictions of all folds together: a rare class that a fold
        hardly holds counts as in the whole. The mean of the folds' own F, which ``cross_val_score``
        gives, differs from it by some thousandths near the best.
    """

    settings: SvmSettings
    macro_f: float


def grid_search(
    features: np.ndarray,
    labels: np.ndarray,
    settings: SvmSettings,
    *,
    c_values: Sequence[float],
    gammas: Sequence[float | None] = (None,),
    groups: np.ndarray | None = None,
    callback: Callable[[int, int], None] | None = None,
) -> list[GridPoint]:
    """Cross-validated macro F of every combination of C and gamma.

    Parameters
    ----------
    features
        (n, D) the rows to choose on: train and validation, never test.
    labels
        (n,) str.
    settings
        Everything but C and gamma; the seed also shuffles the folds.
    c_values, gammas
        What to try; gammas is (None,) for the linear kernel.
    groups
        (n,) which object each row is of; only grouped folds need it.
    callback
        Called with (done, total) after each combination; may raise to stop.

    Returns
    -------
    Every combination, the best first; of equals the smaller C, the smoother machine, leads.
    """
    places = [(c, gamma) for c in c_values for gamma in gammas]
    done: list[Place] = []

    def tell(place: Place, _macro_f: float) -> None:
        done.append(place)
        if callback is not None:
            callback(len(done), len(places))

    scores = score_points(Gram(features), labels, settings, places, groups=groups, on_point=tell)
    points = [GridPoint(_at(settings, place), score) for place, score in scores.items()]
    return sorted(points, key=lambda point: (-point.macro_f, point.settings.c))


def score_points(
    gram: Gram,
    labels: np.ndarray,
    settings: SvmSettings,
    places: Iterable[Place],
    *,
    groups: np.ndarray | None = None,
    known: Mapping[Place, float] | None = None,
    jobs: int = 1,
    on_point: Callable[[Place, float], None] | None = None,
) -> dict[Place, float]:
    """Cross-validated macro F at some places (C, gamma), as of :class:`GridPoint`.

    Parameters
    ----------
    gram
        Of the rows to choose on.
    labels
        (n,) str.
    settings
        Everything but C and gamma.
    places
        (C, gamma) each; gamma None for the linear kernel.
    groups
        (n,) which object each row is of; only grouped folds need it.
    known
        Scores of an earlier attempt, not worked out again.
    jobs
        Threads; the scores do not depend on them.
    on_point
        Called here with each new place and its score, in order; may raise to stop.

    Returns
    -------
    Place → macro F.
    """
    known = known or {}
    folds = cross_validation(
        labels, method=settings.split, folds=settings.folds, seed=settings.seed, groups=groups
    )
    scores = {place: known[place] for place in places if place in known}
    new = [place for place in dict.fromkeys(places) if place not in scores]
    score = partial(_score, gram, labels, settings, folds)
    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        try:
            for place, found in zip(new, pool.map(score, new), strict=True):
                scores[place] = found
                if on_point is not None:
                    on_point(place, found)
        except BaseException:  # raised on: whatever it is, Ctrl-C too, leave no point waiting
            pool.shutdown(cancel_futures=True)
            raise
    return scores


def _score(
    gram: Gram,
    labels: np.ndarray,
    settings: SvmSettings,
    folds: Sequence[tuple[np.ndarray, np.ndarray]],
    place: Place,
) -> float:
    kernel = gram.kernel(settings.kernel, place[1])
    predicted = np.empty_like(labels)
    for fit, held_out in folds:
        machine = SVC(kernel="precomputed", C=place[0], class_weight="balanced", cache_size=500)
        machine.fit(kernel[np.ix_(fit, fit)], labels[fit])
        predicted[held_out] = machine.predict(kernel[np.ix_(held_out, fit)])
    classes = sorted(set(labels.tolist()))
    return float(classification_metrics(labels, predicted, classes).f_score.mean())


def _at(settings: SvmSettings, place: Place) -> SvmSettings:
    return dataclasses.replace(settings, c=place[0], gamma=place[1])
