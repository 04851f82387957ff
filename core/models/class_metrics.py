"""Confusion matrix, precision, recall and F of a classifier, per class and macro."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix

__all__ = ["ClassificationMetrics", "classification_metrics"]


@dataclass(frozen=True, slots=True, eq=False)
class ClassificationMetrics:
    """Counts of (true, predicted) pairs and what follows from them.

    Attributes
    ----------
    classes
        C labels.
    confusion
        (C, C) int64; rows are the true class, columns the predicted one.
    """

    classes: tuple[str, ...]
    confusion: np.ndarray

    @property
    def precision(self) -> np.ndarray:
        """(C,) correct among those predicted; 0 if none is predicted."""
        return np.nan_to_num(_ratio(np.diag(self.confusion), self.confusion.sum(axis=0)))

    @property
    def recall(self) -> np.ndarray:
        """(C,) correct among those that are; 0 if there are none."""
        return np.nan_to_num(_ratio(np.diag(self.confusion), self.confusion.sum(axis=1)))

    @property
    def f_score(self) -> np.ndarray:
        """(C,) harmonic mean of precision and recall, 2TP / (predicted + true); 0 if undefined."""
        total = self.confusion.sum(axis=0) + self.confusion.sum(axis=1)
        return np.nan_to_num(_ratio(2 * np.diag(self.confusion), total))

    @property
    def accuracy(self) -> float:
        """Correct among all; NaN without any."""
        return float(_ratio(np.trace(self.confusion), self.confusion.sum()))

    def to_dict(self) -> dict[str, Any]:
        """JSON-serialisable; macro values are unweighted means over classes, as in P21."""
        by_class = {
            label: {"precision": float(p), "recall": float(r), "f": float(f), "n": int(n)}
            for label, p, r, f, n in zip(
                self.classes,
                self.precision,
                self.recall,
                self.f_score,
                self.confusion.sum(axis=1),
                strict=True,
            )
        }
        return {
            "n": int(self.confusion.sum()),
            "accuracy": self.accuracy,
            "macro_precision": float(self.precision.mean()),
            "macro_recall": float(self.recall.mean()),
            "macro_f": float(self.f_score.mean()),
            "by_class": by_class,
            "classes": list(self.classes),
            "confusion": self.confusion.tolist(),
        }


def classification_metrics(
    true: Sequence[str] | np.ndarray,
    predicted: Sequence[str] | np.ndarray,
    classes: Sequence[str],
) -> ClassificationMetrics:
    """Compare predicted labels with the true ones.

    Parameters
    ----------
    true
        (n,) labels.
    predicted
        (n,) labels, the same order.
    classes
        The labels, in the order of the confusion matrix.

    Raises
    ------
    ValueError
        Lengths differ, or a label is not among the classes.
    """
    if len(true) != len(predicted):
        raise ValueError(f"{len(true)} true labels but {len(predicted)} predicted ones")
    unknown = sorted({str(label) for label in (*true, *predicted)} - set(classes))
    if unknown:
        raise ValueError(f"labels {unknown} are not among the classes {list(classes)}")
    counts = np.zeros((len(classes), len(classes)), np.int64)
    if len(true):
        counts = confusion_matrix(true, predicted, labels=list(classes))
    return ClassificationMetrics(tuple(classes), counts)


def _ratio(part: np.ndarray | float, whole: np.ndarray | float) -> np.ndarray:
    """part / whole, NaN where whole is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, np.float64), np.asarray(whole, np.float64))
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole != 0)
