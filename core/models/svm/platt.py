"""Platt's sigmoid: the probability of two classes from a decision value."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["platt_sigmoid"]

_STEPS = 100
_RIDGE, _SETTLED, _SHORTEST = 1e-12, 1e-5, 1e-10


def platt_sigmoid(decisions: NDArray[np.float64], first: NDArray[np.bool_]) -> tuple[float, float]:
    """A and B of P(first | d) = 1/(1 + exp(A d + B)), by Newton steps with backtracking.

    Parameters
    ----------
    decisions : (n,)
        Of rows that the machine was not trained on, positive where it decides for the first class.
    first : (n,) bool
        Which rows are of the first class.

    Returns
    -------
    slope, offset
        A, negative where the decisions tell the classes apart, and B.

    Raises
    ------
    ValueError
        There are no rows.

    Notes
    -----
    Lin, Lin & Weng (2007), *A note on Platt's probabilistic outputs for support vector machines*,
    with their targets (N₊ + 1)/(N₊ + 2) and 1/(N₋ + 2), as in libsvm.
    """
    if not len(decisions):
        raise ValueError("a sigmoid needs at least one decision to fit")
    n_first = int(np.count_nonzero(first))
    n_second = len(first) - n_first
    wanted = np.where(first, (n_first + 1) / (n_first + 2), 1 / (n_second + 2))
    at = np.array([0.0, np.log((n_second + 1) / (n_first + 1))], np.float64)
    loss = _loss(at, decisions, wanted)
    for _ in range(_STEPS):
        gradient, curvature = _slopes(at, decisions, wanted)
        if np.abs(gradient).max() < _SETTLED:
            break
        step = -np.asarray(np.linalg.solve(curvature, gradient), np.float64)
        length, downhill = 1.0, float(gradient @ step)
        while length >= _SHORTEST:
            there = at + length * step
            new_loss = _loss(there, decisions, wanted)
            if new_loss < loss + 1e-4 * length * downhill:
                at, loss = there, new_loss
                break
            length /= 2
        else:
            break  # as near as the line search comes
    return float(at[0]), float(at[1])


def _loss(
    at: NDArray[np.float64], decisions: NDArray[np.float64], wanted: NDArray[np.float64]
) -> float:
    """−Σ t log p + (1 − t) log(1 − p), without overflow: Σ log(1 + exp(z)) − (1 − t) z."""
    z = at[0] * decisions + at[1]
    return float(np.sum(np.logaddexp(0, z) - (1 - wanted) * z))


def _slopes(
    at: NDArray[np.float64], decisions: NDArray[np.float64], wanted: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    z = at[0] * decisions + at[1]
    p = np.exp(-np.logaddexp(0, z))
    by_z, spread = wanted - p, p * (1 - p)
    gradient = np.array([decisions @ by_z, by_z.sum()])
    mixed = float(decisions @ spread)
    square = float((decisions**2) @ spread)
    curvature = np.array([[square, mixed], [mixed, float(spread.sum())]])
    return gradient, curvature + _RIDGE * np.eye(2)
