"""Calibration of class probabilities: the reliability diagram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss, log_loss

from .class_probabilities import checked_probabilities, class_positions
from .small_samples import wilson

__all__ = ["N_BINS", "Reliability", "calibration_error", "reliability"]

N_BINS = 10
_PERFECT_DRAWS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Figures of merit, and the curve of how often the most probable class is right.

    Attributes
    ----------
    n
        Spectra.
    log_loss
        Mean of −log p of the true class.
    brier
        Mean over spectra of Σ (p − 1 of the true class, 0 of others)²: 0 to 2.
    ece
        Expected calibration error, see :func:`calibration_error`.
    ece_if_true
        What the same probabilities would show on average if each were exactly true: so far a
        sample of this size is from 0 by chance.
    confidence, right : (B,)
        Mean probability of the most probable class in each bin, and share of it that is right.
    low, high : (B,)
        Wilson's 95 % interval of that share.
    counts : (B,)
        Spectra in each bin.
    """

    n: int
    log_loss: float
    brier: float
    ece: float
    ece_if_true: float
    confidence: NDArray[np.float64]
    right: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    counts: NDArray[np.int64]

    def to_dict(self) -> dict[str, Any]:
        """JSON-serialisable."""
        figures = {"n": self.n, "log_loss": self.log_loss, "brier": self.brier, "ece": self.ece}
        curve = ("confidence", "right", "low", "high", "counts")
        return figures | {
            "ece_if_true": self.ece_if_true,
            "bins": {name: getattr(self, name).tolist() for name in curve},
        }


def calibration_error(
    confidence: NDArray[np.floating], right: NDArray[np.bool_], *, n_bins: int = N_BINS
) -> float:
    """Expected calibration error of the most probable class (Naeini, Cooper & Hauskrecht 2015).

    Over bins of equal count of that probability, the mean of |share right − mean probability|,
    weighed by the spectra in each. Bins of equal width, which others take, would put nearly all
    spectra of a good classifier in one.

    Parameters
    ----------
    confidence : (n,)
        Probability of the most probable class.
    right : (n,)
        Whether it is the true one.
    n_bins
        Of as many spectra each; fewer where there are fewer spectra.
    """
    which = _bins(np.asarray(confidence), n_bins)
    off = np.bincount(which, right - confidence)
    return float(np.abs(off).sum() / len(confidence))


def reliability(
    probabilities: NDArray[np.floating],
    labels: NDArray[np.str_] | Sequence[str],
    classes: Sequence[str],
    *,
    n_bins: int = N_BINS,
    seed: int = 0,
) -> Reliability:
    """Compare probabilities with what the spectra are.

    Parameters
    ----------
    probabilities : (n, C)
        Of spectra that the classifier has not seen.
    labels : (n,)
        True classes.
    classes
        C labels, in the order of the columns.
    n_bins
        Of equal count, of the curve and of the calibration error.
    seed
        Of the draws behind ``ece_if_true``.

    Raises
    ------
    ValueError
        There is no spectrum, these are no probabilities, or a label is not among the classes.
    """
    p = checked_probabilities(probabilities, len(classes))
    # Those of a model in single precision add up to 1 only to its rounding.
    p = p / p.sum(axis=1, keepdims=True)
    which = class_positions(labels, classes, len(p))
    if not len(p):
        raise ValueError("no labelled spectrum to compare with")
    top, right = p.max(axis=1), p.argmax(axis=1) == which
    columns = list(range(len(classes)))
    at = _bins(top, n_bins)
    counts, k = np.bincount(at), np.bincount(at, right).astype(np.int64)
    low, high = wilson(k, counts)
    drawn = np.random.default_rng(seed).random((_PERFECT_DRAWS, len(p))) < top
    return Reliability(
        n=len(p),
        log_loss=float(log_loss(which, p, labels=columns)),
        # Its stubs know of "auto" alone, which halves the score of two classes.
        brier=float(brier_score_loss(which, p, labels=columns, scale_by_half=cast("Any", False))),
        ece=calibration_error(top, right, n_bins=n_bins),
        ece_if_true=float(
            np.mean([calibration_error(top, drawn_truth, n_bins=n_bins) for drawn_truth in drawn])
        ),
        confidence=np.bincount(at, top) / counts,
        right=k / counts,
        low=low,
        high=high,
        counts=counts.astype(np.int64),
    )


def _bins(confidence: NDArray[np.floating], n_bins: int) -> NDArray[np.intp]:
    """(n,) bin of each, the least probable first; equal values may fall on either side."""
    n = len(confidence)
    bin_of_row = np.empty(n, np.intp)
    bin_of_row[np.argsort(confidence, kind="stable")] = np.arange(n)
    return bin_of_row * min(n_bins, n) // n
