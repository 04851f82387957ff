"""From the decision values of pairs of classes to calibrated log-probabilities.

Follows scikit-learn step by step, in log space.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

__all__ = ["Calibration", "calibration_of", "one_versus_rest"]

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
class _Sigmoid:
    """Platt's sigmoid p = 1/(1 + exp(a·s + b)) for each class, then normalised."""

    slope: NDArray[np.float64]
    offset: NDArray[np.float64]

    def __call__(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        exponent = scores * self.slope + self.offset
        if scores.shape[1] == 1:
            return -np.logaddexp(0, np.hstack([-exponent, exponent]))
        log_p = -np.logaddexp(0, exponent)
        return log_p - np.logaddexp.reduce(log_p, axis=1, keepdims=True)


@dataclass(frozen=True, slots=True)
class _Temperature:
    """softmax(β·scores); two classes have the logits (−s, s)."""

    beta: float

    def __call__(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        logits = np.hstack([-scores, scores]) if scores.shape[1] == 1 else scores
        return log_softmax(self.beta * logits, axis=1)


def _sigmoid_of(calibrators: list[Any]) -> Calibration:
    return _Sigmoid(
        np.array([float(c.a_) for c in calibrators]), np.array([float(c.b_) for c in calibrators])
    )


def _temperature_of(calibrators: list[Any]) -> Calibration:
    return _Temperature(float(calibrators[0].beta_))


_READERS = {"sigmoid": _sigmoid_of, "temperature": _temperature_of}


def calibration_of(calibrated: Any) -> Calibration:
    """Read the calibration of one member of scikit-learn's ``calibrated_classifiers_``.

    Returns
    -------
    calibration
        Scores (n, C), or (n, 1) for two classes -> log-probabilities (n, C).

    Raises
    ------
    ValueError
        If its method is not sigmoid or temperature.
    """
    if calibrated.method not in _READERS:
        raise ValueError(f"calibration must be one of {tuple(_READERS)}, got {calibrated.method!r}")
    return _READERS[calibrated.method](calibrated.calibrators)
