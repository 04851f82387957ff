"""From ingredients to an observed spectrum."""

from __future__ import annotations

import numpy as np

from .components.builder import INSTRUMENT_SIGMA_KMS, SimSpectrum
from .components.emission import NARROW_LINES
from .components.profiles import BROAD_SHAPES
from .components.templates import StellarTemplates
from .ingredients import Ingredients, NarrowLines

__all__ = ["assemble"]

# Rms of the smooth calibration errors left in SDSS spectra (Abazajian et al. 2009, ApJS 182, 543).
_CALIBRATION_RMS = 0.012
_CALIBRATION_NODE_AA = 250.0


def assemble(
    ingredients: Ingredients,
    templates: StellarTemplates,
    seed: np.random.SeedSequence | int,
    calibration: np.random.Generator,
) -> SimSpectrum:
    """The spectrum of an object before noise, in 1e-17 erg/s/cm²/Å.

    Parameters
    ----------
    ingredients
        What it is made of.
    templates
        Stellar templates, on the wavelengths the spectrum will have.
    seed
        Of the noise, drawn later.
    calibration
        Source of a smooth error of flux calibration, 1.2 % rms.
    """
    wave = templates.wave_rest_aa
    spectrum = (
        SimSpectrum(wave, seed=seed, z=ingredients.z, curves=templates.curves)
        .stars(templates, ingredients.stars, ingredients.stellar_sigma_kms)
        .attenuated(ingredients.ebv_stars)
    )
    if ingredients.power_law > 0:
        at_edge = ingredients.power_law * (3646.0 / 5100.0) ** ingredients.slope
        spectrum = spectrum.power_law(ingredients.power_law, ingredients.slope).balmer_continuum(
            ingredients.balmer_continuum * at_edge
        )
    if ingredients.broad is not None:
        broad = ingredients.broad
        spectrum = spectrum.broad_lines(broad.flux, broad.fwhm_kms, BROAD_SHAPES[broad.shape])
        if broad.iron > 0:
            spectrum = spectrum.iron(broad.iron, broad.fwhm_kms)
    if ingredients.narrow is not None:
        spectrum = _narrow_lines(spectrum, ingredients.narrow)
    spectrum = spectrum.milky_way(ingredients.ebv_milky_way).scaled(ingredients.flux_5100)
    return spectrum.times(_calibration_error(spectrum.wave_obs_aa, calibration))


def _narrow_lines(spectrum: SimSpectrum, narrow: NarrowLines) -> SimSpectrum:
    width = float(np.hypot(narrow.sigma_kms, INSTRUMENT_SIGMA_KMS))
    wing_width = float(np.hypot(narrow.wing_sigma_kms, INSTRUMENT_SIGMA_KMS))
    winged = ("oiii5007", "oiii4959", "oiii4363", "neiii3869", "nev3426", "nev3346")
    core = {
        wave: narrow.flux[name] * ((1 - narrow.wing_fraction) if name in winged else 1.0)
        for name, wave in NARROW_LINES.items()
    }
    spectrum = spectrum.lines(core, width)
    if narrow.wing_fraction == 0:
        return spectrum
    wing = {NARROW_LINES[name]: narrow.flux[name] * narrow.wing_fraction for name in winged}
    return spectrum.lines(wing, wing_width, shift_kms=narrow.wing_shift_kms)


def _calibration_error(wave_obs_aa: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    nodes = np.arange(3500.0, 9900.0, _CALIBRATION_NODE_AA)
    error = _CALIBRATION_RMS * rng.standard_normal(nodes.size)
    return 1.0 + np.interp(wave_obs_aa, nodes, error)
