"""Anomaly scores from spectra and their reconstructions (O25, section 3).

With r = x′ − x on the K pixels that count: mean r², mean r²/(max(x, 0) + δ), and both over the
pixels left when the 3 % of largest |r| are taken out. The paper's r²/(x + δ) would be NaN or
negative where x ≤ −δ, hence the guard.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["ResidualScore", "mean_chi2", "mean_square", "trimmed_mean_chi2", "trimmed_mean_square"]

ResidualScore = Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.float64]]

CHI2_OFFSET = 1e-3
TRIMMED_FRACTION = 0.03

# Sums may be reordered so that they fill the vector registers; nothing else is relaxed.
_compiled = njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})


@_compiled
def _sum_squares(x, reconstruction):
    sums = np.empty(len(x))
    for i in range(len(x)):
        total = x.dtype.type(0)
        for j in range(x.shape[1]):
            residual = reconstruction[i, j] - x[i, j]
            total += residual * residual
        sums[i] = total
    return sums


@_compiled
def _square_in_place(x, reconstruction):
    for i in range(len(x)):
        for j in range(x.shape[1]):
            residual = reconstruction[i, j] - x[i, j]
            reconstruction[i, j] = residual * residual


@_compiled
def _sum_chi2(x, squares, largest, n_kept, offset):
    """Sum squares/(x + δ) over those below the largest to keep, then ties until n_kept."""
    zero = x.dtype.type(0)
    sums = np.empty(len(x))
    for i in range(len(x)):
        total, n_below = zero, 0
        for j in range(x.shape[1]):
            floor = x[i, j] if x[i, j] > zero else zero
            below = squares[i, j] < largest[i]
            total += squares[i, j] / (floor + offset) if below else zero
            n_below += below
        j, n_ties = 0, n_kept - n_below
        while n_ties > 0 and j < x.shape[1]:
            if squares[i, j] == largest[i]:
                total += squares[i, j] / (max(x[i, j], zero) + offset)
                n_ties -= 1
            j += 1
        sums[i] = total
    return sums


def _n_kept(n_pixels: int) -> int:
    return n_pixels - int(TRIMMED_FRACTION * n_pixels)


def mean_square(
    x: NDArray[np.floating], reconstruction: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Mean r² of each row, (n, K) twice -> (n,)."""
    return _sum_squares(x, reconstruction) / x.shape[1]


def mean_chi2(x: NDArray[np.floating], reconstruction: NDArray[np.floating]) -> NDArray[np.float64]:
    """Mean r²/(max(x, 0) + δ) of each row. Overwrites the reconstruction."""
    _square_in_place(x, reconstruction)
    infinite = np.full(len(x), np.inf, x.dtype)
    return _chi2(x, reconstruction, infinite, x.shape[1])


def trimmed_mean_square(
    x: NDArray[np.floating], reconstruction: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Mean r² of each row without its largest |r|. Overwrites the reconstruction."""
    n_kept = _n_kept(x.shape[1])
    _square_in_place(x, reconstruction)
    reconstruction.partition(n_kept - 1, axis=1)
    return reconstruction[:, :n_kept].sum(axis=1).astype(np.float64) / n_kept


def trimmed_mean_chi2(
    x: NDArray[np.floating], reconstruction: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Mean r²/(max(x, 0) + δ) of each row without its largest |r|. Overwrites the reconstruction.

    Of equal |r| at the border the bluer pixel is kept.
    """
    n_kept = _n_kept(x.shape[1])
    _square_in_place(x, reconstruction)
    largest = np.partition(reconstruction, n_kept - 1, axis=1)[:, n_kept - 1].copy()
    return _chi2(x, reconstruction, largest, n_kept)


def _chi2(
    x: NDArray[np.floating],
    squares: NDArray[np.floating],
    largest: NDArray[np.floating],
    n_kept: int,
) -> NDArray[np.float64]:
    return _sum_chi2(x, squares, largest, n_kept, x.dtype.type(CHI2_OFFSET)) / n_kept
