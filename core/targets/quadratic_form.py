"""A quadratic form in a network's variables and the masks, summed as samples walk the network.

With z a mask and v the variables that a network makes of it, in differences from the base:

    v·(G v + along + M z) + own·z

Masks and variables of a tile of samples lie one under the other, so that G and M are one product,
and nothing is written that the next tile does not overwrite.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..masks import Factors, Masks, Rows
from ..one_blas_thread import one_blas_thread
from .folded import Folded
from .walk import LANES, bench_rows, copied, walk_tile

__all__ = ["BAND", "QuadraticForm"]

_Array = NDArray[np.floating]
_Coefficients = tuple[_Array, _Array, _Array, _Array]

BAND = 128
"""Variables whose slopes are found together: more fill a product, fewer spare G's upper half."""

_compiled = njit(cache=True, nogil=True, fastmath={"contract", "nsz"})


class QuadraticForm:
    """v·(square v + along + mixing z) + own·z.

    Parameters
    ----------
    square : (V, V)
        G, symmetric.
    along : (V,)
    mixing : (V, S)
        M.
    own : (S,)
    alone
        Whether sample k changes segment k and no other, so that M z is a column of M.
    """

    def __init__(
        self,
        *,
        square: NDArray[np.floating],
        along: NDArray[np.floating],
        mixing: NDArray[np.floating],
        own: NDArray[np.floating],
        alone: bool,
    ) -> None:
        self._along = along
        self._own = own[:0] if alone else own
        # For samples that each change one segment, what these make of it; else nothing.
        self._apart = np.vstack([mixing, own]) if alone else np.empty((0, 0), square.dtype)
        self._bands = _bands(np.ascontiguousarray(mixing[:, : len(self._own)]), square)

    def walked(
        self, way: Folded, entering: Factors, masks: Masks, rows: Rows
    ) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """The form (m,) of samples that take a way, and which of them it does not hold for.

        Parameters
        ----------
        way
            Of V variables.
        entering : (A, m)
            What enters it.
        masks, rows
            Z, and which rows of it these are.
        """
        total = np.empty(entering.n_columns, self._along.dtype)
        beyond = np.zeros_like(total)
        unwatched = total[:0]
        with one_blas_thread():
            _walked(
                *way.steps, *entering, *self._coefficients(masks, rows),
                beyond, unwatched, total,
            )  # fmt: skip
        return total.astype(np.float64), np.flatnonzero(beyond)

    def values(
        self, variables: NDArray[np.floating], masks: Masks, rows: Rows
    ) -> NDArray[np.float64]:
        """The form (m,) of variables (V, m) that are known."""
        nothing = np.empty((0, masks.shape[1]), variables.dtype)
        right = masks.factors(nothing, rows).right
        total = np.empty(variables.shape[1], variables.dtype)
        with one_blas_thread():
            _known(variables, right, *self._coefficients(masks, rows), total)
        return total.astype(np.float64)

    def _coefficients(self, masks: Masks, rows: Rows) -> _Coefficients:
        apart = masks.factors(self._apart, rows).left if len(self._apart) else self._apart
        return self._bands, self._along, self._own, apart


@_compiled
def _bands(mixing, square):
    """M (V, S) beside the lower triangle of G (V, V) in bands of rows, twice below the diagonal's.

    Twice, since it stands for the upper triangle too.
    """
    (n, n_known), size = mixing.shape, 0
    for first in range(0, n, BAND):
        last = min(first + BAND, n)
        size += (last - first) * (n_known + last)
    bands, at = np.empty(size, square.dtype), 0
    for first in range(0, n, BAND):
        last = min(first + BAND, n)
        for v in range(first, last):
            bands[at : at + n_known] = mixing[v]
            own = bands[at + n_known : at + n_known + last]
            at += n_known + last
            for w in range(first):
                own[w] = 2 * square[v, w]
            for w in range(first, last):
                own[w] = square[v, w]
    return bands


@_compiled
def _walked(
    plan, weights, floor, kind, low, high, left, right, bands, along, own, apart,
    beyond, unwatched, total,
):  # fmt: skip
    """The form of samples that walk the steps, tile by tile."""
    n_rows, n_samples = len(right) + len(along), len(total)
    room = np.empty(n_rows * min(LANES, n_samples), total.dtype)
    bench = np.empty(max(bench_rows(plan), BAND) * min(LANES, n_samples), total.dtype)
    for first in range(0, n_samples, LANES):
        n = min(LANES, n_samples - first)
        tile = room[: n_rows * n].reshape((n_rows, n))
        copied(right, first, tile[: len(right)])
        walk_tile(
            plan, weights, floor, kind, low, high, left, first, len(right), tile, bench,
            beyond[first : first + n], unwatched, unwatched, False,
        )  # fmt: skip
        _summed(tile, bands, along, own, apart, first, bench, total[first : first + n])


@_compiled
def _known(variables, right, bands, along, own, apart, total):
    """The form of variables, tile by tile."""
    n_rows, n_samples = len(right) + len(along), len(total)
    room = np.empty(n_rows * min(LANES, n_samples), total.dtype)
    bench = np.empty(BAND * min(LANES, n_samples), total.dtype)
    for first in range(0, n_samples, LANES):
        n = min(LANES, n_samples - first)
        tile = room[: n_rows * n].reshape((n_rows, n))
        copied(right, first, tile[: len(right)])
        copied(variables, first, tile[len(right) :])
        _summed(tile, bands, along, own, apart, first, bench, total[first : first + n])


@_compiled
def _summed(tile, bands, along, own, apart, first_sample, bench, total):
    """The form of masks and variables (S + V, n)."""
    n_known, n_variables, n, at = len(own), len(along), tile.shape[1], 0
    total[:] = 0
    for k in range(n_known):
        for i in range(n):
            total[i] += own[k] * tile[k, i]
    for first in range(0, n_variables, BAND):
        last = min(first + BAND, n_variables)
        band = bands[at : at + (last - first) * (n_known + last)]
        at += band.size
        slope = bench[: (last - first) * n].reshape((last - first, n))
        band_rows = band.reshape((last - first, n_known + last))
        np.dot(band_rows, tile[: n_known + last], slope)
        for v in range(first, last):
            row, variable = slope[v - first], tile[n_known + v]
            for i in range(n):
                total[i] += variable[i] * (row[i] + along[v])
    if len(apart):
        for v in range(n_variables):
            for i in range(n):
                total[i] += tile[v, i] * apart[v, first_sample + i]
        for i in range(n):
            total[i] += apart[n_variables, first_sample + i]
