"""Targets for any classifier that gives probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .base import Target
from .scales import Scale, on_scale, scale_name
from .svm.coupled_svm import CoupledSvm

__all__ = ["Classifier", "ClassifierTarget", "SklearnClassifier", "read_classifier"]


class Classifier(Protocol):
    """What tells the type of a spectrum, known from within or not."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels, in the order of the log-probabilities."""
        ...

    def log_proba(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Log-probabilities (n, C) of spectra (n, D)."""
        ...

    def log_odds(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """log p − log(1 − p) of every class (n, C), of spectra (n, D)."""
        ...

    def target(self, class_index: int, scale: Scale = "log-odds") -> Target:
        """One class on one scale, to be explained."""
        ...


def read_classifier(estimator: Any) -> Classifier:
    """The classifier in a fitted scikit-learn estimator, in the form that explains fastest.

    Parameters
    ----------
    estimator
        Fitted, with ``predict_proba`` and ``classes_``. A support vector machine with its sigmoids,
        of P21's kernels, is taken apart into arrays; anything else is asked for probabilities.

    Raises
    ------
    TypeError
        If the estimator gives no probabilities.
    """
    try:
        return CoupledSvm.from_sklearn(estimator)
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
        return on_scale(self._proba(spectra), "log p")

    def log_odds(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """log p − log(1 − p) (n, C) of spectra (n, D), p held within 10⁻⁶ and 1 − 10⁻⁶."""
        return on_scale(self._proba(spectra), "log-odds")

    def target(self, class_index: int, scale: Scale = "log-odds") -> ClassifierTarget:
        """One class on one scale."""
        return ClassifierTarget(self.estimator, class_index, scale)

    def _proba(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.asarray(self.estimator.predict_proba(spectra), dtype=np.float64)


class ClassifierTarget:
    """One class's probability from ``predict_proba`` on the spectra themselves.

    For every classifier that follows scikit-learn: forests, networks, pipelines. A support vector
    machine is explained far faster as :class:`~spexplain.core.targets.svm.coupled_svm.SvmTarget`.

    Parameters
    ----------
    estimator
        Fitted, with ``predict_proba`` and ``classes_``.
    class_index
        c, an index into the classes.
    scale
        ``"log-odds"``, ``"log p"`` or ``"probability"``. On the first two probabilities below 10⁻⁶
        count as it; for log-odds, those nearer to 1 than this likewise: a forest that is certain
        has log-odds of ±13.8 and not of ±∞, and its weights are capped there.

    Raises
    ------
    TypeError
        If the estimator gives no probabilities.
    ValueError
        If there is no such class or scale.
    """

    def __init__(self, estimator: Any, class_index: int, scale: Scale = "log-odds") -> None:
        _check_probabilities(estimator)
        classes = [str(label) for label in estimator.classes_]
        if not 0 <= class_index < len(classes):
            raise ValueError(
                f"class_index must be 0 to {len(classes) - 1} {tuple(classes)}, got {class_index}"
            )
        self.name = scale_name(scale, classes[class_index])
        self.estimator = estimator
        self.class_index = class_index
        self.scale: Scale = scale

    def __call__(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Values (n,) of spectra (n, D)."""
        p_class = self.estimator.predict_proba(spectra)[:, self.class_index]
        return on_scale(np.asarray(p_class, dtype=np.float64), self.scale)


def _check_probabilities(estimator: Any) -> None:
    if not hasattr(estimator, "predict_proba") or not hasattr(estimator, "classes_"):
        raise TypeError(f"need a fitted classifier with predict_proba, got {estimator!r}")
