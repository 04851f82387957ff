"""From the decision values of pairs of classes to calibrated log-probabilities.

Follows scikit-learn step by step, in log space.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_softmax

__all__ = [
    "Calibration",
    "Sigmoid",
    "Temperature",
    "one_versus_rest",
    "one_versus_rest_slopes",
]


class Calibration(Protocol):
    """From the scores of classes to their log-probabilities."""

    def __call__(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-probabilities (n, C) of scores (n, C), or (n, 1) for two classes."""
        ...

    def slopes(self, scores: NDArray[np.float64], class_index: int) -> NDArray[np.float64]:
        """∂ log p_c/∂ scores, (C,), or (1,) for two classes, at one row of scores (1, …)."""
        ...


def one_versus_rest(decisions: NDArray[np.float64], n_classes: int) -> NDArray[np.float64]:
    """Votes and tie-breaking confidences of each class, as SVC's decision_function_shape="ovr".

    Parameters
    ----------
    decisions : (n, C(C − 1)/2)
        Positive where the first class of the pair (0, 1), (0, 2), … (1, 2), … wins. For two
        classes a single column, positive for class 1, which is returned as it is.
    n_classes
        C.

    Returns
    -------
    scores : (n, C), or (n, 1) for two classes
    """
    if n_classes == 2:
        return decisions
    first, second = np.triu_indices(n_classes, k=1)
    wins = decisions >= 0
    votes = np.zeros((len(decisions), n_classes))
    confidence = np.zeros_like(votes)
    for pair, (i, j) in enumerate(zip(first, second, strict=True)):
        votes[:, i] += wins[:, pair]
        votes[:, j] += ~wins[:, pair]
        confidence[:, i] += decisions[:, pair]
        confidence[:, j] -= decisions[:, pair]
    # Squeezed into (−1/3, 1/3), so that confidence breaks ties and never outweighs a vote.
    return votes + confidence / (3 * (np.abs(confidence) + 1))


def one_versus_rest_slopes(decisions: NDArray[np.float64], n_classes: int) -> NDArray[np.float64]:
    """∂ scores/∂ decisions (C, pairs), or (1, 1) for two classes, at one row (1, pairs).

    Votes are steps: their slope is 0 wherever they have one.
    """
    if n_classes == 2:
        return np.ones((1, 1))
    first, second = np.triu_indices(n_classes, k=1)
    signs = np.zeros((n_classes, len(first)))
    signs[first, np.arange(len(first))] = 1
    signs[second, np.arange(len(first))] = -1
    confidence = signs @ decisions[0]
    return signs / (3 * (np.abs(confidence) + 1) ** 2)[:, None]


@dataclass(frozen=True, slots=True, eq=False)
class Sigmoid:
    """Platt's sigmoid p = 1/(1 + exp(a·s + b)) for each class, then normalised.

    Attributes
    ----------
    slope, offset : (C,), or (1,) for two classes
        a and b.
    """

    slope: NDArray[np.float64]
    offset: NDArray[np.float64]

    def __call__(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-probabilities (n, C) of scores (n, C), or (n, 1) for two classes."""
        exponent = scores * self.slope + self.offset
        if scores.shape[1] == 1:
            return -np.logaddexp(0, np.hstack([-exponent, exponent]))
        log_p = -np.logaddexp(0, exponent)
        return log_p - np.logaddexp.reduce(log_p, axis=1, keepdims=True)

    def slopes(self, scores: NDArray[np.float64], class_index: int) -> NDArray[np.float64]:
        """∂ log p_c/∂ scores, (C,), or (1,) for two classes, at one row of scores (1, …)."""
        exponent = scores[0] * self.slope + self.offset
        if len(exponent) == 1:
            return -self.slope * (expit(exponent) - (1 - class_index))
        own = -self.slope * expit(exponent)
        return own * (np.eye(len(own))[class_index] - np.exp(self(scores)[0]))


@dataclass(frozen=True, slots=True)
class Temperature:
    """softmax(β·scores); two classes have the logits (−s, s).

    Attributes
    ----------
    beta
        β.
    """

    beta: float

    def __call__(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-probabilities (n, C) of scores (n, C), or (n, 1) for two classes."""
        logits = np.hstack([-scores, scores]) if scores.shape[1] == 1 else scores
        return log_softmax(self.beta * logits, axis=1)

    def slopes(self, scores: NDArray[np.float64], class_index: int) -> NDArray[np.float64]:
        """∂ log p_c/∂ scores, (C,), or (1,) for two classes, at one row of scores (1, …)."""
        p = np.exp(self(scores)[0])
        of_logits = self.beta * (np.eye(len(p))[class_index] - p)
        return of_logits[1:] - of_logits[:1] if scores.shape[1] == 1 else of_logits
