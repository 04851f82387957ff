"""Scales on which a class probability is explained."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "LEAST",
    "SCALES",
    "Scale",
    "clipped_note",
    "of_log_odds",
    "on_scale",
    "scale_name",
    "slope_by_log_odds",
]

Scale = Literal["log-odds", "log p", "probability"]

SCALES: tuple[Scale, ...] = get_args(Scale)

# As near to 0 or 1 as a probability counts: a forest of which no tree votes for a class says 0,
# whose logarithm explains nothing.
LEAST = 1e-6

_SHORT: dict[Scale, str] = {"log-odds": "log-odds", "log p": "log p", "probability": "p"}


def scale_name(scale: Scale, label: str) -> str:
    """Name of a target: ``"log-odds(type 1)"``, ``"log p(type 1)"``, ``"p(type 1)"``.

    Raises
    ------
    ValueError
        There is no such scale.
    """
    if scale not in _SHORT:
        raise ValueError(f"scale must be one of {SCALES}, got {scale!r}")
    return f"{_SHORT[scale]}({label})"


def on_scale(probability: NDArray[np.float64], scale: Scale) -> NDArray[np.float64]:
    """Probabilities as they are, or their logarithm or log-odds, held within 10⁻⁶ of 0 and 1."""
    if scale == "probability":
        return probability
    if scale == "log p":
        return np.log(np.maximum(probability, LEAST))
    within = np.clip(probability, LEAST, 1 - LEAST)
    return np.log(within) - np.log1p(-within)


def clipped_note(target: str, value: float) -> str:
    """Note that a target's value is of a probability clipped away from 0 or 1; else ""."""
    ends = {("log-odds(", 1): 1, ("log-odds(", -1): 0, ("log p(", -1): 0}
    for (start, side), end in ends.items():
        limit = float(on_scale(np.array([0.5 + side]), "log-odds" if "-" in start else "log p")[0])
        if target.startswith(start) and np.isclose(value, limit, rtol=1e-9, atol=0):
            return f"the model's probability is {end} or within 10⁻⁶ of it, where it is held"
    return ""


def of_log_odds(log_odds: NDArray[np.float64], scale: Scale) -> NDArray[np.float64]:
    """Log-odds log p − log(1 − p) as they are, as log p, or as p."""
    from scipy.special import expit  # late: the page's words need this module, and no scipy

    if scale == "log-odds":
        return log_odds
    if scale == "probability":
        return expit(log_odds)
    return np.minimum(log_odds, 0) - np.log1p(np.exp(-np.abs(log_odds)))


def slope_by_log_odds(log_odds: float, scale: Scale) -> float:
    """The derivative of :func:`of_log_odds`: 1, 1 − p, or p(1 − p)."""
    from scipy.special import expit

    if scale == "log-odds":
        return 1.0
    rest = float(expit(-log_odds))
    return rest if scale == "log p" else rest * float(expit(log_odds))
