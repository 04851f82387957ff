"""Training the support vector machine of P21 (section 3): split, balance, fit, calibrate."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.svm import SVC

from ..metrics import ClassificationMetrics, classification_metrics

__all__ = ["SPLITS", "SvmSettings", "SvmTraining", "new_classifier", "split_sample", "train_svm"]

Kernel = Literal["linear", "rbf", "poly2", "poly3"]

SPLITS = ("train", "validation", "test")

# The paper's best C and gamma (its tables of three and of two classes); linear has no gamma.
_BEST: dict[int, dict[str, tuple[float, float | None]]] = {
    3: {
        "linear": (0.07, None),
        "rbf": (34.0, 0.003),
        "poly2": (5e-4, 0.5),
        "poly3": (5e-4, 0.05),
    },
    2: {
        "linear": (0.4, None),
        "rbf": (45.0, 0.005),
        "poly2": (5e-5, 0.6),
        "poly3": (5e-4, 0.05),
    },
}


@dataclass(frozen=True, slots=True)
class SvmSettings:
    """What a fit depends on; the defaults are the paper's best classifier of three types.

    Attributes:
        kernel: ``"linear"``, ``"rbf"``, or ``"poly2"`` and ``"poly3"`` (polynomial of degree 2, 3).
        c: penalty C > 0.
        gamma: kernel coefficient > 0; None for the linear kernel, which has none.
        folds: of the cross-validation that the calibration of the probabilities uses.
        validation, test: fractions of the sample; the rest trains.
        seed: of the split, and of the folds of a grid search.

    Raises:
        ValueError: a value is outside its range, or gamma does not fit the kernel.
    """

    kernel: Kernel = "linear"
    c: float = 0.07
    gamma: float | None = None
    folds: int = 5
    validation: float = 0.16
    test: float = 0.20
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kernel not in get_args(Kernel):
            raise ValueError(f"kernel={self.kernel!r} is none of {get_args(Kernel)}")
        if (self.gamma is None) != (self.kernel == "linear"):
            raise ValueError(f"gamma={self.gamma} does not fit kernel {self.kernel!r}")
        if not (self.c > 0 and (self.gamma is None or self.gamma > 0)):
            raise ValueError(f"C={self.c} and gamma={self.gamma} must be positive")
        if self.folds < 2 or not 0 < self.validation + self.test < 1:
            raise ValueError(
                f"need 2 folds or more and fractions that leave some to train, got {self.folds}, "
                f"{self.validation} and {self.test}"
            )

    @classmethod
    def of_paper(cls, kernel: Kernel, *, n_classes: Literal[2, 3] = 3) -> SvmSettings:
        """The paper's best settings of a kernel, for three types or for type 1 against type 2."""
        c, gamma = _BEST[n_classes][kernel]
        return cls(kernel, c, gamma)

    def asdict(self) -> dict[str, Any]:
        """JSON-serialisable."""
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class SvmTraining:
    """A fitted classifier and how it came about.

    Attributes:
        classifier: fitted on train and validation, with ``predict_proba``.
        split: (n,) str, which part of :data:`SPLITS` each row is in.
        test: metrics on the rows the classifier has not seen.
    """

    classifier: CalibratedClassifierCV
    split: np.ndarray
    test: ClassificationMetrics


def split_sample(n: int, settings: SvmSettings) -> np.ndarray:
    """Assign n rows to train, validation and test at random, not stratified (P21, section 3.1).

    Returns:
        (n,) str, each one of :data:`SPLITS`.
    """
    order = np.random.default_rng(settings.seed).permutation(n)
    n_test, n_validation = round(settings.test * n), round(settings.validation * n)
    split = np.full(n, SPLITS[0], dtype=f"<U{max(map(len, SPLITS))}")
    split[order[:n_test]] = SPLITS[2]
    split[order[n_test : n_test + n_validation]] = SPLITS[1]
    return split


def new_classifier(settings: SvmSettings) -> CalibratedClassifierCV:
    """The classifier, not fitted: balanced class weights, sigmoid-calibrated probabilities.

    ``ensemble=False`` calibrates one machine with cross-validated decision values, as
    ``SVC(probability=True)`` did, which scikit-learn 1.9 deprecates.
    """
    kernel: dict[str, Any] = {"kernel": settings.kernel}
    if settings.kernel in ("poly2", "poly3"):
        kernel = {"kernel": "poly", "degree": int(settings.kernel[-1])}
    if settings.gamma is not None:
        kernel["gamma"] = settings.gamma
    machine = SVC(C=settings.c, class_weight="balanced", cache_size=500, **kernel)
    return CalibratedClassifierCV(machine, cv=settings.folds, ensemble=cast("Any", False))


def train_svm(features: np.ndarray, labels: np.ndarray, settings: SvmSettings) -> SvmTraining:
    """Fit on train and validation, and measure on the test rows.

    Args:
        features: (n, D) prepared spectra.
        labels: (n,) str, the true classes, two or more.

    Raises:
        ValueError: lengths differ, there is a single class, or a class has fewer rows to train
            on than there are folds.
    """
    if len(features) != len(labels):
        raise ValueError(f"{len(features)} spectra but {len(labels)} labels")
    split = split_sample(len(labels), settings)
    fit, test = split != SPLITS[2], split == SPLITS[2]
    classes, counts = np.unique(labels[fit], return_counts=True)
    if len(classes) < 2 or counts.min() < settings.folds:
        found = {str(label): int(n) for label, n in zip(classes, counts, strict=True)}
        raise ValueError(f"need 2 classes with {settings.folds} spectra to train on, got {found}")
    classifier = new_classifier(settings).fit(features[fit], labels[fit])
    every = sorted({*classes.tolist(), *labels[test].tolist()})
    predicted = classifier.predict(features[test]) if test.any() else labels[test]
    return SvmTraining(classifier, split, classification_metrics(labels[test], predicted, every))
