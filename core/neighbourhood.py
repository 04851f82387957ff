"""The one idea: a neighbourhood is the pieces its spectra are made of, not the spectra.

x'_i = p + Σ_k Z_ik Δ_k, where Δ_k is Δ on the pixels of segment k and 0 elsewhere. LIME has random
Z over segments, a saliency map one-hot Z over pixels, occlusion one-hot Z over segments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .masks import Masks, OneHotMasks

__all__ = ["BLOCK_ROWS", "Neighbourhood"]

# An activation of 500 × 256 float32 fills half a megabyte: it stays in a core's own cache.
BLOCK_ROWS = 500
EARLY_ROWS = 250


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhood:
    """Spectra that differ from one spectrum in known pieces.

    Attributes
    ----------
    base : (D,)
        p, the spectrum with no piece added. Its dtype is the precision asked of targets.
    delta : (D,)
        Δ, what the pieces add.
    labels : (D,) int32
        Segment of each pixel, 0 to S − 1.
    masks
        Z (n, S).

    Raises
    ------
    ValueError
        If the shapes disagree or a label lies outside the masks' segments.
    """

    base: NDArray[np.floating]
    delta: NDArray[np.floating]
    labels: NDArray[np.int32]
    masks: Masks

    def __post_init__(self) -> None:
        shapes = self.base.shape, self.delta.shape, self.labels.shape
        if self.base.ndim != 1 or len(set(shapes)) != 1:
            raise ValueError(f"base, delta and labels must share one shape (D,), got {shapes}")
        low, high = int(self.labels.min()), int(self.labels.max())
        if low < 0 or high >= self.n_segments:
            raise ValueError(f"labels span {low} to {high}, masks have {self.n_segments} segments")

    @classmethod
    def one_pixel_each(cls, x: NDArray[np.floating], steps: NDArray[np.floating]) -> Neighbourhood:
        """Sample i is x with pixel i raised by steps[i] (P21's saliency)."""
        n = len(x)
        return cls(x, steps, np.arange(n, dtype=np.int32), OneHotMasks(n, n))

    @classmethod
    def one_segment_each(
        cls, x: NDArray[np.floating], perturbed: NDArray[np.floating], labels: NDArray[np.int32]
    ) -> Neighbourhood:
        """Sample k is x with segment k taken from the perturbed spectrum (occlusion)."""
        n = int(labels.max()) + 1
        return cls(x, perturbed - x, labels, OneHotMasks(n, n))

    @property
    def n(self) -> int:
        """Number of samples."""
        return self.masks.shape[0]

    @property
    def n_segments(self) -> int:
        """Number of segments S."""
        return self.masks.shape[1]

    def spectra(self, rows: slice = slice(None)) -> NDArray[np.floating]:
        """The samples themselves, (m, D): what a target without structure needs."""
        spectra = self.masks.dense(rows, self.base.dtype)[:, self.labels]
        spectra *= self.delta
        spectra += self.base
        return spectra

    def restricted(self, pixels: NDArray[np.intp] | slice) -> Neighbourhood:
        """The same samples on some of the pixels; a segment may be left with none."""
        return Neighbourhood(self.base[pixels], self.delta[pixels], self.labels[pixels], self.masks)

    def blocks(self) -> Iterator[slice]:
        """Rows in the fixed blocks of evaluation.

        The same rows fall in the same block whatever is asked for and however many threads work:
        matrix products of one shape give the same bytes. The first are short, for an early
        answer.
        """
        start = 0
        while start < self.n:
            stop = min(start + (EARLY_ROWS if start < BLOCK_ROWS else BLOCK_ROWS), self.n)
            yield slice(start, stop)
            start = stop

    def segment_sums(
        self, columns: NDArray[np.floating], *, times: float = 1.0
    ) -> NDArray[np.floating]:
        """Σ over the pixels of each segment of Δ_j·columns_j: (D, m) -> (S, m), (D,) -> (S,).

        With these, X' @ columns = p @ columns + Z @ segment_sums(columns) in one pass over the
        columns. A factor ``times`` is cheaper here than on the columns or the sums.
        """
        n_pixels = len(self.base)
        delta = sparse.csr_array(
            (self.delta * self.delta.dtype.type(times), (self.labels, np.arange(n_pixels))),
            shape=(self.n_segments, n_pixels),
        )
        return delta @ columns
