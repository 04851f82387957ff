"""Limits of time, memory and size for reading an untrusted file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["PAGE", "SHELL", "Limits"]

_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for reading one file; a file that exceeds one is refused with that reason.

    Attributes
    ----------
    size_bytes
        Size of the file, packed and unpacked.
    memory_bytes
        Memory of the reading process beyond the libraries loaded at its start. Libraries loaded
        later count (pandas and Arrow take some 250 MB of address space).
    cpu_s
        Seconds of processor time.
    wall_s
        Elapsed seconds, for processes that wait rather than compute; like the processor time, per
        part of a file with many spectra.
    streamed_bytes
        Size of a file that is streamed (Parquet); None for the same as others.

    Raises
    ------
    ValueError
        A limit is not positive.
    """

    size_bytes: int
    memory_bytes: int
    cpu_s: float
    wall_s: float
    streamed_bytes: int | None = None

    def __post_init__(self) -> None:
        bounds = (self.size_bytes, self.memory_bytes, self.cpu_s, self.wall_s)
        bounds += (self.size_bytes if self.streamed_bytes is None else self.streamed_bytes,)
        if not all(bound > 0 for bound in bounds):
            raise ValueError(f"limits must be positive, got {self}")

    def most_bytes(self, path: Path) -> int:
        """Maximum size of a file of this name."""
        streamed = path.suffix.lower() in (".parquet", ".pq", ".parq")
        return (self.streamed_bytes if streamed else None) or self.size_bytes


PAGE = Limits(64 * _MB, 768 * _MB, cpu_s=10.0, wall_s=40.0)
"""Of a file dropped on the page."""

# A DESI coadd of a healpix has some hundred MB, and is read within seconds.
SHELL = Limits(2_000 * _MB, 8_000 * _MB, cpu_s=120.0, wall_s=900.0, streamed_bytes=10**6 * _MB)
"""Of a file that is ingested."""
