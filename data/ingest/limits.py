"""How much time, memory and size a file from outside may cost before it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["PAGE", "SHELL", "Limits"]

_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of reading one file; one that exceeds them is refused with that reason.

    Attributes
    ----------
    size_bytes
        Of the file, packed and unpacked.
    memory_bytes
        That the reading process may take beside the libraries it starts with. Those that only some
        files ask for count (pandas and Arrow some 250 MB of addresses).
    cpu_s
        Seconds of processor time.
    wall_s
        Seconds by the clock, for what waits rather than computes; as the processor time, of each
        part of a file of many spectra.
    streamed_bytes
        Of a file that is read some rows at a time (Parquet); None as of others.

    Raises
    ------
    ValueError
        One of them is not positive.
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
        """That a file of this name may have."""
        streamed = path.suffix.lower() in (".parquet", ".pq", ".parq")
        return (self.streamed_bytes if streamed else None) or self.size_bytes


PAGE = Limits(64 * _MB, 768 * _MB, cpu_s=10.0, wall_s=40.0)
"""Of a file dropped on the page."""

# A DESI coadd of a healpix has some hundred MB, and is read within seconds.
SHELL = Limits(2_000 * _MB, 8_000 * _MB, cpu_s=120.0, wall_s=900.0, streamed_bytes=10**6 * _MB)
"""Of a file that is ingested."""
