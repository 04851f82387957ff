"""Wavelengths of prepared spectra, and preparation of other spectra onto them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.spectra import resample
from ...data.collection import Collection
from ...data.lenses import Lens, OutsideLens, exposures_of
from ...data.lenses.lenses import LensError, open_lenses
from ...data.lenses.one_spectrum.dust_of_file import reddening_of_file
from ...data.lenses.one_spectrum.other_exposures import exposures_of_file
from .one_spectrum import OneSpectrum

__all__ = ["PreparedWave", "onto"]


class PreparedWave(np.ndarray):
    """Rest wavelengths (D,), vacuum Å, of a lens; a slice of them is a plain array again."""

    _of: tuple[Collection, Lens] | None

    @classmethod
    def of(cls, collection: Collection, lens: Lens) -> PreparedWave:
        """Wavelengths of a collection's lens."""
        wave = np.array(lens.wave_rest_aa, np.float64).view(cls)
        wave._of = (collection, lens)
        return wave

    def __reduce__(self) -> Any:
        # Pickled as a plain array it would prepare spectra otherwise.
        if self._of is None:
            return np.asarray(self).__reduce__()
        collection, lens = self._of
        return _reopened, (str(collection.path), lens.name)

    def __deepcopy__(self, memo: Any) -> np.ndarray:
        return np.array(self) if self._of is None else PreparedWave.of(*self._of)

    def __array_finalize__(self, parent: Any) -> None:
        self._of = None  # not those of the lens any more, or not yet

    def prepare(self, spectrum: OneSpectrum) -> tuple[np.ndarray, str, np.ndarray | None]:
        """A spectrum as the lens has its own (D,) float32, what was done, what was filled.

        The last is a (D,) bool of the pixels that were filled in rather than measured; None on
        wavelengths of no lens, where such a spectrum is refused.

        Raises
        ------
        LensError
            It cannot be prepared: what it lacks, and what it covers.
        """
        if self._of is None:
            return *onto(np.asarray(self), spectrum), None
        collection, lens = self._of
        if spectrum.key == collection.key and lens.usable(spectrum.row):
            done = f"as {collection.path.name} has it prepared"
            filled = exposures_of(collection, lens, spectrum.row).filled()
            return lens.prepared(spectrum.row), done + _told(filled), filled
        if not spectrum.z > 0:
            why = f" ({spectrum.spectrum.z_note})" if spectrum.spectrum.z_note else ""
            raise LensError(
                f"{spectrum.id} has no redshift above 0{why}: read(..., z=0.1) gives one"
            )
        ebv, note = reddening_of_file(lens, spectrum.spectrum)
        flux, reason = OutsideLens(collection, lens).prepared(spectrum.spectrum, ebv=ebv)
        if reason:
            raise LensError(f"{spectrum.id} {reason}")
        of_file = exposures_of_file(collection.wave_rest_aa, lens, spectrum.spectrum, ebv)
        filled = of_file.filled()
        recipe = str(lens.preparation.facts("recipe")["name"]).upper()
        return (
            flux,
            (
                f"brought to rest (z = {spectrum.z:.5g}), resampled to {len(self):,} pixels over "
                f"{self[0]:.0f}–{self[-1]:.0f} Å and normalised as {recipe} does"
                + (f"; corrected for E(B−V) = {ebv:.3f}" if ebv is not None else "")
                + (f"; {note}" if note else "")
                + _told(filled)
            ),
            filled,
        )


def _reopened(path: str, lens: str) -> PreparedWave:
    collection = Collection.open(path)
    return PreparedWave.of(collection, open_lenses(collection)[lens])


def _told(filled: np.ndarray) -> str:
    n = int(filled.sum())
    return f"; {n:,} of {filled.size:,} pixels filled in, not measured" if n else ""


def onto(wave_rest_aa: np.ndarray, spectrum: OneSpectrum) -> tuple[np.ndarray, str]:
    """A spectrum at rest on other wavelengths (D,), its flux as it is, and what was done.

    Raises
    ------
    LensError
        It has no data on part of them; the text says on which.
    """
    flux, ivar = resample(
        spectrum.wave_rest_aa, spectrum.flux, spectrum.ivar, np.asarray(wave_rest_aa, np.float64)
    )
    lacking = ~(np.isfinite(flux) & (ivar > 0))
    if lacking.any():
        at = np.flatnonzero(lacking)
        runs = np.split(at, np.flatnonzero(np.diff(at) > 1) + 1)
        where = ", ".join(f"{wave_rest_aa[r[0]]:.0f}–{wave_rest_aa[r[-1]]:.0f} Å" for r in runs[:3])
        more = f" and {len(runs) - 3} more" if len(runs) > 3 else ""
        raise LensError(
            f"{spectrum.id} has no data on {lacking.sum():,} of {lacking.size:,} pixels of the "
            f"model's grid: {where}{more}, at rest"
        )
    return flux, (
        f"brought to rest (z = {spectrum.z:.5g}) and resampled to {len(flux):,} pixels; not "
        f"normalised: the model gets flux in {spectrum.flux_unit}"
    )
