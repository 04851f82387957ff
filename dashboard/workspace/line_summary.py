"""Summary of line ratios: medians with errors, counts of classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from ...core.spectra.lines import BPT_CLASSES, RatioName

__all__ = ["LineSummary", "Ratio", "line_summary"]

# Standard error of a median of n normal values: so many times σ / √n.
_OF_A_MEDIAN = 1.2533


@dataclass(frozen=True, slots=True)
class Ratio:
    """A line ratio, summarised over some spectra.

    Attributes
    ----------
    value, error
        Median of the measured ratios, and its 1σ error from their scatter (for fewer than three,
        from the errors of the measurements); NaN without any.
    n, n_limits
        Number of measured ratios, and of those with only a limit.
    """

    value: float
    error: float
    n: int
    n_limits: int


@dataclass(frozen=True, slots=True)
class LineSummary:
    """Line ratios of some spectra.

    Attributes
    ----------
    ratios
        Name → line ratio.
    bpt
        Class of ionisation → number of spectra classified by their lines.
    n
        Number of spectra.
    n_counts
        Number of spectra in counts, not flux-calibrated.
    """

    ratios: Mapping[RatioName, Ratio]
    bpt: Mapping[str, int]
    n: int
    n_counts: int


def line_summary(lines: pd.DataFrame) -> LineSummary:
    """Summarise the lines of some spectra.

    Parameters
    ----------
    lines
        One row for each: ratios with error and limit, ``bpt`` and ``in_counts``.
    """
    kinds = lines["bpt"].to_numpy(str)
    return LineSummary(
        ratios={name: _ratio(lines, name) for name in get_args(RatioName) if name in lines},
        bpt={kind: int(np.count_nonzero(kinds == kind)) for kind in BPT_CLASSES if kind},
        n=len(lines),
        n_counts=int(np.count_nonzero(lines["in_counts"].to_numpy())),
    )


def _ratio(lines: pd.DataFrame, name: str) -> Ratio:
    known = np.isfinite(lines[name].to_numpy(np.float64))
    limits = known & (lines[f"{name}_limit"].to_numpy() != 0)
    values = lines[name].to_numpy(np.float64)[known & ~limits]
    n, n_limits = len(values), int(limits.sum())
    if not n:
        return Ratio(float("nan"), float("nan"), 0, n_limits)
    low, high = np.percentile(values, [16, 84])
    error = _OF_A_MEDIAN * (high - low) / 2 / np.sqrt(n)
    if n < 3:
        own = lines[f"{name}_error"].to_numpy(np.float64)[known & ~limits]
        error = np.sqrt(np.sum(own**2)) / n
    return Ratio(float(np.median(values)), float(error), n, n_limits)
