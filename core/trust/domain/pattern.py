"""Line and band pattern of a spectrum, as a combination of its sample's patterns.

A reversed spectrum or one at a wrong redshift has a plausible continuum and plausible lines, in the
wrong places. Between 5 and 60 Å, without noise and continuum, a few patterns make up a sample; what
they leave of another spectrum, over what they explain of it, needs no scale of flux.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from ...planes import fit_components

__all__ = ["Pattern", "fit_pattern"]

_FINE_AA, _COARSE_AA = 5.0, 60.0
_PATTERNS = 8
# More than all but a hundredth of the sample are strong.
_STRONG = 0.99
_NOTHING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """The measure.

    Attributes
    ----------
    axes : (K, D)
        The sample's patterns, orthonormal. Its mean is no pattern apart: a spectrum without it is
        not of the sample.
    strong
        Strength that 99 % of the sample stay below.
    step_aa
        Width of a pixel, Å.
    """

    axes: NDArray[np.float32]
    strong: float
    step_aa: float

    def __call__(
        self, spectra: NDArray[np.floating]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Strength of the features of spectra (n, D), and their distance from the sample's.

        Returns
        -------
        strength : (n,)
            Root mean square of what the patterns explain, in units of the flux.
        unlike : (n,)
            That of what they leave, in units of the strength.
        """
        band = _band(spectra, self.step_aa)
        explained = (band @ self.axes.T) @ self.axes
        strength = np.sqrt(np.mean(explained**2, axis=1, dtype=np.float64))
        left = np.sqrt(np.mean((band - explained) ** 2, axis=1, dtype=np.float64))
        return strength, left / (strength + _NOTHING)


def fit_pattern(spectra: NDArray[np.floating], step_aa: float, *, seed: int = 0) -> Pattern:
    """Learn the patterns of a sample.

    Parameters
    ----------
    spectra : (n, D)
        The sample, n ≥ 2.
    step_aa
        Width of a pixel, Å.
    seed
        Of the components.

    Raises
    ------
    ValueError
        Fewer than 2 spectra.
    """
    axes = fit_components(_band(spectra, step_aa), _PATTERNS, centred=False, seed=seed).axes
    strength, _ = Pattern(axes, 1.0, step_aa)(spectra)
    return Pattern(axes, max(float(np.quantile(strength, _STRONG)), _NOTHING), step_aa)


def _band(spectra: NDArray[np.floating], step_aa: float) -> NDArray[np.float32]:
    """(n, D): smoothed over 5 Å less smoothed over 60 Å."""
    flux = np.asarray(spectra, np.float32)
    fine = gaussian_filter1d(flux, _FINE_AA / step_aa, axis=1, mode="nearest")
    # Three boxes of twice σ are a Gaussian to a few per cent, at a twentieth of its time.
    width, coarse = max(1, round(2 * _COARSE_AA / step_aa)), flux
    for _ in range(3):
        coarse = uniform_filter1d(coarse, width, axis=1, mode="nearest")
    return np.asarray(fine - coarse, np.float32)
