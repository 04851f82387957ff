"""Row and column sums of packed bit masks, without unpacking.

Eight bits make 256 patterns: what they sum to is tabled once for all rows, or the rows that share
one are added up first (the method of four Russians: Arlazarov et al. 1970). So a row takes as many
additions as it has bytes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..compute.compiled_loops import compiled

__all__ = ["bit_sums", "bit_totals", "bits_across"]

_BITS = 8


def bit_sums(bits: NDArray[np.uint8], pieces: NDArray[np.floating]) -> NDArray[np.floating]:
    """Σ over the bits set in each row of their pieces.

    Parameters
    ----------
    bits : (n, ceil(S / 8)) uint8
        The first of a byte is its lowest; those beyond S count nothing.
    pieces : (S,)

    Returns
    -------
    sums : (n,), dtype of the pieces
        Of each row the same, whatever rows are beside it.
    """
    padded = np.zeros(bits.shape[1] * _BITS, pieces.dtype)
    padded[: len(pieces)] = pieces
    return _sums(np.ascontiguousarray(bits), padded)


def bit_totals(bits: NDArray[np.uint8], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Σ over the rows of their values, for each bit that is set.

    Parameters
    ----------
    bits : (n, b) uint8
    values : (n,)

    Returns
    -------
    totals : (8 b,)
    """
    return _totals(np.ascontiguousarray(bits), values)


def bits_across(bits: NDArray[np.uint8], n_segments: int, dtype: np.dtype) -> NDArray:
    """The bits (n, ceil(S / 8)) as numbers 0 and 1, a row for each segment: (S, n)."""
    across = np.empty((n_segments, len(bits)), dtype)
    _unpack(bits, across)
    return across


@compiled()
def _unpack(bits, across):
    one, column = np.uint8(1), np.empty(len(bits), np.uint8)
    for segment in range(len(across)):
        byte, bit = segment // _BITS, np.uint8(segment % _BITS)
        if bit == 0:
            for i in range(len(bits)):
                column[i] = bits[i, byte]
        row = across[segment]
        for i in range(len(column)):
            row[i] = (column[i] >> bit) & one


@compiled()
def _sums(bits, pieces):
    n_rows, n_bytes = bits.shape
    tables = np.zeros((n_bytes, 1 << _BITS), pieces.dtype)
    for byte in range(n_bytes):
        table = tables[byte]
        for bit in range(_BITS):
            piece = pieces[byte * _BITS + bit]
            for code in range(1 << bit):
                table[(1 << bit) + code] = table[code] + piece
    sums = np.empty(n_rows, pieces.dtype)
    for i in range(n_rows):
        total = pieces.dtype.type(0)
        for byte in range(n_bytes):
            total += tables[byte, bits[i, byte]]
        sums[i] = total
    return sums


@compiled()
def _totals(bits, values):
    n_rows, n_bytes = bits.shape
    tables = np.zeros((n_bytes, 1 << _BITS), values.dtype)
    for i in range(n_rows):
        for byte in range(n_bytes):
            tables[byte, bits[i, byte]] += values[i]
    totals = np.zeros(n_bytes * _BITS, values.dtype)
    for byte in range(n_bytes):
        table = tables[byte]
        # From the highest bit down: the upper half of what is left has it, and folds away.
        for bit in range(_BITS - 1, -1, -1):
            half = 1 << bit
            for code in range(half):
                totals[byte * _BITS + bit] += table[half + code]
                table[code] += table[half + code]
    return totals
