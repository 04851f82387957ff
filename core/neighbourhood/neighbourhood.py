"""A neighbourhood stored as the pieces its spectra are made of, not the spectra.

x'_i = p + Σ_k Z_ik Δ_k, where Δ_k is Δ on the pixels of segment k and 0 elsewhere. LIME has random
Z over segments, a saliency map one-hot Z over pixels, occlusion one-hot Z over segments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .masks import Masks, OneHotMasks, Rows
from .segment_sums import segment_sums

__all__ = ["DENSE_ROWS", "Neighbourhood"]

# A block of 250 spectra of 3773 float32 fills 4 MB, about what a core's own cache holds.
DENSE_ROWS = 250


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

    @property
    def pixel_by_pixel(self) -> bool:
        """Whether sample i changes pixel i and no other, as of ``one_pixel_each``."""
        pixels = np.arange(len(self.labels))
        return self.masks.alone and np.array_equal(self.labels, pixels)

    def spectra(self, rows: Rows = slice(None)) -> NDArray[np.floating]:
        """The samples as spectra (m, D), for targets without an evaluator of their own."""
        # Not by [:, labels], which numpy lays out column by column.
        spectra = np.take(self.masks.dense(rows, self.base.dtype), self.labels, axis=1)
        spectra *= self.delta
        spectra += self.base
        return spectra

    def restricted(self, pixels: NDArray[np.intp] | slice) -> Neighbourhood:
        """The same samples on some of the pixels; a segment may be left with none."""
        return Neighbourhood(self.base[pixels], self.delta[pixels], self.labels[pixels], self.masks)

    def in_double(self) -> Neighbourhood:
        """The same samples in double precision."""
        base, delta = self.base.astype(np.float64), self.delta.astype(np.float64)
        return Neighbourhood(base, delta, self.labels, self.masks)

    def blocks(self, rows: slice | None = None, *, n_rows: int = DENSE_ROWS) -> Iterator[slice]:
        """Rows (default all) in blocks of n_rows, the last shorter."""
        start, stop = (0, self.n) if rows is None else (rows.start, min(rows.stop, self.n))
        for at in range(start, stop, n_rows):
            yield slice(at, min(at + n_rows, stop))

    def segment_sums(
        self, columns: NDArray[np.floating], *, times: float = 1.0
    ) -> NDArray[np.floating]:
        """Σ over the pixels of each segment of Δ_j·columns_j: (D, m) -> (S, m), (D,) -> (S,).

        With these, X' @ columns = p @ columns + Z @ segment_sums(columns) in one pass over the
        columns. A factor ``times`` is cheaper here than on the columns or the sums.
        """
        scaled = (self.delta * self.delta.dtype.type(times))[None]
        table = columns if columns.ndim == 2 else columns[:, None]
        sums = segment_sums(self.labels, self.n_segments, scaled, table)[0]
        return sums if columns.ndim == 2 else sums[:, 0]
