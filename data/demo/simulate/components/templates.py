"""Stellar continua from kcorrect's templates, cleaned, sharpened and broadened."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from astropy.io import fits

from .....core.spectra import SPEED_OF_LIGHT_KMS
from .grid_curves import GridCurves

__all__ = ["POPULATIONS", "StellarTemplates", "load_templates"]

POPULATIONS = ("young", "intermediate", "old", "passive")

# kcorrect's templates come smoothed to this dispersion (Blanton & Roweis 2007, AJ 133, 734).
# Measured here: the power spectra of templates 4 and 5 fall off as exp(-(300 km/s · k)²).
_TEMPLATE_SIGMA_KMS = 300.0
# Sharpening by more than this would amplify rounding errors of the float32 templates.
_SIGMAS_KMS = (150.0, 175.0, 205.0, 240.0, 280.0, 330.0)
_RANGE_AA = (2000.0, 9500.0)
_OVERSAMPLING = 8
# Vacuum Å of the emission lines in the templates that are cleaned, as they are found in them.
_EMISSION_AA = (
    *(2799.1, 3728.5, 3771.7, 3798.9, 3836.5, 3869.9, 3889.7, 3969.6, 4102.9, 4341.7, 4364.4),
    *(4571.0, 4862.7, 4960.3, 5008.2, 5199.0, 5877.2, 6302.0, 6316.0, 6334.0, 6365.5),
    *(6549.9, 6564.6, 6585.3, 6718.3, 6732.7, 7137.8, 7321.5, 7332.2, 7753.0),
)


@dataclass(frozen=True, eq=False)
class StellarTemplates:
    """Continua of four stellar populations at several velocity dispersions.

    Attributes
    ----------
    wave_rest_aa
        (D,) vacuum Å.
    sigma_kms
        (S,) stellar velocity dispersions, km/s, increasing.
    flux
        (S, 4, D) in the order of :data:`POPULATIONS`, mean 1 over 5050–5150 Å.
    """

    wave_rest_aa: np.ndarray
    sigma_kms: np.ndarray
    flux: np.ndarray

    @cached_property
    def curves(self) -> GridCurves:
        """Further quantities that depend on the wavelengths only."""
        return GridCurves(self.wave_rest_aa)

    def mix(self, light_fractions: np.ndarray, sigma_kms: float) -> np.ndarray:
        """(D,) a mixture, weighted by light at 5100 Å, at one dispersion.

        Dispersions between those at hand are interpolated, those beyond are taken as the nearest.

        Parameters
        ----------
        light_fractions
            (4,) in the order of :data:`POPULATIONS`, at least 0.
        sigma_kms
            Stellar velocity dispersion, km/s.

        Raises
        ------
        ValueError
            There are not four fractions, or one is negative.
        """
        fractions = np.asarray(light_fractions, np.float64)
        if fractions.shape != (len(POPULATIONS),) or np.any(fractions < 0):
            raise ValueError(f"need {len(POPULATIONS)} fractions ≥ 0, got {light_fractions}")
        position = np.interp(sigma_kms, self.sigma_kms, np.arange(self.sigma_kms.size))
        left = min(int(position), self.sigma_kms.size - 2)
        weight = position - left
        return (1 - weight) * (fractions @ self.flux[left]) + weight * (
            fractions @ self.flux[left + 1]
        )


def load_templates(wave_rest_aa: np.ndarray) -> StellarTemplates:
    """The templates that the installed kcorrect ships, on these wavelengths.

    Its templates 5 (young), 3 (intermediate), 4 (old) and that of luminous red galaxies
    (passive), with what emission they have taken out. Their lines lie at vacuum wavelengths
    (measured: [O III], [Ne III] and the Balmer lines within 20 km/s).

    Parameters
    ----------
    wave_rest_aa
        (D,) vacuum Å within 2000–9500 Å.

    Raises
    ------
    ValueError
        Wavelengths beyond that range.
    """
    wave = np.asarray(wave_rest_aa, np.float64)
    if wave[0] < _RANGE_AA[0] or wave[-1] > _RANGE_AA[1]:
        raise ValueError(f"templates cover {_RANGE_AA} Å, not {wave[0]:g}–{wave[-1]:g} Å")
    wave_in, default = _read("kcorrect-default-v4.fits")
    _, red = _read("kcorrect-lrg1-v4.fits")
    young, passive = default[4], red[0]
    intermediate = _without_emission(wave_in, default[2], like=young)
    old = _without_emission(wave_in, default[3], like=passive)
    raw = np.stack([young, intermediate, old, passive])
    near_5100 = (wave > 5050) & (wave < 5150)
    bank = np.stack([_broadened(wave_in, raw, sigma, wave) for sigma in _SIGMAS_KMS])
    bank /= bank[..., near_5100].mean(axis=-1, keepdims=True)
    return StellarTemplates(wave, np.array(_SIGMAS_KMS), bank)


def _read(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Wavelength (W,) and flux (K, W) within the range used, float64."""
    table = np.asarray(fits.getdata(_template_folder() / name, "FLUX"))
    wave = np.ravel(table["wave"]).astype(np.float64)
    flux = np.reshape(table["flux"], (-1, wave.size)).astype(np.float64)
    used = (wave > _RANGE_AA[0]) & (wave < _RANGE_AA[1])
    return wave[used], flux[:, used]


def _template_folder() -> Path:
    # Found, not imported: importing kcorrect loads all of matplotlib, seconds for two files.
    package = find_spec("kcorrect")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("the simulator needs the galaxy templates of kcorrect")
    return Path(package.submodule_search_locations[0]) / "data" / "templates"


def _without_emission(wave: np.ndarray, flux: np.ndarray, *, like: np.ndarray) -> np.ndarray:
    """Flux whose ratio to a line-free template is bridged across each emission line.

    Dividing by the line-free template keeps the Balmer absorption under the emission.
    """
    lines = np.array(_EMISSION_AA)[:, None]
    velocity = (wave / lines - 1) * SPEED_OF_LIGHT_KMS
    line = np.any(np.abs(velocity) < 900.0, axis=0)
    ratio = flux / like
    return like * np.interp(wave, wave[~line], ratio[~line])


def _broadened(
    wave_in: np.ndarray, flux: np.ndarray, sigma_kms: float, wave_out: np.ndarray
) -> np.ndarray:
    """(K, D) flux at another dispersion, by a Gaussian in Fourier space of ln λ.

    Below the templates' own dispersion this sharpens; the gain is then tapered at the highest
    frequencies, where only rounding errors are left.
    """
    log_wave = np.linspace(np.log(wave_in[0]), np.log(wave_in[-1]), wave_in.size)
    pixel_kms = (log_wave[1] - log_wave[0]) * SPEED_OF_LIGHT_KMS
    ramp = np.linspace(0.0, 1.0, wave_in.size)
    baseline = flux[:, :1] + (flux[:, -1:] - flux[:, :1]) * ramp  # so that both ends meet
    spectrum = np.fft.rfft(flux - baseline, axis=1)
    frequency = 2 * np.pi * np.fft.rfftfreq(wave_in.size, pixel_kms)
    exponent = 0.5 * frequency**2 * (_TEMPLATE_SIGMA_KMS**2 - sigma_kms**2)
    taper = 1 / (1 + (frequency * pixel_kms / (0.8 * np.pi)) ** 24)
    spectrum *= np.exp(exponent) * taper
    padded = np.fft.irfft(spectrum, wave_in.size * _OVERSAMPLING, axis=1) * _OVERSAMPLING
    fine = log_wave[0] + (log_wave[1] - log_wave[0]) / _OVERSAMPLING * np.arange(padded.shape[1])
    smooth = [np.interp(np.log(wave_out), log_wave, row) for row in baseline]
    sharp = [np.interp(np.log(wave_out), fine, row) for row in padded]
    return np.array(smooth) + np.array(sharp)
