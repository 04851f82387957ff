"""Confidence intervals of shares and F scores from few spectra."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEW", "MacroFigure", "f_interval", "macro_interval", "percent_interval", "wilson"]

MacroFigure = Literal["precision", "recall", "f"]

# Fewer spectra than these behind a share, an accuracy or an F: it is printed with its interval.
FEW = 200
_DRAWS = 4000


def wilson(
    k: NDArray[np.integer] | int, n: NDArray[np.integer] | int, *, confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Score interval of a share k / n (Wilson 1927); it never leaves 0 to 1, nor has no width.

    Parameters
    ----------
    k, n
        How many of how many, any shapes that fit together; 0 ≤ k ≤ n.
    confidence
        Above 0 and below 1.

    Returns
    -------
    Lower and upper ends; 0 and 1 where n is 0.

    Raises
    ------
    ValueError
        More than all, less than none, or a confidence outside its range.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be within 0 to 1, got {confidence}")
    k, n = np.broadcast_arrays(np.asarray(k, np.float64), np.asarray(n, np.float64))
    wrong = ~((k >= 0) & (k <= n))
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ValueError(f"need 0 ≤ k ≤ n, got {k.flat[at]:g} of {n.flat[at]:g}")
    z2 = NormalDist().inv_cdf(0.5 + confidence / 2) ** 2
    centre, n_widened = k + z2 / 2, n + z2
    reach = np.sqrt(z2 * (k * (n - k) / np.maximum(n, 1) + z2 / 4))
    # At the ends the two terms are equal but for rounding.
    low = np.where(k == 0, 0.0, (centre - reach) / n_widened)
    high = np.where(k == n, 1.0, (centre + reach) / n_widened)
    return low, high


def percent_interval(k: int, n: int) -> str:
    """Wilson's 95 % interval of k of n in words, '86–97 %'; empty where n is enough without."""
    low, high = wilson(k, n)
    return f"{100 * float(low):.0f}–{100 * float(high):.0f} %" if n < FEW else ""


def f_interval(
    confusion: NDArray[np.integer] | Sequence[Sequence[int]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """95 % interval of each class's F, from counts of (true, predicted).

    F = 2J / (1 + J), where J is the share of right ones among those that are or are called the
    class: a share like any other, whose Wilson interval is carried over (Lam, Gopal & Qian 2023,
    arXiv 2309.14621, "Wilson indirect").

    Parameters
    ----------
    confusion : (C, C)
        Rows are the true class, columns the predicted one.

    Returns
    -------
    (C,) lower and (C,) upper ends; 0 and 1 for a class that nothing is, or is called.

    Raises
    ------
    ValueError
        The counts are no square, or one is negative.
    """
    counts = _checked(confusion)
    right = np.diag(counts)
    either = counts.sum(axis=0) + counts.sum(axis=1) - right
    low, high = wilson(right, either)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def macro_interval(
    confusion: NDArray[np.integer] | Sequence[Sequence[int]],
    *,
    of: MacroFigure = "f",
    draws: int = _DRAWS,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % interval of the classes' mean F, precision or recall, by a bootstrap of the counts.

    A plain bootstrap never draws a mistake that was not made: of a classifier nearly always right
    its interval held the truth in 45 % (of 66 spectra). Hence half a spectrum more is spread over
    the cells of the table before draws are made: 93 to 99.8 % of 95 % intervals then held it (three
    classes, 15 to 400 spectra, right in 80, 95 and 99 %).

    Parameters
    ----------
    confusion : (C, C)
        Rows are the true class, columns the predicted one.
    of
        Which figure's mean.
    draws
        Of the bootstrap.
    seed
        Equal seeds give equal ends.

    Raises
    ------
    ValueError
        The counts are no square, or one is negative.
    """
    counts = _checked(confusion)
    n, cells = int(counts.sum()), counts.ravel() + 0.5 / counts.size
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n, cells / cells.sum(), size=draws).reshape(-1, *counts.shape)
    low, high = np.quantile(_macro(drawn, of), [0.025, 0.975])
    own = float(_macro(counts[None], of)[0])
    return min(float(low), own), max(float(high), own)


def _macro(counts: NDArray[np.integer], of: MacroFigure) -> NDArray[np.float64]:
    """(n,) mean over classes of tables (n, C, C); a class that nothing is, or is called, has 0."""
    right = np.einsum("dcc->dc", counts)
    called, are = counts.sum(axis=1), counts.sum(axis=2)
    total = {"precision": called, "recall": are, "f": called + are}[of]
    right = 2 * right if of == "f" else right
    return np.divide(right, total, out=np.zeros(right.shape), where=total > 0).mean(axis=1)


def _checked(confusion: NDArray[np.integer] | Sequence[Sequence[int]]) -> NDArray[np.integer]:
    counts = np.asarray(confusion)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or (counts < 0).any():
        raise ValueError(f"need a square table of counts ≥ 0, got {counts.tolist()}")
    return counts
