"""A quadratic form in network variables and masks, summed tile by tile.

With z a mask and v the variables that a network makes of it, in differences from the base:

    v·(G v + along + M z) + own·z

Masks and variables of a tile of samples lie one under the other, so that G and M are one product,
and nothing is written that the next tile does not overwrite. Of variables at rest throughout a tile
G and M take no part in it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...compute.blas import one_blas_thread
from ...compute.compiled_loops import compiled
from ...neighbourhood.masks import Factors, Masks, Rows
from .folded import Folded
from .forward import LANES, at_rest, copied, forward_tile, room
from .ranges import unwatched

__all__ = ["BAND", "QuadraticForm"]

_Array = NDArray[np.floating]
_Coefficients = tuple[_Array, _Array, _Array, _Array, _Array]

BAND = 128
"""Variables whose slopes are found together: more fill a product, fewer spare G's upper half."""

_compiled = compiled("contract", "nsz")


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
        self._square, self._along = np.ascontiguousarray(square), along
        # For samples that each change one segment, what these make of it; else nothing.
        self._apart = np.vstack([mixing, own]) if alone else np.empty((0, 0), square.dtype)
        self._mixing = np.ascontiguousarray(mixing[:, :0] if alone else mixing)
        self._own = own[:0] if alone else own

    def evaluate(
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
        with one_blas_thread():
            _evaluate_tiles(
                *way.steps, way.entered, *entering, *self._coefficients(masks, rows),
                beyond, *unwatched(total.dtype), total,
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
        return self._square, self._along, self._mixing, self._own, apart


@_compiled
def _evaluate_tiles(
    plan, weights, floor, kind, low, high, entered, left, right,
    square, along, mixing, own, apart, beyond, least, most, ordinals, total,
):  # fmt: skip
    """The form of samples that take the steps, tile by tile."""
    n_samples, n_variables = len(total), len(along)
    here = room(plan, len(right), n_samples, total)
    bands, slopes = _space(along, own, n_samples, total)
    for first in range(0, n_samples, LANES):
        n = min(LANES, n_samples - first)
        behind = forward_tile(
            plan, weights, floor, kind, low, high, entered, left, right, first, n, n_variables,
            here, beyond[first : first + n], least, most, ordinals,
        )  # fmt: skip
        held = here.held[: len(behind) - len(right)]
        part = apart[:, first : first + n]
        _summed(behind, held, square, along, mixing, own, part, bands, slopes,
                total[first : first + n])  # fmt: skip


@_compiled
def _known(variables, right, square, along, mixing, own, apart, total):
    """The form of variables, tile by tile."""
    n_rows, n_samples, n_known = len(right) + len(along), len(total), len(right)
    space = np.empty(n_rows * min(LANES, n_samples), total.dtype)
    held = np.empty(len(along), np.int64)
    bands, slopes = _space(along, own, n_samples, total)
    for first in range(0, n_samples, LANES):
        n = min(LANES, n_samples - first)
        tile, n_held = space[: n_rows * n].reshape((n_rows, n)), 0
        copied(right, first, tile[:n_known])
        for v in range(len(along)):
            row = variables[v, first : first + n]
            if not at_rest(row):
                tile[n_known + n_held], held[n_held] = row, v
                n_held += 1
        part = apart[:, first : first + n]
        _summed(tile[: n_known + n_held], held[:n_held], square, along, mixing, own, part,
                bands, slopes, total[first : first + n])  # fmt: skip


@_compiled
def _space(along, own, n_samples, like):
    """Room for a band of coefficients, and for the slopes that they make of a tile."""
    n_rows = min(BAND, len(along))
    bands = np.empty(n_rows * (len(own) + len(along)), like.dtype)
    return bands, np.empty(n_rows * min(LANES, n_samples), like.dtype)


@_compiled
def _summed(tile, held, square, along, mixing, own, apart, bands, slopes, total):
    """The form of masks and variables (S + k, n); those in ``held`` are not at rest."""
    n_known, n_held, n = len(own), len(held), tile.shape[1]
    total[:] = 0
    for k in range(n_known):
        for i in range(n):
            total[i] += own[k] * tile[k, i]
    for first in range(0, n_held, BAND):
        last = min(first + BAND, n_held)
        band = bands[: (last - first) * (n_known + last)].reshape((last - first, n_known + last))
        slope = slopes[: (last - first) * n].reshape((last - first, n))
        _banded(held, first, square, mixing, band)
        np.dot(band, tile[: n_known + last], slope)
        for v in range(first, last):
            row, variable, base = slope[v - first], tile[n_known + v], along[held[v]]
            for i in range(n):
                total[i] += variable[i] * (row[i] + base)
    if len(apart):
        for v in range(n_held):
            for i in range(n):
                total[i] += tile[v, i] * apart[held[v], i]
        for i in range(n):
            total[i] += apart[len(along), i]


@_compiled
def _banded(held, first, square, mixing, band):
    """M beside the lower triangle of G, in a band of rows: twice below the diagonal's.

    Twice, since it stands for the upper triangle too.
    """
    n_known = mixing.shape[1]
    for v in range(len(band)):
        row, own, source = band[v], band[v, n_known:], square[held[first + v]]
        row[:n_known] = mixing[held[first + v]]
        for w in range(first):
            own[w] = 2 * source[held[w]]
        for w in range(first, len(own)):
            own[w] = source[held[w]]
