"""The full observed spectrum in the unit of a lens, beyond the model's window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....core.spectra import resample
from ....core.spectra.prepare import deredden
from ...collection import Collection, ObservedSpectrum
from ...collection.pixels.exposures import Exposures
from ..lenses import Lens
from .other_exposures import exposures_of

__all__ = ["WholeSpectrum", "whole_of_file", "whole_of_row"]


@dataclass(frozen=True, slots=True, eq=False)
class WholeSpectrum:
    """An observed spectrum on the scale of a prepared one.

    Attributes
    ----------
    wave_rest_aa : (P,)
        Vacuum Å at rest, increasing.
    flux : (P,)
        float32, divided as the prepared spectrum was; NaN where it is masked.
    sigma : (P,)
        Its 1 σ error; NaN where it is masked.
    model : (P,) or None
        The survey pipeline's model of the flux, if its file had one.
    filled : (D,) bool
        Of the prepared spectrum: pixels that hold no measurement but what its recipe put there.
    own_pixels
        Whether these are the file's pixels; else it was interpolated to common ones.
    ebv
        Milky Way reddening that was corrected, mag; None for no correction.
    """

    wave_rest_aa: np.ndarray
    flux: np.ndarray
    sigma: np.ndarray
    model: np.ndarray | None
    filled: np.ndarray
    own_pixels: bool
    ebv: float | None = None


def whole_of_row(
    collection: Collection, lens: Lens, row: int, prepared: np.ndarray
) -> WholeSpectrum:
    """All that was observed of a row that a lens can take.

    Parameters
    ----------
    collection, lens, row
        Which.
    prepared : (D,)
        The row as the lens has it.

    Raises
    ------
    ValueError
        No pixel of it that the model sees was measured.
    """
    return _scaled(collection.observed(row), exposures_of(collection, lens, row), prepared)


def whole_of_file(
    exposures: Exposures, prepared: np.ndarray, *, flux_unit: str = ""
) -> WholeSpectrum:
    """The same of a spectrum from outside, given its exposures and as the lens has it (D,).

    Raises
    ------
    ValueError
        No pixel of it that the model sees was measured.
    """
    of, good = exposures, exposures.ivar > 0
    wave_obs_aa = of.wave_rest_aa * (1 + of.z)
    observed = ObservedSpectrum(wave_obs_aa, of.flux, of.ivar, ~good, None, of.z, flux_unit)
    return _scaled(observed, exposures, prepared)


def _scaled(
    observed: ObservedSpectrum, exposures: Exposures, prepared: np.ndarray
) -> WholeSpectrum:
    wave = observed.wave_obs_aa
    masked = observed.mask | ~(observed.ivar > 0) | ~np.isfinite(observed.flux)
    flux = np.where(masked, np.nan, observed.flux).astype(np.float32)
    ivar = np.where(masked, 0, observed.ivar).astype(np.float32)
    ebv = None if exposures.ebv is None else np.array([exposures.ebv])
    model = observed.model
    if model is not None:  # its flux is corrected by the same law
        (model,), _ = deredden(wave[None], model[None], ivar[None], ebv)
    (flux,), (ivar,) = deredden(wave[None], flux[None], ivar[None], ebv)
    rest, filled = wave / (1 + observed.z), exposures.filled()
    scale = _scale(rest, flux, ivar, exposures.preparation.wave_rest_aa, prepared, ~filled)
    sigma = np.divide(scale, np.sqrt(ivar), out=np.full(len(ivar), np.nan), where=ivar > 0)
    return WholeSpectrum(
        rest,
        (flux * scale).astype(np.float32),
        sigma.astype(np.float32),
        None if model is None else (model * scale).astype(np.float32),
        filled,
        observed.own_pixels,
        exposures.ebv,
    )


def _scale(
    wave_rest_aa: np.ndarray,
    flux: np.ndarray,
    ivar: np.ndarray,
    wave_seen_aa: np.ndarray,
    prepared: np.ndarray,
    measured: np.ndarray,
) -> float:
    """Factor that scales the observed flux to the prepared one, by least squares."""
    seen, weights = resample(wave_rest_aa, flux, ivar, wave_seen_aa)
    both = measured & (weights > 0)
    observed = seen[both].astype(np.float64)
    squares = float(np.dot(observed, observed))
    if not squares > 0:
        raise ValueError("none of the pixels that the model uses was measured")
    return float(np.dot(observed, prepared[both].astype(np.float64)) / squares)
