"""Calibration of a type classifier, measured at training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ....core.models import (
    LEVELS,
    Calibration,
    calibrate,
    coverage,
    coverage_over_resplits,
    divisions,
    reliability,
)
from .trained_models import probability_column

__all__ = ["measure_certainty"]

_RESPLITS = 20
_FIGURES = ("log_loss", "brier", "ece")


def measure_certainty(
    out_of_fold: pd.DataFrame, tested: pd.DataFrame, classes: tuple[str, ...], *, seed: int
) -> dict[str, Any]:
    """Derive thresholds from out-of-fold probabilities, and measure them on the test set.

    Parameters
    ----------
    out_of_fold, tested
        Columns ``label`` and a probability of each class, for spectra that the machine was not
        fitted on; those tested took no part in the training at all.
    classes
        In any order.
    seed
        Of the resplits: both samples are merged and divided again 20 times, with the same share of
        each type tested; probabilities are unchanged.

    Returns
    -------
    JSON-serialisable but for NaN.
    """
    own: Any = tested[tested["label"].isin(classes)]
    p, labels = _arrays(out_of_fold, classes)
    p_test, labels_test = _arrays(own, classes)
    every, names = np.concatenate([p, p_test]), np.concatenate([labels, labels_test])
    share = len(own) / max(len(every), 1)
    certainty: dict[str, Any] = {
        "classes": list(classes),
        "n_calibration": [int(np.sum(labels == label)) for label in classes],
        "n_test": [int(np.sum(labels_test == label)) for label in classes],
        "resplits": _RESPLITS,
        "levels": [],
        "reliability": None,
    }
    for level in LEVELS:
        calibration = calibrate(p, labels, classes, level=level)
        entry: dict[str, Any] = {"level": level, "lacking": calibration.lacking}
        entry["thresholds"] = calibration.thresholds
        if not calibration.lacking:
            entry |= _counted(calibration, p_test, labels_test)
            again = np.full((1, len(classes)), np.nan)
            if len(own):
                again = coverage_over_resplits(
                    every, names, classes, level=level, tested=share, repeats=_RESPLITS, seed=seed
                )
            entry |= {"mean": _over(np.mean, again), "spread": _over(np.std, again)}
        certainty["levels"].append(entry)
    if len(own):
        certainty["reliability"] = _reliable(
            p_test, labels_test, every, names, classes, share, seed
        )
    return certainty


def _counted(calibration: Calibration, p: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    seen = coverage(calibration, p, labels)
    return {
        "held": seen.n_covered,
        "counts": seen.counts,
        "sizes": seen.sizes.tolist(),
        "right_alone": seen.right_alone,
        "right_else": seen.right_else,
    }


def _reliable(
    p: np.ndarray,
    labels: np.ndarray,
    every: np.ndarray,
    names: np.ndarray,
    classes: tuple[str, ...],
    share: float,
    seed: int,
) -> dict[str, Any]:
    """Reliability on the test set, with the spread of each figure over the resplits."""
    diagram = reliability(p, labels, classes, seed=seed).to_dict()
    parts = [
        reliability(every[part], names[part], classes, seed=seed)
        for part in divisions(names, share=share, repeats=_RESPLITS, seed=seed)
        if part.any()
    ]
    for name in _FIGURES:
        values = [getattr(part_diagram, name) for part_diagram in parts]
        diagram[f"{name}_resplit_mean"] = float(np.mean(values))
        diagram[f"{name}_resplit_spread"] = float(np.std(values))
    return diagram


def _arrays(table: pd.DataFrame, classes: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """(n, C) probabilities and (n,) labels; rows are normalised to 1 to the last bit."""
    p = table[[probability_column(label) for label in classes]].to_numpy(np.float64)
    return p / np.maximum(p.sum(axis=1, keepdims=True), 1e-300), table["label"].to_numpy(str)


def _over(measure: Any, again: np.ndarray) -> list[float]:
    """A figure over the resplits, NaN for a class missing in one of them."""
    return [float(measure(column)) for column in again.T]
