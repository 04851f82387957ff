"""Exposures of a spectrum: noise redrawn, then prepared as the spectrum was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ....core.spectra import (
    LOG_PIXELS,
    WIDEST_STEP_AA,
    DetectorPixels,
    dust_transmission,
    noise_draws,
    resample,
)
from ....core.spectra.prepare import O25Recipe, P21Recipe, recipe_from_dict
from ..runs import Run
from .observed import ObservedSpectrum

if TYPE_CHECKING:
    from ....core.trust import Drawn

__all__ = ["Exposures", "Preparation", "exposures_of_observed"]

# Observed spacing of the coadds; LAMOST's, SDSS's and the simulation's are LOG_PIXELS, as are
# taken to be those of tables of unknown origin.
_PIXELS = {
    "DESI": DetectorPixels("linear", 0.8),
    "GAMA": DetectorPixels("linear", 1.0362),
    "6dFGS": DetectorPixels("linear", 1.5434),
}


@dataclass(frozen=True, slots=True, eq=False)
class Preparation:
    """How a lens prepares spectra on its collection's wavelengths.

    Attributes
    ----------
    recipe
        P21's or O25's.
    kept : (G,) bool
        Which of the recipe's wavelengths the model uses.
    sample_median : (G,)
        Fill values of recipes that fill with it.
    """

    recipe: P21Recipe | O25Recipe
    kept: np.ndarray
    sample_median: np.ndarray

    @classmethod
    def of(cls, run: Run) -> Preparation:
        """The preparation of a run of stage prepare-p21 or prepare-o25."""
        recipe = recipe_from_dict(run.facts("recipe"))
        kept = run.read_array("kept").astype(bool)
        return cls(recipe, kept, run.read_array("sample_median"))

    @property
    def wave_rest_aa(self) -> np.ndarray:
        """(D,) vacuum Å, of prepared spectra."""
        return self.recipe.wave_rest_aa[self.kept]

    def finish(self, on_grid: np.ndarray) -> np.ndarray:
        """Usable spectra (n, G) from the recipe's grid → (n, D) float32, prepared."""
        recipe, seen = self.recipe, on_grid[:, self.kept]
        if isinstance(recipe, O25Recipe) and recipe.fill == "code":
            return recipe.finish(seen, sample_median=self.sample_median[self.kept])
        return recipe.finish(seen)


@dataclass(frozen=True, slots=True, eq=False)
class Exposures:
    """A spectrum with its errors, of which other exposures can be simulated.

    Attributes
    ----------
    preparation
        How each is prepared.
    collection_wave_aa : (C,)
        Rest wavelengths of the collection, vacuum Å, to which all spectra are resampled first.
    wave_rest_aa, flux, ivar : (P,)
        The spectrum before preparation: on the pixels of its file if the collection keeps them,
        else on the collection's wavelengths. NaN and 0 where there is no data.
    z
        Redshift.
    pixels
        Detector pixels from which it was interpolated; None if it is on the pixels of its file.
    ebv
        Milky Way reddening to correct for, mag; None for no correction.
    """

    preparation: Preparation
    collection_wave_aa: np.ndarray
    wave_rest_aa: np.ndarray
    flux: np.ndarray
    ivar: np.ndarray
    z: float
    pixels: DetectorPixels | None = None
    ebv: float | None = None

    @property
    def known(self) -> bool:
        """Whether any pixel has an error, without which nothing can be simulated."""
        return bool((self.ivar > 0).any())

    def draw(self, numbers: range, *, seed: int) -> Drawn:
        """Exposures with these numbers; the same number and seed give the same noise.

        Each is the observed flux with noise of its errors added once more. Pixels without data get
        no noise.
        """
        return self._prepared(self.flux + self._noise(numbers, seed))

    def around(self, prepared: np.ndarray) -> Exposures:
        """The same object as if its true spectrum were this prepared one (D,): same errors.

        It is scaled back to the flux unit and replaces the flux at the model's wavelengths.

        Raises
        ------
        ValueError
            The spectrum itself cannot be prepared.
        """
        made, wave = self.preparation, self.wave_rest_aa
        on_grid, reasons = self._on_grid(self.flux[None])
        if reasons[0]:
            raise ValueError(f"it cannot be prepared: {reasons[0]}")
        norm = np.nanmedian(on_grid[:, made.kept] / made.finish(on_grid))
        grid = made.wave_rest_aa
        inside = (wave >= grid[0]) & (wave <= grid[-1]) & (self.ivar > 0)
        flux = np.interp(wave[inside], grid, np.asarray(prepared, np.float64)) * norm
        if self.ebv is not None:
            flux *= dust_transmission(wave[None, inside] * (1 + self.z), np.array([self.ebv]))[0]
        replaced = self.flux.astype(np.float64)
        replaced[inside] = flux
        return replace(self, flux=replaced.astype(np.float32))

    def exposed(self, number: int, *, seed: int) -> Exposures:
        """One simulated exposure in place of the observed spectrum."""
        (noise,) = self._noise(range(number, number + 1), seed)
        return replace(self, flux=self.flux + noise)

    def prepared(self) -> np.ndarray:
        """(D,) float32: the spectrum itself, prepared.

        Raises
        ------
        ValueError
            It cannot be prepared.
        """
        prepared = self._prepared(self.flux[None])
        if prepared.n_refused:
            raise ValueError(f"it cannot be prepared: {self._on_grid(self.flux[None])[1][0]}")
        return prepared.spectra[0]

    def filled(self) -> np.ndarray:
        """(D,) bool: prepared pixels that were filled by the recipe rather than measured."""
        on_grid, _ = self._on_grid(self.flux[None])
        wave = self.preparation.wave_rest_aa
        _, measured = resample(self.wave_rest_aa, self.flux, self.ivar, wave)
        return np.isnan(on_grid[0, self.preparation.kept]) | ~(measured > 0)

    def _noise(self, numbers: range, seed: int) -> np.ndarray:
        rngs = [np.random.default_rng((seed, number)) for number in numbers]
        return noise_draws(self.ivar, self.wave_rest_aa * (1 + self.z), self.pixels, rngs)

    def _prepared(self, flux: np.ndarray) -> Drawn:
        from ....core.trust.exposures import Drawn  # loads torch

        on_grid, reasons = self._on_grid(flux)
        usable = reasons == ""
        n_refused = int(np.count_nonzero(~usable))
        if n_refused == len(flux):
            return Drawn(np.empty((0, int(self.preparation.kept.sum())), np.float32), n_refused)
        return Drawn(self.preparation.finish(on_grid[usable]), n_refused)

    def _on_grid(self, flux: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        ivar = np.broadcast_to(self.ivar, flux.shape)
        if self.pixels is None:
            flux, ivar = resample(
                self.wave_rest_aa,
                flux,
                ivar,
                self.collection_wave_aa,
                widest_step_aa=WIDEST_STEP_AA,
            )
        ebv = None if self.ebv is None else np.full(len(flux), self.ebv)
        return self.preparation.recipe.to_grid(
            self.collection_wave_aa, flux, ivar, np.full(len(flux), self.z), ebv=ebv
        )


def exposures_of_observed(
    observed: ObservedSpectrum,
    at_rest: Callable[[], tuple[np.ndarray, np.ndarray]],
    preparation: Preparation,
    collection_wave_aa: np.ndarray,
    *,
    survey: str,
    ebv: float | None,
) -> Exposures:
    """Other exposures of a spectrum of a collection.

    Parameters
    ----------
    observed
        The stored spectrum.
    at_rest
        Returns flux and ivar (C,) on the collection's wavelengths; called if no others are kept.
    preparation
        How each is prepared.
    collection_wave_aa : (C,)
        At rest, vacuum Å.
    survey
        Survey from whose pixels it was interpolated.
    ebv
        E(B−V) to correct for, mag; None for no correction.
    """
    if observed.own_pixels:
        rest, pixels = observed.wave_obs_aa / (1 + observed.z), None
        flux, ivar = observed.flux, observed.ivar
    else:
        rest, pixels = collection_wave_aa, _PIXELS.get(survey, LOG_PIXELS)
        flux, ivar = at_rest()
    return Exposures(preparation, collection_wave_aa, rest, flux, ivar, observed.z, pixels, ebv)
