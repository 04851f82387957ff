"""The scales on which the probability of a class is explained."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

__all__ = ["SCALES", "Scale", "of_log_odds", "scale_name", "slope_by_log_odds"]

Scale = Literal["log-odds", "log p", "probability"]

SCALES: tuple[Scale, ...] = get_args(Scale)

_SHORT: dict[Scale, str] = {"log-odds": "log-odds", "log p": "log p", "probability": "p"}


def scale_name(scale: Scale, label: str) -> str:
    """What a target is called: ``"log-odds(type 1)"``, ``"log p(type 1)"``, ``"p(type 1)"``.

    Raises
    ------
    ValueError
        There is no such scale.
    """
    if scale not in _SHORT:
        raise ValueError(f"scale={scale!r} is none of {SCALES}")
    return f"{_SHORT[scale]}({label})"


def of_log_odds(log_odds: NDArray[np.float64], scale: Scale) -> NDArray[np.float64]:
    """Log-odds log p − log(1 − p) as they are, as log p, or as p."""
    if scale == "log-odds":
        return log_odds
    if scale == "probability":
        return expit(log_odds)
    return np.minimum(log_odds, 0) - np.log1p(np.exp(-np.abs(log_odds)))


def slope_by_log_odds(log_odds: float, scale: Scale) -> float:
    """The derivative of :func:`of_log_odds`: 1, 1 − p, or p(1 − p)."""
    if scale == "log-odds":
        return 1.0
    rest = float(expit(-log_odds))
    return rest if scale == "log p" else rest * float(expit(log_odds))
