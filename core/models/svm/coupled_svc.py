"""A support vector machine with libsvm's probabilities, which scikit-learn deprecates."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Self, cast

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.svm import SVC

from .coupling import Coupling, votes_of
from .platt import platt_sigmoid

__all__ = ["CoupledSvc", "held_out_folds"]


class CoupledSvc(ClassifierMixin, BaseEstimator):
    """An SVC with a sigmoid for each pair of classes, coupled: ``SVC(probability=True)``'s recipe.

    Two things are mended in it: folds are stratified, and nothing is clipped, so that probabilities
    are smooth and above 0 (see :class:`~spexplain.core.models.svm.coupling.Coupling`).

    Parameters
    ----------
    machine
        An SVC, or a pipeline that ends in one.
    folds
        Of the cross-validation whose held-out decisions the sigmoids are fitted to; at least 2.
    seed
        Of the shuffle of the folds.

    Attributes
    ----------
    machine_
        Fitted on all rows.
    slope_, offset_ : (pairs,)
        A and B of the sigmoids of the pairs (0, 1), (0, 2), … (1, 2), ….
    classes_ : (C,)
        Labels, in the order of the probabilities.
    held_out_decisions_ : (n, pairs)
        Of each row by the machine that was not trained on it; not kept on disk.
    held_out_fold_ : (n,)
        The fold a row was held out in.
    """

    def __init__(self, machine: Any, folds: int = 5, seed: int = 0) -> None:
        self.machine = machine
        self.folds = folds
        self.seed = seed

    def fit(
        self, X: Any, y: Any, groups: np.ndarray | None = None, kernel: np.ndarray | None = None
    ) -> Self:
        """Fit machine and sigmoids.

        Parameters
        ----------
        X : (n, D)
            Spectra.
        y : (n,)
            Labels, two classes or more.
        groups : (n,)
            Which object each row is of: rows of one are then held out together.
        kernel : (n, n)
            Of all pairs of rows, if it is known: the folds' machines, which are only asked for
            their decisions, are then trained on it, several times sooner.
        """
        self.machine_ = self._new().fit(X, y)
        self.classes_, at = np.unique(y, return_inverse=True)
        decisions, fold = self._held_out(np.asarray(X), np.asarray(y), at, groups, kernel)
        sigmoids = []
        for pair, (i, j) in enumerate(combinations(range(len(self.classes_)), 2)):
            of_pair = (at == i) | (at == j)
            # Of two classes alone, scikit-learn's decision is positive for the second.
            sign = -1.0 if len(self.classes_) == 2 else 1.0
            sigmoids.append(platt_sigmoid(sign * decisions[of_pair, pair], at[of_pair] == i))
        self.slope_, self.offset_ = np.array(sigmoids).T.copy()
        self.held_out_decisions_, self.held_out_fold_ = decisions, fold
        self.n_features_in_ = self.machine_.n_features_in_
        return self

    @property
    def coupling_(self) -> Coupling:
        """From decisions to probabilities."""
        return Coupling(self.slope_, self.offset_, len(self.classes_))

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities (n, C) of spectra (n, D), each row summing to 1."""
        return np.exp(self.coupling_.log_proba(self._decisions(self.machine_, X)))

    def predict(self, X: Any) -> np.ndarray:
        """The class (n,) of the largest probability; see :meth:`votes` for the machine's own."""
        decisions = self._decisions(self.machine_, X)
        return self.classes_[self.coupling_.log_odds(decisions).argmax(axis=1)]

    def votes(self, X: Any) -> np.ndarray:
        """The class (n,) that wins most pairs, as the SVC's own ``predict``."""
        return self.classes_[votes_of(self._decisions(self.machine_, X), len(self.classes_))]

    def _held_out(
        self,
        X: np.ndarray,
        y: np.ndarray,
        at: np.ndarray,
        groups: np.ndarray | None,
        kernel: np.ndarray | None,
    ) -> tuple[np.ndarray, np.ndarray]:
        n_classes = len(self.classes_)
        decisions = np.empty((len(y), n_classes * (n_classes - 1) // 2))
        fold = np.empty(len(y), np.int64)
        for number, (fit, rest) in enumerate(held_out_folds(at, self.folds, self.seed, groups)):
            if kernel is None:
                machine = self._new().fit(X[fit], y[fit])
                decisions[rest] = self._decisions(machine, X[rest])
            else:
                machine = cast("SVC", clone(self.machine)).set_params(kernel="precomputed")
                machine.fit(kernel[np.ix_(fit, fit)], y[fit])
                decisions[rest] = self._decisions(machine, kernel[np.ix_(rest, fit)])
            fold[rest] = number
        return decisions, fold

    def _new(self) -> Any:
        return clone(self.machine)

    @staticmethod
    def _decisions(machine: Any, X: Any) -> np.ndarray:
        """(n, pairs), whatever shape the machine was asked to give."""
        svc = machine.steps[-1][1] if hasattr(machine, "steps") else machine
        shape, svc.decision_function_shape = svc.decision_function_shape, "ovo"
        decisions = np.asarray(machine.decision_function(X))
        svc.decision_function_shape = shape
        return decisions[:, None] if decisions.ndim == 1 else decisions


def held_out_folds(
    classes: np.ndarray, folds: int, seed: int, groups: np.ndarray | None = None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Shuffled, stratified folds: rows to fit on and rows held out, of each.

    Rows of one object are held out together where objects are given, unless a class has then
    nothing to be fitted on.

    Raises
    ------
    ValueError
        A class has fewer rows than there are folds.
    """
    nothing = np.empty((len(classes), 1))
    if groups is not None and len(np.unique(groups)) < len(groups):
        by_object = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        folds_of_objects = list(by_object.split(nothing, classes, groups))
        if all(
            len(np.unique(classes[fit])) == len(np.unique(classes)) for fit, _ in folds_of_objects
        ):
            return folds_of_objects
    fewest = int(np.bincount(classes).min())
    if fewest < folds:
        raise ValueError(f"{folds} folds need as many rows of each class, got {fewest} of one")
    return list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(nothing, classes))
