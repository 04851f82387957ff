"""Confidence intervals of classifier metrics from few spectra."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ...core.models import FEW, MacroFigure, f_interval, macro_interval, wilson

__all__ = [
    "NOTE",
    "any_few",
    "class_intervals",
    "interval_text",
    "macro_interval_text",
    "share_interval",
]

NOTE = f"Where fewer than {FEW} spectra stand behind a figure, its 95 % interval stands beside it."


def any_few(counts: Iterable[int]) -> bool:
    """Whether one of these figures rests on so few spectra that its interval is to be said."""
    return any(n < FEW for n in counts)


def interval_text(low: float, high: float) -> str:
    """Such as '0.86–0.97'; an end is never rounded inwards to a certainty."""
    low = low if low == 1 else min(low, 0.99)
    high = high if high == 0 else max(high, 0.01)
    return f"{low:.2f}–{high:.2f}"


def share_interval(k: int, n: int) -> str:
    """Wilson's 95 % interval of k of n; empty where n is enough to do without."""
    if n >= FEW:
        return ""
    low, high = wilson(k, n)
    return interval_text(float(low), float(high))


def class_intervals(figures: Mapping[str, Any]) -> dict[str, tuple[str, str, str]]:
    """Class → 95 % intervals of its precision, recall and F.

    Parameters
    ----------
    figures
        Of :meth:`~spexplain.core.models.class_metrics.ClassificationMetrics.to_dict`.

    Returns
    -------
    Empty where every class has enough spectra to do without, or counts were not kept.
    """
    if "confusion" not in figures or not any_few(n["n"] for n in figures["by_class"].values()):
        return {}
    counts = np.array(figures["confusion"])
    right = np.diag(counts)
    ends = zip(
        *wilson(right, counts.sum(axis=0)), *wilson(right, counts.sum(axis=1)), *f_interval(counts),
        strict=True,
    )  # fmt: skip
    return {
        label: (interval_text(*of[:2]), interval_text(*of[2:4]), interval_text(*of[4:]))
        for label, of in zip(figures["classes"], ends, strict=True)
    }


def macro_interval_text(figures: Mapping[str, Any], of: MacroFigure = "f") -> str:
    """95 % interval of a mean over classes; empty where each has enough spectra to do without."""
    if "confusion" not in figures or not any_few(n["n"] for n in figures["by_class"].values()):
        return ""
    return interval_text(*macro_interval(figures["confusion"], of=of))
