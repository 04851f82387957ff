"""Dust: attenuation of starlight in the galaxy, extinction in the Milky Way."""

from __future__ import annotations

import numpy as np

__all__ = ["attenuation", "milky_way_extinction"]


def attenuation(wave_rest_aa: np.ndarray) -> np.ndarray:
    """k(λ) = A(λ) / E(B-V) of starlight and gas in a galaxy.

    Calzetti et al. 2000 (ApJ 533, 682), equation 4, R_V = 4.05.

    Parameters
    ----------
    wave_rest_aa
        rest-frame Å, 1200–22000.
    """
    inverse_um = 1e4 / np.asarray(wave_rest_aa, np.float64)
    optical = -2.156 + inverse_um * (1.509 + inverse_um * (-0.198 + inverse_um * 0.011))
    infrared = -1.857 + 1.040 * inverse_um
    return 2.659 * np.where(inverse_um > 1 / 0.63, optical, infrared) + 4.05


def milky_way_extinction(wave_obs_aa: np.ndarray) -> np.ndarray:
    """A(λ) / E(B-V) of the Milky Way in the optical, R_V = 3.1.

    Cardelli, Clayton & Mathis 1989 (ApJ 345, 245) with the coefficients of O'Donnell 1994
    (ApJ 422, 158).

    Parameters
    ----------
    wave_obs_aa
        observed-frame Å, 3030–9100; the formula is used a little beyond.
    """
    x = 1e4 / np.asarray(wave_obs_aa, np.float64) - 1.82
    a = np.array([-0.505, 1.647, -0.827, -1.718, 1.137, 0.701, -0.609, 0.104, 1.0])
    b = np.array([3.347, -10.805, 5.491, 11.102, -7.985, -3.989, 2.908, 1.952, 0.0])
    return np.polyval(3.1 * a + b, x)
