"""Repeated timing of classifier training (P21's table of training times)."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from .training import SvmSettings, fit_classifier

__all__ = ["training_seconds"]


def training_seconds(
    features: np.ndarray,
    labels: np.ndarray,
    settings: SvmSettings,
    *,
    repeats: int = 10,
    clock: Callable[[], float] = time.perf_counter,
    callback: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Train the same classifier again and again, its probabilities included.

    Parameters
    ----------
    features : (n, D)
        Spectra to train on; nothing is left out.
    labels : (n,) str
        Their classes.
    settings
        Of the classifier.
    repeats
        How often, ≥ 1.
    clock
        Seconds since any moment.
    callback
        Called with (done, total) after each; may raise to stop.

    Returns
    -------
    seconds : (repeats,)
    """
    if repeats < 1:
        raise ValueError(f"repeats={repeats} must be 1 or more")
    seconds = np.empty(repeats)
    for at in range(repeats):
        began = clock()
        fit_classifier(features, labels, settings)
        seconds[at] = clock() - began
        if callback is not None:
            callback(at + 1, repeats)
    return seconds
