"""Eight kinds of planted anomalies, each with the wavelengths it affects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ....core.spectra import SPEED_OF_LIGHT_KMS
from .components.builder import SimSpectrum

__all__ = ["AnomalyKind", "Planted", "plant"]

AnomalyKind = Literal[
    "extreme emission lines",
    "broad-line galaxy",
    "noisy red end",
    "single spikes",
    "clipped [O III]",
    "continuum dip",
    "irregular Hα wing",
    "flux calibration step",
]

_HBETA_AA, _OIII_AA, _HALPHA_AA = 4862.68, 5008.24, 6564.61
# Sky subtraction that fails round [O I] 5577 wipes out this much of the observed frame, Å: its
# edges lie on [O III] 5007 at the redshifts where O25 finds the line clipped, 0.1083 and 0.1181.
_SKY_FAILURE_AA = (5550.6, 5599.7)
# Where the blue and the red camera of the SDSS spectrographs meet, observed Å.
_DICHROIC_AA = (5850.0, 6150.0)


@dataclass(frozen=True, eq=False)
class Planted:
    """An anomalous spectrum and the rest-frame wavelengths (Å) at which it was changed."""

    spectrum: SimSpectrum
    min_aa: float
    max_aa: float


def plant(kind: AnomalyKind, spectrum: SimSpectrum, rng: np.random.Generator) -> Planted:
    """An observed spectrum with an anomaly of one kind put into it.

    Parameters
    ----------
    kind
        Which.
    spectrum
        With noise.
    rng
        Strength and place are drawn from it.

    Raises
    ------
    ValueError
        The kind is unknown.
    """
    plants = {
        "extreme emission lines": _extreme_lines,
        "broad-line galaxy": _broad_line,
        "noisy red end": _noisy_red_end,
        "single spikes": _spike,
        "clipped [O III]": _clipped_oiii,
        "continuum dip": _continuum_dip,
        "irregular Hα wing": _irregular_wing,
        "flux calibration step": _calibration_step,
    }
    if kind not in plants:
        raise ValueError(f"kind must be one of {tuple(plants)}, got {kind!r}")
    return plants[kind](spectrum, rng)


def _level(spectrum: SimSpectrum, wave_aa: float) -> float:
    near = np.abs(spectrum.wave_rest_aa - wave_aa) < 60.0
    return float(np.nanmedian(spectrum.flux[near]))


def _extreme_lines(spectrum: SimSpectrum, rng: np.random.Generator) -> Planted:
    """Hβ and [O III] of an extreme starburst ("green pea", Cardamone et al. 2009, MNRAS 399)."""
    oiii = rng.uniform(350.0, 1200.0) * _level(spectrum, _OIII_AA)
    hbeta = oiii / rng.uniform(4.5, 7.0)
    sigma = float(rng.uniform(85.0, 130.0))
    lines = {_OIII_AA: oiii, 4960.30: oiii / 2.98, _HBETA_AA: hbeta, _HALPHA_AA: 2.9 * hbeta}
    lines |= {4341.68: 0.47 * hbeta, 4102.89: 0.26 * hbeta, 3869.86: 0.09 * oiii}
    lines |= {3729.88: 0.6 * hbeta, 3727.09: 0.45 * hbeta, 4364.44: 0.018 * oiii}
    lines |= {5877.25: 0.12 * hbeta, 6718.29: 0.12 * hbeta, 6732.68: 0.1 * hbeta}
    return Planted(spectrum.lines(lines, sigma), _HBETA_AA - 15.0, _OIII_AA + 15.0)


def _broad_line(spectrum: SimSpectrum, rng: np.random.Generator) -> Planted:
    """Broad Hα in a galaxy without any other sign of a nucleus."""
    fwhm = float(rng.uniform(4500.0, 10000.0))
    halpha = rng.uniform(280.0, 600.0) * _level(spectrum, 6450.0)
    lines = {_HALPHA_AA: halpha, _HBETA_AA: halpha / rng.uniform(4.5, 7.0)}
    reach = _HALPHA_AA * 1.2 * fwhm / SPEED_OF_LIGHT_KMS
    return Planted(spectrum.lines(lines, fwhm / 2.3548), _HALPHA_AA - reach, _HALPHA_AA + reach)


def _noisy_red_end(spectrum: SimSpectrum, rng: np.random.Generator) -> Planted:
    """Sky subtraction failing beyond some wavelength, which the errors do not tell."""
    wave = spectrum.wave_rest_aa
    start_aa = float(rng.uniform(7000.0, 7250.0))
    end_aa = float(wave[spectrum.ivar > 0][-1])
    rise = np.clip((wave - start_aa) / 100.0, 0.0, 1.0)
    ripple = np.convolve(rng.standard_normal(wave.size), np.ones(3) / np.sqrt(3.0), mode="same")
    extra = rng.uniform(0.6, 1.2) * _level(spectrum, start_aa) * rise * ripple
    return Planted(_added(spectrum, extra), start_aa, end_aa)


def _spike(spectrum: SimSpectrum, rng: np.random.Generator) -> Planted:
    """A cosmic ray that was not rejected, away from the strong lines."""
    wave = spectrum.wave_rest_aa
    strong = np.array([3728.5, 4862.7, 4960.3, 5008.2, 6564.6, 6585.3, 6725.0])
    while True:
        at_aa = float(rng.uniform(3950.0, 7200.0))
        if np.min(np.abs(strong - at_aa)) > 60.0:
            break
    height = rng.uniform(25.0, 70.0) * _level(spectrum, at_aa)
    width_aa = float(rng.uniform(0.6, 1.2))
    extra = height * np.exp(-0.5 * ((wave - at_aa) / width_aa) ** 2)
    return Planted(_added(spectrum, extra), at_aa - 5.0, at_aa + 5.0)


def _clipped_oiii(spectrum: SimSpectrum, rng: np.random.Generator) -> Planted:
    """Strong [O III] 5007, half of it lost with the sky line at 5577 Å."""
    oiii = rng.uniform(150.0, 400.0) * _level(spectrum, _OIII_AA)
    hbeta = oiii / rng.uniform(6.0, 10.0)
    lines = {_OIII_AA: oiii, 4960.30: oiii / 2.98, _HBETA_AA: hbeta, _HALPHA_AA: 3.1 * hbeta}
    bright = spectrum.lines(lines, float(rng.uniform(110.0, 190.0)))
    low, high = _SKY_FAILURE_AA
    cut = (spectrum.wave_obs_aa >= low) & (spectrum.wave_obs_aa <= high)
    extra = np.where(cut, 0.0, bright.flux - spectrum.flux)
    return Planted(_added(spectrum, extra), _OIII_AA - 15.0, _OIII_AA + 15.0)


def _continuum_dip(spectrum: SimSpectrum, rng: np.random.Generator) -> Planted:
    """Flux missing at 380–400 nm, as where exposures were joined badly."""
    centre_aa, half_aa = float(rng.uniform(3890.0, 3905.0)), float(rng.uniform(80.0, 95.0))
    distance = np.abs(spectrum.wave_rest_aa - centre_aa) / half_aa
    shape = np.clip(3.0 - 3.0 * distance, 0.0, 1.0)
    dipped = spectrum.times(1.0 - rng.uniform(0.75, 0.9) * shape)
    return Planted(dipped, centre_aa - half_aa, centre_aa + half_aa)


def _irregular_wing(spectrum: SimSpectrum, rng: np.random.Generator) -> Planted:
    """A ragged excess on the blue side of Hα."""
    wave = spectrum.wave_rest_aa
    level = _level(spectrum, 6450.0)
    extra = np.zeros(wave.size)
    for _ in range(int(rng.integers(4, 7))):
        at_aa, width_aa = float(rng.uniform(6420.0, 6535.0)), float(rng.uniform(4.0, 14.0))
        height = level * rng.uniform(1.2, 3.0) * (1.0 if rng.uniform() < 0.75 else -0.4)
        extra += height * np.exp(-0.5 * ((wave - at_aa) / width_aa) ** 2)
    return Planted(_added(spectrum, extra), 6390.0, 6560.0)


def _calibration_step(spectrum: SimSpectrum, rng: np.random.Generator) -> Planted:
    """The red camera's flux off where it meets the blue one's, recovering towards the red."""
    start_obs_aa = float(rng.uniform(*_DICHROIC_AA))
    width_aa = float(rng.uniform(450.0, 700.0))
    ramp = 1.0 - (spectrum.wave_obs_aa - start_obs_aa) / width_aa
    shape = np.where((ramp > 0) & (ramp <= 1.0), ramp, 0.0)
    size = rng.uniform(0.9, 1.5) if rng.uniform() < 0.75 else -rng.uniform(0.6, 0.8)
    stretch = 1 + spectrum.z
    stepped = spectrum.times(1.0 + size * shape)
    return Planted(stepped, start_obs_aa / stretch, (start_obs_aa + width_aa) / stretch)


def _added(spectrum: SimSpectrum, extra: np.ndarray) -> SimSpectrum:
    flux = spectrum.flux + extra
    return SimSpectrum(spectrum.wave_rest_aa, spectrum.seed, spectrum.z, flux, spectrum.ivar.copy())
