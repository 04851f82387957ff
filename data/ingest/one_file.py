"""Outcome of each spectrum in an input file: accepted, set aside, or rejected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from ...core.spectra.grid import WaveGrid, reaches
from ...core.spectra.redshift_warning import is_doubtful
from ...core.spectra.spectrum import Spectrum
from ..collection.catalog_facts import SET_ASIDE, WHY_SET_ASIDE, Z_FROM
from ..collection.pixels.observed import StoredSpectrum
from ..collection.pixels.wave_code import LastWave
from .catalogues.joined_catalogue import NO_CATALOGUE, JoinedCatalogue
from .catalogues.labels import Labels
from .entry_rules import EntryBar, entry_bar
from .readers import ReadError, read_all
from .readers.errors import SomeUnreadError
from .readers.impossible import impossible
from .readers.vocabulary.column_roles.hints import NO_HINTS, Hints
from .readers.vocabulary.file_names import readable
from .readers.vocabulary.positions import on_the_sky

__all__ = ["AsideReason", "Intake", "RejectReason", "Rejected", "Taken", "too_large"]

_WHENCE = "give it as Z in the header, as a column z, or by --labels with a column z"

RejectReason = Literal[
    "unreadable",
    "unknown format",
    "no errors",
    "no spectrum",
    "several spectra",
    "no data",
    "impossible values",
    "too large",
    "too slow",
    "duplicate",
]
AsideReason = Literal[
    "star", "redshift missing", "redshift too low", "redshift too high", "redshift doubtful",
    "no overlap",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rejected:
    """A rejected spectrum or file: id if known, reason as a short code, and details."""

    file: str
    id: str
    reason: RejectReason
    detail: str

    @classmethod
    def of_file(cls, path: Path, error: ReadError) -> Rejected:
        """Rejection of a file without a readable spectrum."""
        return cls(readable(path), "", error.reason, str(error))


def too_large(size: int, most: int) -> ReadError:
    """Error for a file that exceeds the allowed size."""
    return ReadError("too large", f"it has {size:,} bytes, more than the {most:,} that are read")


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """An accepted spectrum as observed, with its catalog entries.

    A spectrum excluded from the models (a star, a redshift too high, too low or missing, no overlap
    with their wavelengths) has entries ``set_aside`` and ``set_aside_why``, otherwise empty.
    """

    row: dict[str, str | float]
    spectrum: StoredSpectrum

    @property
    def file(self) -> str:
        """Name of the file."""
        return str(self.row["file"])

    @property
    def id(self) -> str:
        """Id in the catalog."""
        return str(self.row["id"])


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """Decides on the spectra of each file.

    Attributes
    ----------
    grid
        Wavelengths of the models, rest frame, vacuum Å.
    z_max
        Spectra of larger redshift are set aside.
    labels
        Labels of the user; their redshifts override those of the files.
    hints
        Hints of the user on columns and air wavelengths.
    doubtful
        Whether models are applied to spectra with a redshift warning of their survey.
    catalogue
        Catalogue of the user; its redshifts override those of the files too.
    """

    grid: WaveGrid
    z_max: float
    labels: Labels = field(default_factory=lambda: Labels({}, ""))
    hints: Hints = NO_HINTS
    doubtful: bool = True
    catalogue: JoinedCatalogue = NO_CATALOGUE

    def __call__(self, path: Path) -> list[Taken | Rejected]:
        """Outcomes of the spectra of a file, in order, on their own pixels."""
        return [*self.one_by_one(path)]

    def one_by_one(self, path: Path) -> Iterator[Taken | Rejected]:
        """The same as an iterator, so that files with any number of spectra fit in memory."""
        named = readable(path)
        codes, nothing = LastWave(), True
        try:
            for read in read_all(path, self.hints):
                nothing = False
                ra, dec = on_the_sky(read.ra, read.dec)
                spectrum = self._at_its_redshift(read.with_facts(file=named, ra=ra, dec=dec))
                bar = entry_bar(spectrum)
                yield _refused(spectrum, bar) or self._kept(spectrum, bar, codes)
            if nothing:
                raise ReadError(
                    "no spectrum", "its table has the columns of a spectrum but no rows"
                )
        except SomeUnreadError as error:
            for id, why in error.each:
                yield Rejected(named, id, why.reason, str(why))
        except ReadError as error:
            yield Rejected.of_file(path, error)

    def _at_its_redshift(self, spectrum: Spectrum) -> Spectrum:
        """The spectrum with the redshift from labels or catalogue, if there is one."""
        name = self.labels.name_of(spectrum.id, spectrum.file)
        if name in self.labels.redshifts:
            facts = {**spectrum.facts, Z_FROM: "the labels"}
            return spectrum.with_facts(z=self.labels.redshifts[name], z_warning="", facts=facts)
        row, given = self._row_of(spectrum), self.catalogue
        if row is None:
            return spectrum
        if np.isfinite(given.z[row]):
            facts = {**spectrum.facts, Z_FROM: "the catalogue"}
            return spectrum.with_facts(z=given.z[row], z_warning=given.z_warning[row], facts=facts)
        if given.of_files and given.z_warning[row]:
            return spectrum.with_facts(z_warning=given.z_warning[row])
        if np.isnan(spectrum.z) and given.z_note[row]:
            return spectrum.with_facts(z_note=f"the catalogue's {given.z_note[row]}")
        return spectrum

    def _kept(self, spectrum: Spectrum, bar: EntryBar | None, codes: LastWave) -> Taken:
        """The spectrum as stored, with the reason if it is set aside."""
        reason, why = self._set_aside(spectrum, bar) or ("", "")
        stored = StoredSpectrum(
            codes.of(spectrum.wave_obs_aa), spectrum.flux, spectrum.ivar, spectrum.model
        )
        return Taken(_catalog_row(spectrum) | {SET_ASIDE: reason, WHY_SET_ASIDE: why}, stored)

    def _row_of(self, spectrum: Spectrum) -> int | None:
        return self.catalogue.row_of(spectrum.id, spectrum.file, spectrum.ra, spectrum.dec)

    def _set_aside(
        self, spectrum: Spectrum, bar: EntryBar | None
    ) -> tuple[AsideReason, str] | None:
        z = spectrum.z
        if bar == "star":
            return bar, f"the pipeline's class is STAR {spectrum.subclass}".rstrip()
        if bar == "redshift missing":
            none = "the file gives none" if np.isnan(z) else f"z = {z:g}, as where none was found"
            text = spectrum.z_note or none
            return bar, text if "--labels" in text else f"{text}; {_WHENCE}"
        if bar == "redshift too low":
            return bar, f"z = {z:.5f} is not positive: a star's, or a galaxy's too near; {_WHENCE}"
        if z > self.z_max:
            return "redshift too high", (
                f"z = {z:.4f} > {self.z_max:g}: if right, a larger --z-max takes it; if "
                "wrong (even one without a warning may be), --labels with a column z corrects it"
            )
        if not self.doubtful and is_doubtful(spectrum.z_warning):
            text = f"z = {z:.4f}: {spectrum.z_warning}"
            return "redshift doubtful", f"{text}; --z-warning keep gives it to models"
        wave_rest_aa = spectrum.wave_obs_aa / (1 + z)
        if reaches(wave_rest_aa, spectrum.has_data, self.grid.wave_rest_aa):
            return None
        covered = wave_rest_aa[spectrum.has_data]
        if covered[0] < self.grid.stop_aa and covered[-1] > self.grid.start_aa:
            return "no overlap", (
                f"of its {covered.size:,} pixels with flux and an error, no two within "
                f"{self.grid.start_aa:.0f}–{self.grid.stop_aa:.0f} Å at rest are neighbours"
            )
        return "no overlap", (
            f"covers {covered[0]:.0f}–{covered[-1]:.0f} Å at rest (z = {spectrum.z:.4f}); "
            f"the grid is {self.grid.start_aa:.0f}–{self.grid.stop_aa:.0f} Å"
        )


def _refused(spectrum: Spectrum, bar: EntryBar | None) -> Rejected | None:
    """Rejection of a spectrum; None if it is accepted."""
    if bar == "no data":
        none = f"none of the {spectrum.flux.size} pixels has flux with an error"
        return Rejected(spectrum.file, spectrum.id, bar, none)
    if bar == "impossible values":
        return Rejected(spectrum.file, spectrum.id, bar, impossible(spectrum))
    return None


def _catalog_row(spectrum: Spectrum) -> dict[str, str | float]:
    names = ("id", "ra", "dec", "z", "spectral_class", "subclass", "sn_median", "survey", "file")
    row = {name: getattr(spectrum, name) for name in (*names, "flux_unit", "z_warning", "medium")}
    return {**spectrum.facts, **row}
