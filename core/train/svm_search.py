"""Choosing C and gamma of a support vector machine by cross-validation (P21, section 3.2)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import KFold, cross_val_predict

from ..metrics import classification_metrics
from .svm import SvmSettings, new_classifier

__all__ = ["C_RANGE", "GAMMA_RANGE", "GridPoint", "grid_search"]

# The paper's ranges; its C is searched on a log grid and refined round the best.
C_RANGE = (5e-4, 5e4)
GAMMA_RANGE = (5e-3, 5.0)


@dataclass(frozen=True, slots=True)
class GridPoint:
    """One combination that was tried.

    Attributes:
        settings: kernel, C and gamma of the combination.
        macro_f: mean over classes of the cross-validated F.
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
    callback: Callable[[int, int], None] | None = None,
) -> list[GridPoint]:
    """Cross-validated macro F of every combination of C and gamma.

    Args:
        features: (n, D) the rows to choose on: train and validation, never test.
        labels: (n,) str.
        settings: everything but C and gamma; the seed also shuffles the folds.
        c_values, gammas: what to try; gammas is (None,) for the linear kernel.
        callback: called with (done, total) after each combination; may raise to stop.

    Returns:
        Every combination, the best first; of equals the smaller C, the smoother machine, leads.
    """
    classes = sorted(set(labels.tolist()))
    folds = KFold(settings.folds, shuffle=True, random_state=settings.seed)
    tried = [dataclasses.replace(settings, c=c, gamma=g) for c in c_values for g in gammas]
    points = []
    for done, candidate in enumerate(tried, start=1):
        machine = new_classifier(candidate).estimator
        predicted = np.asarray(cross_val_predict(machine, features, labels, cv=folds))
        score = classification_metrics(labels, predicted, classes).f_score.mean()
        points.append(GridPoint(candidate, float(score)))
        if callback is not None:
            callback(done, len(tried))
    return sorted(points, key=lambda point: (-point.macro_f, point.settings.c))
