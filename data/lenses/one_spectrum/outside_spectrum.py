"""A spectrum from outside the collection, seen through a lens."""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ....core.spectra import WIDEST_STEP_AA, Spectrum, resample
from ....core.spectra.prepare import P21Recipe
from ....core.targets import Target
from ...collection import Collection
from ...collection.pixels.exposures import Preparation
from ...ingest.entry_rules import EntryBar, entry_bar
from ...ingest.one_file import too_large
from ...ingest.reader_processes.bounded_reader import BoundedReader
from ...ingest.reader_processes.limits import PAGE
from ...ingest.readers.impossible import impossible
from ..anomaly import SCORE
from ..built_lens import LensError, Verdict
from ..lenses import AgnLens, AnomalyLens, Lens
from .dust_of_file import reddening_of_file
from .open_spectrum import OpenSpectrum
from .other_exposures import exposures_of_file

__all__ = ["OutsideLens", "read_bytes"]

# Two processes, so that a slow file does not delay other visitors.
_READER = BoundedReader(PAGE, processes=2)
atexit.register(_READER.close)


def read_bytes(name: str, content: bytes) -> Spectrum:
    """The spectrum in the bytes of a file, read in a separate process.

    Parameters
    ----------
    name
        Name of the file; also used for a spectrum without a name.
    content
        All bytes of the file.

    Raises
    ------
    ReadError
        It contains no spectrum that can be read, or exceeds the limits of the page.
    """
    if len(content) > PAGE.size_bytes:
        raise too_large(len(content), PAGE.size_bytes)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        return _READER.spectrum(path)


class OutsideLens:
    """Prepares, judges and explains spectra from outside like those of a lens.

    Parameters
    ----------
    collection
        Collection of the lens.
    lens
        A lens from `open_lenses`.
    """

    def __init__(self, collection: Collection, lens: Lens) -> None:
        self._wave, self.lens = collection.wave_rest_aa, lens

    def look(self, spectrum: Spectrum, *, corrected: bool = False) -> OpenSpectrum:
        """The spectrum as seen through the lens.

        Parameters
        ----------
        spectrum
            As observed.
        corrected
            Whether it is already corrected for Milky Way dust, as the lens's own spectra are.

        Raises
        ------
        LensError
            It is not admitted (``entry_bar``): its redshift is unknown, no pixel has a flux and an
            error, its file calls it a star, or its values are impossible.
        """
        if bar := entry_bar(spectrum):
            raise LensError(f"{spectrum.id}{_kept_out(spectrum, bar)}")
        ebv, note = (None, "") if corrected else reddening_of_file(self.lens, spectrum)
        flux, reason = self.prepared(spectrum, ebv=ebv)
        sn_median = spectrum.sn_median
        names = ("z", "sn_median", "flux_unit", "subclass")
        facts = {name: getattr(spectrum, name) for name in names}
        verdict = None if reason else self.verdict(flux, sn_median, facts)
        if verdict is not None:
            verdict = self._with_lines(_with_note(verdict, note), spectrum)
        wave = np.empty(0) if reason else self.lens.wave_rest_aa
        exposures = None if reason else exposures_of_file(self._wave, self.lens, spectrum, ebv)
        return OpenSpectrum(
            spectrum.id, -1, self.lens, spectrum.z, reason, wave, flux, verdict, self,
            spectrum.flux_unit, sn_median, exposures, spectrum.z_warning,
            {**spectrum.facts, "medium": spectrum.medium},
        )  # fmt: skip

    def verdict(
        self, flux: np.ndarray, sn_median: float, facts: Mapping[str, Any] | None = None
    ) -> Verdict:
        """The model's verdict on a prepared spectrum (D,), whose true type is unknown.

        Parameters
        ----------
        flux
            Prepared.
        sn_median
            Median S/N of a pixel before preparation.
        facts
            Its z, sn_median, flux_unit and the survey's subclass, as far as they are known.
        """
        lens, value = self.lens, dict(facts or {})
        typed = lens.judged(flux) if isinstance(lens, AgnLens) else None
        if typed is not None:
            value["predicted"] = typed.predicted
        domain = None if lens.domain is None else lens.domain.of_flux(flux, value)
        if typed is not None:
            return replace(typed, domain=domain)
        score = float(self.target(lens.targets[0], flux, sn_median)(flux[None])[0])
        known = lens.columns["score"].to_numpy(np.float64)
        rank = 1 + int(np.sum(known > score))
        assert isinstance(lens, AnomalyLens)
        return Verdict(
            "score", "", "", {}, score, rank, len(known), SCORE, domain=domain,
            like=lens.like(SCORE, score, sn_median),
            like_lender=lens.like_lender(SCORE, score, sn_median), lender=lens.lender,
        )  # fmt: skip

    def _with_lines(self, verdict: Verdict, spectrum: Spectrum) -> Verdict:
        """The verdict with expected lines that are missing."""
        if self.lens.domain is None or verdict.domain is None:
            return verdict
        observed = (spectrum.wave_obs_aa / (1 + spectrum.z), spectrum.flux, spectrum.ivar)
        lacking = self.lens.domain.lines_lacking(verdict.predicted, lambda: observed)
        return replace(verdict, domain=replace(verdict.domain, lacking=lacking))

    def target(self, name: str, flux: np.ndarray, sn_median: float) -> Target:
        """One of the lens's targets for a prepared spectrum (D,).

        Parameters
        ----------
        name
            Which target.
        flux
            Prepared.
        sn_median
            Median S/N of a pixel before preparation: each bin of it may have its own network.

        Raises
        ------
        LensError
            The name is unknown.
        """
        lens = self.lens
        lens.check_target(name)
        if isinstance(lens, AgnLens):
            return lens.target_for(name, self.verdict(flux, sn_median).predicted, flux)
        assert isinstance(lens, AnomalyLens)
        return lens.target_for(name, sn_median)

    def prepared(self, spectrum: Spectrum, *, ebv: float | None = None) -> tuple[np.ndarray, str]:
        """The flux (D,) prepared for the lens, and why it cannot be; "" if it can.

        It is resampled to the collection's grid first, like a stored spectrum.

        Parameters
        ----------
        spectrum
            As observed.
        ebv
            E(B−V) to correct for, mag; None for no correction.
        """
        rest = spectrum.wave_obs_aa / (1 + spectrum.z)
        flux, ivar = resample(
            rest, spectrum.flux, spectrum.ivar, self._wave, widest_step_aa=WIDEST_STEP_AA
        )
        preparation = Preparation.of(self.lens.preparation)
        recipe = preparation.recipe
        on_grid, reasons = recipe.to_grid(
            self._wave,
            flux[None],
            ivar[None],
            np.array([spectrum.z]),
            ebv=None if ebv is None else np.array([ebv]),
        )
        if reasons[0]:
            reason = str(reasons[0])
            if isinstance(recipe, P21Recipe):
                # The reason by its own coverage, not by what is left on the collection's grid.
                own = recipe.to_grid(
                    rest, spectrum.flux[None], spectrum.ivar[None], np.array([spectrum.z])
                )[1]
                reason = str(own[0]) or reason
            return np.empty(0, np.float32), reason
        return preparation.finish(on_grid)[0], ""


def _with_note(verdict: Verdict, note: str) -> Verdict:
    if not note or verdict.domain is None:
        return verdict
    domain = verdict.domain
    return replace(verdict, domain=replace(domain, notes=(*domain.notes, note)))


def _kept_out(spectrum: Spectrum, bar: EntryBar) -> str:
    """The reason, to follow its id, with what its file says."""
    if bar == "star":
        kind = f" ({spectrum.subclass})" if spectrum.subclass else ""
        return f" is a star{kind} by its file; the models here know galaxies and quasars only"
    if bar == "no data":
        return (
            f": none of its {spectrum.flux.size:,} pixels has a flux and an error, flux is NaN or "
            "ivar 0 throughout"
        )
    if bar == "impossible values":
        return f": {impossible(spectrum)}"
    why = f" ({spectrum.z_note})" if spectrum.z_note else ""
    lack = f"a redshift of {spectrum.z:g}, which does not bring it to rest"
    if np.isnan(spectrum.z):
        lack = "no redshift; a table of your own has it as Z in its header"
        lack = "no redshift to rely on" if why else lack
    return f": its file gives {lack}{why}"
