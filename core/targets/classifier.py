"""Any classifier that gives probabilities as a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .base import Target
from .svm import CalibratedSvm

__all__ = ["Classifier", "ClassifierLogProb", "SklearnClassifier", "read_classifier"]

# Probabilities below it count as it: a forest of which no tree votes for a class says 0, whose
# logarithm explains nothing.
_LEAST = 1e-6


class Classifier(Protocol):
    """What tells the type of a spectrum, known from within or not."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels, in the order of the log-probabilities."""
        ...

    def log_proba(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Log-probabilities (n, C) of spectra (n, D)."""
        ...

    def target(self, class_index: int) -> Target:
        """log p of one class, to be explained."""
        ...


def read_classifier(estimator: Any) -> Classifier:
    """The classifier in a fitted scikit-learn estimator, in the form that explains fastest.

    Parameters
    ----------
    estimator
        Fitted, with ``predict_proba`` and ``classes_``. A calibrated SVC of P21's kernels is taken
        apart into arrays; anything else is asked for probabilities.

    Raises
    ------
    TypeError
        If the estimator gives no probabilities.
    """
    try:
        return CalibratedSvm.from_sklearn(estimator)
    except ValueError:
        return SklearnClassifier(estimator)


@dataclass(frozen=True, slots=True, eq=False)
class SklearnClassifier:
    """Any fitted classifier with ``predict_proba``.

    Attributes
    ----------
    estimator
        Follows scikit-learn: a forest, a network, a pipeline.

    Raises
    ------
    TypeError
        If the estimator gives no probabilities.
    """

    estimator: Any

    def __post_init__(self) -> None:
        _check_probabilities(self.estimator)

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels, in the order of the log-probabilities."""
        return tuple(str(label) for label in self.estimator.classes_)

    def log_proba(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Log-probabilities (n, C) of spectra (n, D); a probability of 0 counts as 10⁻⁶."""
        probability = np.asarray(self.estimator.predict_proba(spectra), dtype=np.float64)
        return np.log(np.maximum(probability, _LEAST))

    def target(self, class_index: int) -> ClassifierLogProb:
        """log p of one class."""
        return ClassifierLogProb(self.estimator, class_index)


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
        Probabilities below it count as it, 0 to 1.

    Raises
    ------
    TypeError
        If the estimator gives no probabilities.
    ValueError
        If there is no such class, or ``least`` is out of range.
    """

    def __init__(self, estimator: Any, class_index: int, *, least: float = _LEAST) -> None:
        _check_probabilities(estimator)
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


def _check_probabilities(estimator: Any) -> None:
    if not hasattr(estimator, "predict_proba") or not hasattr(estimator, "classes_"):
        raise TypeError(f"need a fitted classifier with predict_proba, got {estimator!r}")
