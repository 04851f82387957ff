"""Any classifier that gives probabilities."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .any_model import AnyModel
from .base import Target
from .scales import Scale
from .svm.coupled_svm import CoupledSvm

__all__ = ["Classifier", "read_classifier"]


class Classifier(Protocol):
    """Interface of classifiers, whether their internals are known or not."""

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

    def target(self, class_index: int, scale: Scale = "log-odds", /) -> Target:
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
        if not hasattr(estimator, "predict_proba") or not hasattr(estimator, "classes_"):
            raise TypeError(
                f"need a fitted classifier with predict_proba, got {estimator!r}"
            ) from None
        classes = tuple(str(label) for label in estimator.classes_)
        name = type(estimator).__name__
        return AnyModel(name, estimator.predict_proba, "probabilities", classes)
