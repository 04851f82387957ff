"""Class log-probabilities of a calibrated support vector machine (P21) as targets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..neighbourhood import Neighbourhood
from .base import RowEvaluator
from .calibration import Calibration, one_versus_rest, one_versus_rest_slopes
from .kernels import KernelMachine
from .sklearn_svm import calibration_of, kernel_machine_of

__all__ = ["CalibratedSvm", "SvmLogProb"]


@dataclass(frozen=True, slots=True, eq=False)
class CalibratedSvm:
    """A support vector machine as arrays: kernel expansion, then calibrated log-probabilities.

    Equal to ``predict_proba`` of the scikit-learn classifier it came from, in log space, so that
    a hopeless class has a large negative log-probability and not −inf.

    Attributes
    ----------
    machine
        Decision values of every pair of classes.
    calibration
        From decision values to log-probabilities.
    classes
        Labels, in the order of the probabilities.
    """

    machine: KernelMachine
    calibration: Calibration
    classes: tuple[str, ...]

    @classmethod
    def from_sklearn(cls, classifier: Any) -> CalibratedSvm:
        """Read a fitted ``CalibratedClassifierCV(SVC(…), ensemble=False)``.

        Parameters
        ----------
        classifier
            Kernel linear, rbf or poly; calibration sigmoid or temperature. A pipeline of
            StandardScaler and SVC inside is understood.

        Raises
        ------
        ValueError
            If the classifier is of another kind.
        """
        calibrated = getattr(classifier, "calibrated_classifiers_", None)
        if calibrated is None or len(calibrated) != 1:
            raise ValueError(
                "need a fitted CalibratedClassifierCV(SVC(...), ensemble=False), got "
                f"{classifier!r}"
            )
        return cls(
            kernel_machine_of(calibrated[0].estimator),
            calibration_of(calibrated[0]),
            tuple(str(label) for label in classifier.classes_),
        )

    def log_proba(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Log-probabilities (n, C) of spectra (n, D)."""
        return self.from_pairs(self.machine.decisions(spectra))

    def label_of(self, class_index: int) -> str:
        """The class of this index.

        Raises
        ------
        ValueError
            If there is none.
        """
        last = len(self.classes) - 1
        if not 0 <= class_index <= last:
            raise ValueError(f"class_index must be 0 to {last} {self.classes}, got {class_index}")
        return self.classes[class_index]

    def decisions_of(self, neighbourhood: Neighbourhood) -> RowEvaluator:
        """Decision values (m, pairs) of any rows of a neighbourhood, in double precision."""
        return self.machine.on_neighbourhood(
            replace(
                neighbourhood,
                base=neighbourhood.base.astype(np.float64),
                delta=neighbourhood.delta.astype(np.float64),
            )
        )

    def target(self, class_index: int) -> SvmLogProb:
        """log p of one class, to be explained."""
        return SvmLogProb(self, class_index)

    def gradient(self, x: NDArray[np.floating], class_index: int) -> NDArray[np.float64]:
        """∂ log p_c/∂ flux (D,) at one spectrum (D,), in closed form.

        Where a pair of classes is tied scikit-learn's probabilities jump and have no derivative;
        this is then that of either side.
        """
        x, n_classes = np.asarray(x, dtype=np.float64), len(self.classes)
        decisions = self.machine.decisions(x[None])
        of_scores = self.calibration.slopes(one_versus_rest(decisions, n_classes), class_index)
        of_decisions = of_scores @ one_versus_rest_slopes(decisions, n_classes)
        return self.machine.gradient(x) @ of_decisions

    def from_pairs(self, decisions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-probabilities (n, C) from the decision values (n, pairs) of each pair of classes."""
        return self.calibration(one_versus_rest(decisions, len(self.classes)))


class SvmLogProb:
    """log p_c of one class.

    Two classes have a smooth one. From three on each pair of classes has a vote, and log p_c jumps
    where one changes: on the demo's machine by 2 to 3, while it moves by thousandths in between,
    where the decision values only break ties among equal votes. There its sign can mislead: less
    broad Hβ lowers the decisions for type 1 against both others and raises log p(type 1), since
    that of intermediate against type 2, which has no say in it, falls most of all.

    Parameters
    ----------
    classifier
        A CalibratedSvm, or the scikit-learn classifier to make one of (share the former between
        targets: it holds the support vectors).
    class_index
        c, an index into the classes.

    Raises
    ------
    ValueError
        If the classifier is of another kind or has no such class.
    """

    def __init__(self, classifier: Any, class_index: int) -> None:
        svm = (
            classifier
            if isinstance(classifier, CalibratedSvm)
            else CalibratedSvm.from_sklearn(classifier)
        )
        self.name = f"log p({svm.label_of(class_index)})"
        self.svm = svm
        self.class_index = class_index

    def log_proba(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Log-probabilities (n, C) of spectra (n, D) for every class."""
        return self.svm.log_proba(spectra)

    def __call__(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """log p_c (n,) of spectra (n, D)."""
        return self.log_proba(spectra)[:, self.class_index]

    def gradient(self, x: NDArray[np.floating]) -> NDArray[np.float64]:
        """∂ log p_c/∂ flux (D,) at one spectrum (D,)."""
        return self.svm.gradient(x, self.class_index)

    def on_neighbourhood(self, neighbourhood: Neighbourhood) -> RowEvaluator:
        """log p_c of any rows of a neighbourhood, from its pieces, in double precision."""
        decisions = self.svm.decisions_of(neighbourhood)
        return lambda rows: self.svm.from_pairs(decisions(rows))[:, self.class_index]

    def votes_changed(
        self, x: NDArray[np.floating], neighbourhood: Neighbourhood
    ) -> NDArray[np.bool_] | None:
        """Which rows (n,) of a neighbourhood another class wins some pair of classes in than at x.

        From three classes on log p_c jumps there, by far more than it moves elsewhere
        (:func:`~spexplain.core.targets.calibration.one_versus_rest`). None for two classes, whose
        log p_c is smooth.
        """
        if len(self.svm.classes) == 2:
            return None
        votes = self.svm.machine.decisions(np.asarray(x, dtype=np.float64)[None]) >= 0
        found = self.svm.decisions_of(neighbourhood)(slice(0, neighbourhood.n)) >= 0
        return (found != votes).any(axis=1)
