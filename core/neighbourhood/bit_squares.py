"""Weighted Gram matrix of packed bit masks, Σ w z zᵀ, by counting.

A few bits of a mask are one of 2^g codes. For each pair of groups of bits the weights are added up
by the pair of codes, one addition a mask; what two bits have in common is then a sum over the codes
that hold both, which halving the table finds for all bits of the pair at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..compute.compiled_loops import compiled

__all__ = ["bit_squares"]

# Bits to a code: the table of a pair, 4^g numbers, stays nearest to a core; few masks do not pay
# for a large one.
_MANY_MASKS, _BITS_OF_MANY, _BITS_OF_FEW = 1000, 5, 4

# In the order that is written: the bytes must not depend on how a compiler regroups a sum.
_compiled = compiled()


def bit_squares(bits: NDArray[np.uint8], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Σ over the rows of their weight, for each pair of bits that are both set.

    Parameters
    ----------
    bits : (n, b) uint8
        The first of a byte is its lowest.
    weights : (n,)

    Returns
    -------
    squares : (8 b, 8 b), symmetric
    """
    n_bits = _BITS_OF_MANY if len(bits) >= _MANY_MASKS else _BITS_OF_FEW
    codes = _coded(np.ascontiguousarray(bits), n_bits)
    size = 8 * bits.shape[1]
    return _squares(codes, np.ascontiguousarray(weights), n_bits)[:size, :size]


@_compiled
def _coded(bits, n_bits):
    """The code of each group of so many bits of each row, (groups, n)."""
    n_rows, n_bytes = bits.shape
    n_groups = (8 * n_bytes + n_bits - 1) // n_bits
    codes = np.empty((n_groups, n_rows), np.uint16)
    kept = (1 << n_bits) - 1
    for group in range(n_groups):
        byte, shift, code = group * n_bits >> 3, group * n_bits & 7, codes[group]
        over = shift + n_bits > 8 and byte + 1 < n_bytes
        for i in range(n_rows):
            packed = np.int64(bits[i, byte])
            if over:
                packed |= np.int64(bits[i, byte + 1]) << 8
            code[i] = (packed >> shift) & kept
    return codes


@_compiled
def _squares(codes, weights, n_bits):
    n_groups = len(codes)
    squares = np.empty((n_groups * n_bits, n_groups * n_bits))
    table = np.empty(1 << 2 * n_bits)
    for one in range(n_groups):
        for other in range(one, n_groups):
            _tallied(codes[one], codes[other], weights, n_bits, table)
            a, b = one * n_bits, other * n_bits
            _halved(table, n_bits, squares[a : a + n_bits, b : b + n_bits])
    for i in range(len(squares)):
        for j in range(i):
            squares[i, j] = squares[j, i]
    return squares


@_compiled
def _tallied(one, other, weights, n_bits, table):
    """The total weight of each pair of codes."""
    table[:] = 0
    shift = np.uint64(n_bits)
    for i in range(len(weights)):
        table[(np.uint64(one[i]) << shift) | np.uint64(other[i])] += weights[i]


@_compiled
def _halved(table, n_bits, out):
    """The total of the pairs of codes that hold bit p and bit q, for all of both; spends the table.

    From the highest bit down: the upper half of what is left has it, and is added to the lower.
    """
    width = 1 << n_bits
    tiled = table.reshape((width, width))
    half = width
    for p in range(n_bits - 1, -1, -1):
        half >>= 1
        holding = tiled[half]
        for code in range(half):
            upper, lower = tiled[half + code], tiled[code]
            for c in range(width):
                lower[c] += upper[c]
            if code:
                for c in range(width):
                    holding[c] += upper[c]
        quarter = width
        for q in range(n_bits - 1, -1, -1):
            quarter >>= 1
            total = 0.0
            for c in range(quarter):
                total += holding[quarter + c]
                holding[c] += holding[quarter + c]
            out[p, q] = total
