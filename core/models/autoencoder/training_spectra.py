"""Training spectra of an autoencoder, in memory or streamed in windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...compute import tensor_of

__all__ = ["SpectraInBlocks", "SpectraInMemory", "TrainingSpectra"]

# Read at once: neighbours on disk, so that what is decoded is used.
_BLOCK_ROWS = 256


class TrainingSpectra(Protocol):
    """n spectra (n, D), finite, of which some are learnt from in one order or another."""

    @property
    def shape(self) -> tuple[int, int]:
        """n and D."""
        ...

    def mean(self, rows: NDArray[np.int64]) -> Tensor:
        """(D,) of some rows."""
        ...

    def shuffled(
        self, rows: NDArray[np.int64], generator: torch.Generator, *, batch: int
    ) -> NDArray[np.int64]:
        """The rows in the order in which an epoch takes them."""
        ...

    def windows(self, rows: NDArray[np.int64], *, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Rows in order, some at a time, whole batches but for the last.

        Yields
        ------
        Spectra (m, D), and where in them the next rows are, (k,).
        """
        ...

    def subset(self, rows: NDArray[np.int64]) -> TrainingSpectra:
        """Some of them."""
        ...


class SpectraInMemory:
    """All of them at hand.

    Parameters
    ----------
    spectra : (n, D)
        Finite.

    Raises
    ------
    ValueError
        Fewer than two spectra, or a spectrum is not finite.
    """

    def __init__(self, spectra: NDArray[np.float32]) -> None:
        if len(spectra) < 2 or not np.isfinite(spectra).all():
            raise ValueError(f"need 2 finite spectra or more, got {np.shape(spectra)}")
        self._spectra = tensor_of(np.ascontiguousarray(spectra, np.float32))

    @property
    def shape(self) -> tuple[int, int]:
        """n and D."""
        n, n_pixels = self._spectra.shape
        return n, n_pixels

    def mean(self, rows: NDArray[np.int64]) -> Tensor:
        """(D,) of some rows."""
        return self._spectra[torch.from_numpy(rows)].mean(dim=0)

    def shuffled(
        self, rows: NDArray[np.int64], generator: torch.Generator, *, batch: int
    ) -> NDArray[np.int64]:
        """The rows in any order."""
        del batch
        return rows[torch.randperm(len(rows), generator=generator).numpy()]

    def windows(self, rows: NDArray[np.int64], *, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """All at once."""
        del batch
        yield self._spectra, torch.from_numpy(rows)

    def subset(self, rows: NDArray[np.int64]) -> SpectraInMemory:
        """Some of them."""
        return SpectraInMemory(self._spectra[torch.from_numpy(rows)].numpy())


@dataclass(frozen=True, eq=False)
class SpectraInBlocks:
    """Read when they are needed, so that memory does not grow with their number.

    An epoch takes blocks of 256 neighbours in any order, fills a window with them, and takes the
    spectra of a window in any order: as good as any order of all where a window holds many blocks.

    Attributes
    ----------
    read
        Rows (k,), ascending and near one another → spectra (k, D) float32, for example of an array
        on disk.
    n_pixels
        D.
    at : (n,) int
        Where among those each of these spectra is, ascending.
    window_rows
        In memory at once.

    Raises
    ------
    ValueError
        Fewer than two spectra; when they are read, one that is not finite.
    """

    read: Callable[[NDArray[np.int64]], NDArray[np.float32]]
    n_pixels: int
    at: NDArray[np.int64]
    window_rows: int

    def __post_init__(self) -> None:
        if len(self.at) < 2:
            raise ValueError(f"need 2 finite spectra or more, got {self.shape}")

    @property
    def shape(self) -> tuple[int, int]:
        """n and D."""
        return len(self.at), self.n_pixels

    def mean(self, rows: NDArray[np.int64]) -> Tensor:
        """(D,) of some rows."""
        total = np.zeros(self.n_pixels)
        for spectra, _ in self.windows(np.sort(rows), batch=1):  # ascending: as they are there
            total += np.sum(spectra.numpy(), axis=0, dtype=np.float64)  # without a copy of them
        return torch.from_numpy((total / len(rows)).astype(np.float32))

    def shuffled(
        self, rows: NDArray[np.int64], generator: torch.Generator, *, batch: int
    ) -> NDArray[np.int64]:
        """Blocks in any order, and the rows of each window in any order."""
        block = self.at[rows] // _BLOCK_ROWS
        ends = np.flatnonzero(np.diff(block)) + 1
        blocks = np.split(rows, ends)
        order = torch.randperm(len(blocks), generator=generator).numpy()
        taken = np.concatenate([blocks[at] for at in order])
        step = self._step(batch)
        for start in range(0, len(taken), step):
            window = taken[start : start + step]
            window[:] = window[torch.randperm(len(window), generator=generator).numpy()]
        return taken

    def windows(self, rows: NDArray[np.int64], *, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """A window at a time."""
        step = self._step(batch)
        # In one place: memory fresh from the system costs more than the copying.
        buffer = np.empty((min(step, len(rows)), self.n_pixels), np.float32)
        for start in range(0, len(rows), step):
            window = rows[start : start + step]
            ascending = np.sort(window)
            self._fill(buffer, self.at[ascending])
            where = np.searchsorted(ascending, window)
            yield torch.from_numpy(buffer[: len(window)]), torch.from_numpy(where)

    def subset(self, rows: NDArray[np.int64]) -> SpectraInBlocks:
        """Some of them."""
        return SpectraInBlocks(self.read, self.n_pixels, self.at[rows], self.window_rows)

    def _step(self, batch: int) -> int:
        return max(self.window_rows // batch, 1) * batch

    def _fill(self, buffer: NDArray[np.float32], at: NDArray[np.int64]) -> None:
        ends = np.flatnonzero(np.diff(at // _BLOCK_ROWS)) + 1
        for first, stop in zip([0, *ends], [*ends, len(at)], strict=True):
            rows = at[first:stop]
            spectra = self.read(rows)
            if not np.isfinite(spectra).all():
                raise ValueError(f"need finite spectra; one of rows {rows[0]}–{rows[-1]} is not")
            buffer[first:stop] = spectra
