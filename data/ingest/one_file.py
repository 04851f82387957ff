"""One input file: what the collection takes of each spectrum in it, or why it takes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from ...core.spectra.grid import WaveGrid, resample
from ...core.spectra.spectrum import Spectrum
from .labels import Labels
from .readers import ReadError, read_all
from .readers.file_names import readable
from .readers.hints import NO_HINTS, Hints

__all__ = ["Intake", "RejectReason", "Rejected", "Taken", "too_large"]

_WHENCE = "give it as Z in the header, as a column z, or by --labels with a column z"

RejectReason = Literal[
    "unreadable",
    "unknown format",
    "no errors",
    "no spectrum",
    "several spectra",
    "no data",
    "too large",
    "too slow",
    "star",
    "redshift missing",
    "redshift too low",
    "redshift too high",
    "no overlap",
    "duplicate",
]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A spectrum or file that was not taken: its id if known, a short code, and the particulars."""

    file: str
    id: str
    reason: RejectReason
    detail: str

    @classmethod
    def of_file(cls, path: Path, error: ReadError) -> Rejected:
        """A file of which nothing could be read."""
        return cls(readable(path), "", error.reason, str(error))


def too_large(size: int, most: int) -> ReadError:
    """Why a file of more bytes than allowed is not read."""
    return ReadError("too large", f"it has {size:,} bytes, more than the {most:,} that are read")


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """A spectrum on the collection's grid: catalog entries, and flux and ivar (D,) float32."""

    row: dict[str, str | float]
    flux: np.ndarray
    ivar: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """Decides file by file; picklable by value, so it can be sent to other processes.

    Attributes
    ----------
    grid
        The collection's wavelengths, vacuum Å, rest frame.
    z_max
        Largest redshift taken.
    labels
        Redshifts of the user, which come before the files' own.
    hints
        What the user says of columns and air.
    """

    grid: WaveGrid
    z_max: float
    labels: Labels = field(default_factory=lambda: Labels({}, ""))
    hints: Hints = NO_HINTS

    def __call__(self, path: Path) -> list[Taken | Rejected]:
        """Read one file and take its spectra to rest, in their order.

        Only wavelengths are divided by 1 + z; flux densities stay those of the observed frame.
        """
        outcomes: list[Taken | Rejected] = []
        try:
            outcomes.extend(self._decide(spectrum, path) for spectrum in read_all(path, self.hints))
        except ReadError as error:
            outcomes.append(Rejected.of_file(path, error))
        return outcomes

    def _decide(self, spectrum: Spectrum, path: Path) -> Taken | Rejected:
        spectrum = replace(spectrum, file=readable(path))
        name = self.labels.name_of(spectrum.id, spectrum.file)
        if name in self.labels.redshifts:
            spectrum = replace(spectrum, z=self.labels.redshifts[name])
        refusal = self._refuse(spectrum)
        if refusal is not None:
            return Rejected(spectrum.file, spectrum.id, *refusal)
        wave_rest = spectrum.wave_obs_aa / (1 + spectrum.z)
        flux, ivar = resample(wave_rest, spectrum.flux, spectrum.ivar, self.grid.wave_rest_aa)
        if not (ivar > 0).any():
            return Rejected(spectrum.file, spectrum.id, *self._no_overlap(wave_rest, spectrum))
        return Taken(_catalog_row(spectrum), flux, ivar)

    def _refuse(self, spectrum: Spectrum) -> tuple[RejectReason, str] | None:
        z = spectrum.z
        if spectrum.spectral_class == "STAR":
            return "star", f"the pipeline's class is STAR {spectrum.subclass}".rstrip()
        if np.isnan(z) or z == 0:  # pipelines write 0 where they found none
            none = "the file gives none" if np.isnan(z) else f"z = {z:g}, as where none was found"
            said = spectrum.z_note or none
            return "redshift missing", said if "--labels" in said else f"{said}; {_WHENCE}"
        if z < 0:
            return "redshift too low", (
                f"z = {z:.5f} is not positive: a star's, or a galaxy's too near; {_WHENCE}"
            )
        if z > self.z_max:
            return "redshift too high", f"z = {z:.4f} > {self.z_max:g}; --z-max takes it"
        if not spectrum.has_data.any():
            return "no data", f"none of the {spectrum.flux.size} pixels has flux with an error"
        return None

    def _no_overlap(self, wave_rest_aa: np.ndarray, spectrum: Spectrum) -> tuple[RejectReason, str]:
        covered = wave_rest_aa[spectrum.has_data]
        if covered[0] < self.grid.stop_aa and covered[-1] > self.grid.start_aa:
            return "no data", (
                f"of its {covered.size:,} pixels with flux and an error, no two within "
                f"{self.grid.start_aa:.0f}–{self.grid.stop_aa:.0f} Å at rest are neighbours"
            )
        return "no overlap", (
            f"covers {covered[0]:.0f}–{covered[-1]:.0f} Å at rest (z = {spectrum.z:.4f}); "
            f"the grid is {self.grid.start_aa:.0f}–{self.grid.stop_aa:.0f} Å"
        )


def _catalog_row(spectrum: Spectrum) -> dict[str, str | float]:
    names = ("id", "ra", "dec", "z", "spectral_class", "subclass", "sn_median", "survey", "file")
    return {name: getattr(spectrum, name) for name in (*names, "flux_unit")}
