"""Curves that depend on the wavelengths alone, computed once per grid."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from .iron import iron_ultraviolet
from .reddening import attenuation

__all__ = ["NORM_AA", "GridCurves"]

NORM_AA = 5100.0  # where continua are 1
_BALMER_EDGE_AA = 3646.0


class GridCurves:
    """Curves shared by objects on the same rest-frame wavelengths.

    Parameters
    ----------
    wave_rest_aa
        (D,) vacuum Å.
    """

    def __init__(self, wave_rest_aa: np.ndarray) -> None:
        self.wave_rest_aa = wave_rest_aa

    @cached_property
    def log_wave(self) -> np.ndarray:
        """(D,) ln(λ / 5100 Å)."""
        return np.log(self.wave_rest_aa / NORM_AA)

    @cached_property
    def attenuation(self) -> np.ndarray:
        """(D,) k(λ) of a galaxy's own dust, 0 at 5100 Å."""
        return attenuation(self.wave_rest_aa) - attenuation(np.array(NORM_AA))

    @cached_property
    def balmer_continuum(self) -> tuple[np.ndarray, np.ndarray]:
        """(D,) its shape below the edge, 1 there, and what it falls by above.

        Grandi 1982 (ApJ 255, 25), equation 7: a 15000 K Planck function times 1 - exp(-τ),
        τ = (λ / 3646 Å)³; above the edge an exponential fall over 140 Å stands for the high-order
        lines (Kovačević et al. 2014, AdSpR 54, 1347).
        """
        wave = np.minimum(self.wave_rest_aa, _BALMER_EDGE_AA)
        planck = wave**-5 / np.expm1(1.4388e8 / (wave * 15000.0))
        shape = planck * -np.expm1(-((wave / _BALMER_EDGE_AA) ** 3))
        shape /= _BALMER_EDGE_AA**-5 / np.expm1(1.4388e8 / (_BALMER_EDGE_AA * 15000.0))
        shape /= -np.expm1(-1.0)
        beyond = np.maximum(self.wave_rest_aa - _BALMER_EDGE_AA, 0.0)
        return shape, np.exp(-beyond / 140.0)

    @cached_property
    def iron_ultraviolet(self) -> np.ndarray:
        """(D,) the blended Fe II of the near ultraviolet."""
        return iron_ultraviolet(self.wave_rest_aa)
