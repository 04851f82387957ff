"""Masks of a neighbourhood as a linear operator: packed bits, or one segment a sample.

Methods and targets only ever apply the masks, so an implicit one-hot pattern costs nothing and
random masks stay packed as bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from ..compute.tensors import tensor_of
from .bit_squares import bit_squares
from .bit_sums import bit_sums, bit_totals, bits_across

__all__ = ["BinaryMasks", "Factors", "Masks", "OneHotMasks", "Rows"]

Rows = slice | NDArray[np.intp]


class Factors(NamedTuple):
    """A matrix product (c, m), computed when it is needed, some columns at a time.

    left (c, S) times right (S, m), row by row in memory; where right has no rows (0, m), left is
    the product itself.
    """

    left: NDArray
    right: NDArray

    @property
    def n_columns(self) -> int:
        """m."""
        return self.right.shape[1]


class Masks(Protocol):
    """Z (n, S) with entries 0 and 1: sample i has segment k added where Z_ik = 1."""

    @property
    def shape(self) -> tuple[int, int]:
        """(n, S)."""
        ...

    def dense(self, rows: Rows, dtype: np.dtype) -> NDArray:
        """The rows as an array (m, S) of 0 and 1."""
        ...

    def across(self, rows: Rows, dtype: np.dtype) -> NDArray:
        """The transposed rows as an array (S, m) of 0 and 1, row by row in memory."""
        ...

    def apply(self, pieces: NDArray, rows: Rows) -> NDArray:
        """Z[rows] @ pieces, for pieces (S, …) -> (m, …). May be a view: read only."""
        ...

    def factors(self, left: NDArray, rows: Rows) -> Factors:
        """The product left @ Z[rows]ᵀ, for left (c, S) row by row in memory."""
        ...

    def gather(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Zᵀ values: (n,) -> (S,), the total of every segment."""
        ...

    def squares(self, weights: NDArray[np.float64], rows: slice) -> NDArray[np.float64]:
        """Z[rows]ᵀ diag(weights) Z[rows], (S, S), of weights (m,)."""
        ...

    @property
    def alone(self) -> bool:
        """Whether sample k changes segment k and no other."""
        ...

    def most(self, pieces: NDArray) -> NDArray:
        """The most (m,) that a row of any such masks can make of pieces (S, m)."""
        ...

    def typical(self, n: int) -> slice:
        """At most about n rows that are as the others are, with start, stop and step."""
        ...

    def head(self, n: int) -> Masks:
        """The first n rows."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class BinaryMasks:
    """Arbitrary masks, eight to a byte.

    Attributes
    ----------
    bits : (n, ceil(S / 8))
        Rows packed as by ``np.packbits(…, bitorder="little")``; bits beyond S are ignored.
    n_segments
        S.
    """

    bits: NDArray[np.uint8]
    n_segments: int

    @classmethod
    def pack(cls, masks: NDArray) -> BinaryMasks:
        """Pack an array (n, S); what is not 0 counts as 1."""
        return cls(np.packbits(masks != 0, axis=1, bitorder="little"), masks.shape[1])

    @classmethod
    def random(cls, n: int, n_segments: int, *, seed: int) -> BinaryMasks:
        """Draw each entry with probability ½; the first row is all ones (O25, section 4).

        Rows are drawn in order, so fewer samples of the same seed are a prefix of more.
        """
        n_bytes = -(-n_segments // 8)
        # The bytes of default_rng(seed).bytes, without taking them four by four.
        words = np.random.PCG64(seed).random_raw(-(-n * n_bytes // 8)).astype("<u8", copy=False)
        bits = words.view(np.uint8)[: n * n_bytes].reshape(n, n_bytes)
        bits[:1] = 255
        return cls(bits, n_segments)

    @property
    def shape(self) -> tuple[int, int]:
        """(n, S)."""
        return len(self.bits), self.n_segments

    def dense(self, rows: Rows, dtype: np.dtype) -> NDArray:
        """The rows as an array (m, S) of 0 and 1."""
        unpacked = np.unpackbits(self.bits[rows], axis=1, count=self.n_segments, bitorder="little")
        return unpacked.astype(dtype)

    def across(self, rows: Rows, dtype: np.dtype) -> NDArray:
        """The transposed rows as an array (S, m) of 0 and 1."""
        return bits_across(self.bits[rows], self.n_segments, dtype)

    def apply(self, pieces: NDArray, rows: Rows) -> NDArray:
        """Z[rows] @ pieces."""
        if pieces.ndim == 1:
            return bit_sums(self.bits[rows], pieces)
        # Through torch, whose threads are the caller's own: numpy's are shared by all callers.
        across = torch.from_numpy(self.across(rows, pieces.dtype))
        return (across.T @ tensor_of(pieces)).numpy()

    def factors(self, left: NDArray, rows: Rows) -> Factors:
        """Left and Z[rows]ᵀ."""
        return Factors(left, self.across(rows, left.dtype))

    def gather(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Zᵀ values."""
        return bit_totals(self.bits, values)[: self.n_segments]

    def squares(self, weights: NDArray[np.float64], rows: slice) -> NDArray[np.float64]:
        """Zᵀ diag(weights) Z."""
        return bit_squares(self.bits[rows], weights)[: self.n_segments, : self.n_segments]

    @property
    def alone(self) -> bool:
        """No."""
        return False

    def most(self, pieces: NDArray) -> NDArray:
        """All pieces above 0 together."""
        return np.maximum(pieces, 0).sum(axis=0)

    def typical(self, n: int) -> slice:
        """The first, for random rows are alike."""
        return slice(0, min(n, self.shape[0]), 1)

    def head(self, n: int) -> BinaryMasks:
        """The first n rows."""
        return BinaryMasks(self.bits[:n], self.n_segments)


@dataclass(frozen=True, slots=True)
class OneHotMasks:
    """The identity: sample k changes segment k alone, so applying it copies nothing."""

    n: int
    n_segments: int

    @property
    def shape(self) -> tuple[int, int]:
        """(n, S); n < S for a head."""
        return self.n, self.n_segments

    def dense(self, rows: Rows, dtype: np.dtype) -> NDArray:
        """The rows as an array (m, S) of 0 and 1."""
        return np.eye(self.n, self.n_segments, dtype=dtype)[rows]

    def across(self, rows: Rows, dtype: np.dtype) -> NDArray:
        """The transposed rows as an array (S, m) of 0 and 1."""
        return self.dense(rows, dtype).T.copy()

    def apply(self, pieces: NDArray, rows: Rows) -> NDArray:
        """pieces[rows]."""
        return pieces[: self.n][rows]

    def factors(self, left: NDArray, rows: Rows) -> Factors:
        """Columns of left."""
        product = np.ascontiguousarray(left[:, : self.n][:, rows])
        return Factors(product, np.empty((0, product.shape[1]), left.dtype))

    def gather(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values, and 0 for the segments that no sample changes."""
        return np.pad(values, (0, self.n_segments - self.n))

    def squares(self, weights: NDArray[np.float64], rows: slice) -> NDArray[np.float64]:
        """The weights of the rows, each at its own segment."""
        own = np.zeros(self.n_segments)
        own[: self.n][rows] = weights
        return np.diag(own)

    @property
    def alone(self) -> bool:
        """Yes."""
        return True

    def most(self, pieces: NDArray) -> NDArray:
        """The greatest of the pieces."""
        return pieces.max(axis=0)

    def typical(self, n: int) -> slice:
        """Evenly spread, for neighbours are alike and others are not."""
        return slice(0, self.n, max(1, self.n // n))

    def head(self, n: int) -> OneHotMasks:
        """The first n rows."""
        return OneHotMasks(min(n, self.n), self.n_segments)
