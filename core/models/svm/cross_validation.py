"""Cross-validation of C and gamma of a support vector machine (P21, section 3.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from sklearn.svm import SVC

from ..class_metrics import classification_metrics
from ..splits import cross_validation
from .kernel_matrix import Gram
from .training import SvmSettings

__all__ = ["C_RANGE", "GAMMA_RANGE", "Point", "score_points"]

# The paper's ranges; its C is searched on a log grid and refined round the best.
C_RANGE = (5e-4, 5e4)
GAMMA_RANGE = (5e-3, 5.0)

Point = tuple[float, float | None]


def score_points(
    gram: Gram,
    labels: np.ndarray,
    settings: SvmSettings,
    points: Iterable[Point],
    *,
    groups: np.ndarray | None = None,
    known: Mapping[Point, float] | None = None,
    jobs: int = 1,
    on_point: Callable[[Point, float], None] | None = None,
) -> dict[Point, float]:
    """Cross-validated macro F of some points (C, gamma) of a grid.

    It is the mean over classes of F, of the predictions of all folds together: a rare class that a
    fold hardly holds counts as in the whole. The mean of the folds' own F, which
    ``cross_val_score`` gives, differs from it by some thousandths near the best.

    Parameters
    ----------
    gram
        Of the rows to choose on.
    labels
        (n,) str.
    settings
        Everything but C and gamma.
    points
        (C, gamma) each; gamma None for the linear kernel.
    groups
        (n,) which object each row is of; only grouped folds need it.
    known
        Scores of an earlier attempt, not worked out again.
    jobs
        Threads; the scores do not depend on them.
    on_point
        Called here with each new point and its score, in order; may raise to stop.

    Returns
    -------
    Point → macro F.
    """
    known = known or {}
    folds = cross_validation(
        labels, method=settings.split, folds=settings.folds, seed=settings.seed, groups=groups
    )
    scores = {point: known[point] for point in points if point in known}
    new = [point for point in dict.fromkeys(points) if point not in scores]
    score = partial(_score, gram, labels, settings, folds)
    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        try:
            for point, macro_f in zip(new, pool.map(score, new), strict=True):
                scores[point] = macro_f
                if on_point is not None:
                    on_point(point, macro_f)
        except BaseException:  # raised on: whatever it is, Ctrl-C too, leave no point waiting
            pool.shutdown(cancel_futures=True)
            raise
    return scores


def _score(
    gram: Gram,
    labels: np.ndarray,
    settings: SvmSettings,
    folds: Sequence[tuple[np.ndarray, np.ndarray]],
    point: Point,
) -> float:
    kernel = gram.kernel(settings.kernel, point[1])
    predicted = np.empty_like(labels)
    for fit, held_out in folds:
        machine = SVC(kernel="precomputed", C=point[0], class_weight="balanced", cache_size=500)
        machine.fit(kernel[np.ix_(fit, fit)], labels[fit])
        predicted[held_out] = machine.predict(kernel[np.ix_(held_out, fit)])
    classes = sorted(set(labels.tolist()))
    return float(classification_metrics(labels, predicted, classes).f_score.mean())
