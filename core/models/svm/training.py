"""Training of P21's support vector machine (section 3): split, fit, probabilities."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import cross_val_predict
from sklearn.svm import SVC

from ..checked_settings import check_choices
from ..class_metrics import ClassificationMetrics, classification_metrics
from ..splits import SPLITS, SplitMethod, settled_split, split_rows
from .coupled_svc import CoupledSvc, held_out_folds
from .kernel_matrix import KERNELS, Gram, Kernel

__all__ = [
    "HeldOut",
    "SvmSettings",
    "SvmTraining",
    "fit_classifier",
    "new_classifier",
    "seeded",
    "split_sample",
    "train_svm",
]

# Beyond, the matrix of all pairs of spectra takes more memory than it is worth.
_GRAM_UP_TO = 6_000

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
    """Settings of a fit; the defaults are the paper's best classifier of three types.

    Attributes
    ----------
    kernel
        ``"linear"``, ``"rbf"``, or ``"poly2"`` and ``"poly3"`` (polynomial of degree 2, 3).
    c
        Penalty C > 0.
    gamma
        Kernel coefficient > 0; None for the linear kernel, which has none.
    folds
        Of the cross-validation on whose held-out decisions the probabilities rest.
    validation, test
        Fractions of the sample; the rest trains.
    seed
        Of the split, and of all folds.
    split
        ``"random"`` as in the paper, ``"stratified"`` by class, ``"grouped"`` by object, or
        ``"auto"``: by object where one repeats, else at random.

    Raises
    ------
    ValueError
        A value is outside its range, or gamma does not fit the kernel.
    """

    kernel: Kernel = "linear"
    c: float = 0.07
    gamma: float | None = None
    folds: int = 5
    validation: float = 0.16
    test: float = 0.20
    seed: int = 0
    split: SplitMethod = "auto"

    def __post_init__(self) -> None:
        check_choices(self, kernel=KERNELS, split=get_args(SplitMethod))
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

    Attributes
    ----------
    classifier
        Fitted on train and validation, with ``predict_proba``.
    split
        (n,) str, which part of :data:`SPLITS` each row is in.
    test
        Metrics on the rows the classifier has not seen, by the largest probability.
    held_out
        What was said of each row that was fitted on, by a classifier that was not fitted on it.
    """

    classifier: Any
    split: np.ndarray
    test: ClassificationMetrics
    held_out: HeldOut


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Cross-validated answers on the rows that the final classifier was fitted on.

    Attributes
    ----------
    rows : (m,)
        Positions among the rows that were split, ascending: train and validation.
    fold : (m,)
        In which each was held out.
    probabilities : (m, C)
        In the order of the classifier's ``classes_``. A machine's sigmoids, two numbers a pair of
        classes, are fitted to all of these rows.
    decisions : (m, pairs)
        Of a support vector machine; no columns for another classifier.
    """

    rows: np.ndarray
    fold: np.ndarray
    probabilities: np.ndarray
    decisions: np.ndarray


def split_sample(
    labels: np.ndarray, settings: SvmSettings, *, groups: np.ndarray | None = None
) -> np.ndarray:
    """Assign rows to train, validation and test as the settings say.

    Parameters
    ----------
    labels
        (n,) str, the true classes.
    settings
        Fractions, seed and kind of split.
    groups
        (n,) which object each row is of; only a grouped split needs it.

    Returns
    -------
    (n,) str, each one of :data:`SPLITS`.

    Raises
    ------
    ValueError
        The split is by group and there are none.
    """
    return split_rows(
        labels,
        method=settings.split,
        validation=settings.validation,
        test=settings.test,
        seed=settings.seed,
        groups=groups,
    )


def new_classifier(settings: SvmSettings) -> CoupledSvc:
    """The classifier, not fitted: balanced class weights, libsvm's coupled probabilities."""
    kernel: dict[str, Any] = {"kernel": settings.kernel}
    if settings.kernel in ("poly2", "poly3"):
        kernel = {"kernel": "poly", "degree": int(settings.kernel[-1])}
    if settings.gamma is not None:
        kernel["gamma"] = settings.gamma
    machine = SVC(C=settings.c, class_weight="balanced", cache_size=500, **kernel)
    return CoupledSvc(machine, settings.folds, settings.seed)


def fit_classifier(
    features: np.ndarray,
    labels: np.ndarray,
    settings: SvmSettings,
    *,
    groups: np.ndarray | None = None,
) -> CoupledSvc:
    """A new classifier, fitted; a few times sooner than by its own ``fit``, and equal to it.

    The machines of the folds are only asked for their decisions, so they are trained on the kernel
    of all pairs of spectra, which is worked out once.

    Parameters
    ----------
    features : (n, D)
        Spectra to fit on.
    labels : (n,) str
        Their classes.
    settings
        Kernel, penalty, folds and their seed.
    groups : (n,)
        Which object each row is of, if the folds are to hold objects together.
    """
    kernel = None
    if len(labels) <= _GRAM_UP_TO:
        kernel = Gram(features).kernel(settings.kernel, settings.gamma)
    return new_classifier(settings).fit(features, labels, groups, kernel)


def seeded(estimator: Any, seed: int) -> Any:
    """A copy of a scikit-learn estimator, not fitted, with a seed wherever it had none."""
    copy: Any = clone(estimator)
    free = [
        name
        for name, value in copy.get_params().items()
        if value is None and name.rpartition("__")[2] == "random_state"
    ]
    return copy.set_params(**dict.fromkeys(free, seed))


def train_svm(
    features: np.ndarray,
    labels: np.ndarray,
    settings: SvmSettings,
    *,
    groups: np.ndarray | None = None,
    instead: Any = None,
) -> SvmTraining:
    """Fit on train and validation, and measure on the test rows.

    Parameters
    ----------
    features
        (n, D) prepared spectra.
    labels
        (n,) str, the true classes, two or more.
    settings
        Kernel, penalty and split.
    groups
        (n,) which object each row is of; only a grouped split needs it.
    instead
        A scikit-learn classifier with ``predict_proba`` that takes the support vector machine's
        place; a copy of it is fitted, on the same split.

    Raises
    ------
    ValueError
        Lengths differ, there is a single class, or a class has fewer rows to train
        on than there are folds.
    """
    if len(features) != len(labels):
        raise ValueError(f"{len(features)} spectra but {len(labels)} labels")
    split = split_sample(labels, settings, groups=groups)
    fit, test = split != SPLITS[2], split == SPLITS[2]
    classes, counts = np.unique(labels[fit], return_counts=True)
    if len(classes) < 2 or counts.min() < settings.folds:
        n_of_class = {str(label): int(n) for label, n in zip(classes, counts, strict=True)}
        raise ValueError(
            f"need 2 classes with {settings.folds} spectra to train on, got {n_of_class}"
        )
    by_object = groups if settled_split(settings.split, groups) == "grouped" else None
    inside = by_object[fit] if by_object is not None else None
    if instead is None:
        classifier = fit_classifier(features[fit], labels[fit], settings, groups=inside)
        held_out = _held_out_of(classifier, np.flatnonzero(fit))
    else:
        classifier = cast("Any", clone(instead)).fit(features[fit], labels[fit])
        held_out = _held_out_by(instead, features[fit], labels[fit], settings, inside)
        held_out = dataclasses.replace(held_out, rows=np.flatnonzero(fit))
    every = sorted({*classes.tolist(), *labels[test].tolist()})
    predicted = classifier.predict(features[test]) if test.any() else labels[test]
    metrics = classification_metrics(labels[test], predicted, every)
    return SvmTraining(classifier, split, metrics, held_out)


def _held_out_of(classifier: CoupledSvc, rows: np.ndarray) -> HeldOut:
    decisions = classifier.held_out_decisions_
    probabilities = np.exp(classifier.coupling_.log_proba(decisions))
    return HeldOut(rows, classifier.held_out_fold_, probabilities, decisions)


def _held_out_by(
    estimator: Any,
    features: np.ndarray,
    labels: np.ndarray,
    settings: SvmSettings,
    groups: np.ndarray | None,
) -> HeldOut:
    """The same of any classifier, which is fitted anew for each fold."""
    _, at = np.unique(labels, return_inverse=True)
    folds = held_out_folds(at, settings.folds, settings.seed, groups)
    number = np.empty(len(labels), np.int64)
    for fold, (_, rest) in enumerate(folds):
        number[rest] = fold
    probabilities = cross_val_predict(
        clone(estimator), features, labels, cv=folds, method="predict_proba"
    )
    return HeldOut(
        np.arange(len(labels)), number, np.asarray(probabilities), np.empty((len(labels), 0))
    )
