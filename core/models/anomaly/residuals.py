"""Anomaly scores from spectra and their reconstructions (O25, section 3).

With r = x′ − x on the K pixels that count: mean r², mean r²/(max(x, 0) + δ), and both over the
pixels left when the 3 % of largest |r| are taken out. The paper's r²/(x + δ) would be NaN or
negative where x ≤ −δ, hence the guard.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from ...compute.compiled_loops import compiled
from .scores import CHI2_OFFSET, TRIMMED_FRACTION, Score

__all__ = [
    "ResidualScore",
    "eight_scores",
    "mean_square",
    "residual_score",
]

ResidualScore = Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.float64]]

# Sums may be reordered so that they fill the vector registers, and a division by zero is inf as
# in numpy; nothing else is relaxed.
_compiled = compiled("reassoc", "nsz", "contract", error_model="numpy")


def residual_score(score: Score, *, trimmed: float = TRIMMED_FRACTION) -> ResidualScore:
    """How a score is reckoned from the pixels that count, filtered or not.

    Parameters
    ----------
    score
        One of the eight.
    trimmed
        Share of the pixels that trimmed scores leave out.
    """
    return {
        "mse": mean_square,
        "chi2": partial(_mean, weighted=True),
        "trimmed-mse": partial(_mean, trimmed=trimmed),
        "trimmed-chi2": partial(_mean, trimmed=trimmed, weighted=True),
    }[score.removeprefix("filtered-")]


def eight_scores(
    x: NDArray[np.floating], reconstruction: NDArray[np.floating], kept: NDArray[np.bool_]
) -> dict[Score, NDArray[np.float64]]:
    """All scores (n,) of spectra (n, D), decoded once.

    Parameters
    ----------
    x
        Spectra.
    reconstruction
        Theirs, (n, D).
    kept
        (D,) True where filtered scores look.
    """
    found: dict[str, NDArray[np.float64]] = {}
    for of in ("", "filtered-"):
        if of:
            x, reconstruction = (
                np.ascontiguousarray(rows[:, kept]) for rows in (x, reconstruction)
            )
        for trim, trimmed in (("", 0.0), ("trimmed-", TRIMMED_FRACTION)):
            found[f"{of}{trim}mse"], found[f"{of}{trim}chi2"] = _means(x, reconstruction, trimmed)
    return {score: found[score] for score in get_args(Score)}


def mean_square(
    x: NDArray[np.floating], reconstruction: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Mean r² of each row, (n, K) twice -> (n,)."""
    return _mean(x, reconstruction)


def _mean(
    x: NDArray[np.floating],
    reconstruction: NDArray[np.floating],
    *,
    trimmed: float = 0.0,
    weighted: bool = False,
) -> NDArray[np.float64]:
    return _means(x, reconstruction, trimmed)[int(weighted)]


def _means(
    x: NDArray[np.floating], reconstruction: NDArray[np.floating], trimmed: float
) -> NDArray[np.float64]:
    """Mean r² and r²/(max(x, 0) + δ), (2, n), without the largest |r|, of equals the red."""
    n_kept = x.shape[1] - int(trimmed * x.shape[1])
    return _row_sums(x, reconstruction, n_kept, x.dtype.type(CHI2_OFFSET)) / n_kept


@_compiled
def _row_sums(x, reconstruction, n_kept, offset):
    """Sums of the n_kept smallest squared residuals of each row, as they are and weighted."""
    sums = np.empty((2, len(x)))
    squares = np.empty_like(x[0])
    infinity = squares.dtype.type(np.inf)
    border, n_ties = infinity, 0
    for i in range(len(x)):
        _square(squares, x[i], reconstruction[i])
        if n_kept < len(squares):
            border, n_ties = _border(squares, border, len(squares) - n_kept)
            _drop_last(squares, border, n_ties, infinity)
        sums[0, i] = _sum(squares, border)
        sums[1, i] = _sum_chi2(squares, border, x[i], offset)
    return sums


@_compiled
def _square(squares, x, reconstruction):
    for j in range(len(squares)):
        residual = reconstruction[j] - x[j]
        squares[j] = residual * residual


@_compiled
def _sum(squares, border):
    zero = squares.dtype.type(0)
    total = zero
    for j in range(len(squares)):
        total += zero if squares[j] > border else squares[j]
    return total


@_compiled
def _sum_chi2(squares, border, x, offset):
    zero = squares.dtype.type(0)
    total = zero
    for j in range(len(squares)):
        flux = x[j] if x[j] > zero else zero
        total += zero if squares[j] > border else squares[j] / (flux + offset)
    return total


@_compiled
def _border(squares, guess, n_dropped):
    """The value above which n_dropped values lie, and how many equal to it must go as well.

    Bisection, for a pass over a row in the nearest cache costs less than sorting any of it; from
    the border of the row before, for neighbours are alike.
    """
    low, high = squares.dtype.type(-1), _sum(squares, squares.dtype.type(np.inf))
    middle = guess if guess < high else high / 2
    step = middle / 64
    while low < middle < high:
        n_above = _n_above(squares, middle)
        if n_above == n_dropped:
            return middle, 0
        if n_above > n_dropped:
            low = middle
            middle = min(low + step, low + (high - low) / 2)
        else:
            high = middle
            middle = max(high - step, low + (high - low) / 2)
        step *= 2
    return high, n_dropped - _n_above(squares, high)


@_compiled
def _n_above(squares, border):
    # Counted in their own type, which is exact up to 2²⁴ and fills the vector registers.
    zero, one = squares.dtype.type(0), squares.dtype.type(1)
    count = zero
    for j in range(len(squares)):
        count += one if squares[j] > border else zero
    return int(count)


@_compiled
def _drop_last(squares, border, n_ties, infinity):
    j = len(squares)
    while n_ties > 0 and j > 0:
        j -= 1
        if squares[j] == border:
            squares[j] = infinity
            n_ties -= 1
