"""Any classifier that gives probabilities as a target."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ClassifierLogProb"]


class ClassifierLogProb:
    """log p_c of one class, from a classifier's ``predict_proba`` on the spectra themselves.

    For every classifier that follows scikit-learn: forests, networks, pipelines. A support vector
    machine is explained far faster as ``SvmLogProb``.

    Parameters
    ----------
    estimator
        Fitted, with ``predict_proba`` and ``classes_``.
    class_index
        c, an index into the classes.
    least
        Probabilities below it count as it, 0 to 1: a forest of which no tree votes for a class
        says 0, whose logarithm explains nothing.

    Raises
    ------
    TypeError
        If the estimator gives no probabilities.
    ValueError
        If there is no such class, or ``least`` is out of range.
    """

    def __init__(self, estimator: Any, class_index: int, *, least: float = 1e-6) -> None:
        if not hasattr(estimator, "predict_proba") or not hasattr(estimator, "classes_"):
            raise TypeError(f"need a fitted classifier with predict_proba, got {estimator!r}")
        classes = [str(label) for label in estimator.classes_]
        if not 0 <= class_index < len(classes):
            raise ValueError(
                f"class_index must be 0 to {len(classes) - 1} {tuple(classes)}, got {class_index}"
            )
        if not 0 < least < 1:
            raise ValueError(f"least must be within 0 to 1, got {least}")
        self.estimator = estimator
        self.class_index = class_index
        self.least = least
        self.name = f"log p({classes[class_index]})"

    def __call__(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """log p_c (n,) of spectra (n, D)."""
        probability = self.estimator.predict_proba(spectra)[:, self.class_index]
        return np.log(np.maximum(np.asarray(probability, dtype=np.float64), self.least))
