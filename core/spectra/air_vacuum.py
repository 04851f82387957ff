"""Air and vacuum wavelengths, by the one formula that SDSS itself uses."""

from __future__ import annotations

import numpy as np

__all__ = ["SPEED_OF_LIGHT_KMS", "air_to_vacuum", "vacuum_to_air"]

SPEED_OF_LIGHT_KMS = 299_792.458

# Below this the formula is not defined, and published "air" values are vacuum by convention.
_SHORTEST_AIR_AA = 2000.0


def vacuum_to_air(wave_vac_aa: np.ndarray | float) -> np.ndarray:
    """Wavelength in standard air (Å) of a vacuum wavelength (Å).

    IAU standard as SDSS uses it, Morton 1991 (ApJS 77, 119):
    ``air = vac / (1 + 2.735182e-4 + 131.4182 / vac² + 2.76249e8 / vac⁴)``.
    Values below 2000 Å are returned unchanged.

    Raises
    ------
    ValueError
        A wavelength is not positive and finite.
    """
    wave = _positive(wave_vac_aa)
    return np.where(wave < _SHORTEST_AIR_AA, wave, wave / _refraction(wave))


def air_to_vacuum(wave_air_aa: np.ndarray | float) -> np.ndarray:
    """Vacuum wavelength (Å) of a wavelength in standard air (Å).

    The exact inverse of :func:`vacuum_to_air`, by fixed-point iteration: the refraction changes
    so slowly that four rounds leave less than 1e-9 Å.

    Raises
    ------
    ValueError
        A wavelength is not positive and finite.
    """
    air = _positive(wave_air_aa)
    vacuum = air
    for _ in range(4):
        vacuum = air * _refraction(vacuum)
    return np.where(air < _SHORTEST_AIR_AA, air, vacuum)


def _refraction(wave_vac_aa: np.ndarray) -> np.ndarray:
    inverse_square = 1.0 / np.square(wave_vac_aa)
    return 1.0 + 2.735182e-4 + inverse_square * (131.4182 + inverse_square * 2.76249e8)


def _positive(wave_aa: np.ndarray | float) -> np.ndarray:
    wave = np.asarray(wave_aa, dtype=np.float64)
    wrong = ~(np.isfinite(wave) & (wave > 0))
    if np.any(wrong):
        raise ValueError(f"wavelength {wave[wrong].flat[0]} Å is not positive and finite")
    return wave
