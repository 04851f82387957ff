"""From the decision values of pairs of classes to calibrated log-probabilities.

Follows scikit-learn step by step, in log space.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

__all__ = ["Calibration", "Sigmoid", "Temperature", "one_versus_rest"]

Calibration = Callable[[NDArray[np.float64]], NDArray[np.float64]]


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
