"""Line profiles drawn onto a wavelength grid."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .....core.spectra import SPEED_OF_LIGHT_KMS

__all__ = ["BROAD_SHAPES", "BroadShape", "add_gaussians", "broad_components"]

# A Gaussian is cut where it has fallen to 1e-6 of its peak.
_REACH_SIGMA = 5.3

BroadShape = tuple[tuple[float, float, float], ...]

# Components of a broad Balmer line: share of the flux, FWHM and shift in units of the line's FWHM.
# Narrow ones look like a Lorentzian, wide ones have a redshifted very broad base (Marziani et al.
# 2013, A&A 555, A89, populations A and B; Sulentic et al. 2002, ApJ 566, L71).
BROAD_SHAPES: dict[str, BroadShape] = {
    "A": ((0.42, 0.80, 0.0), (0.36, 1.55, -0.02), (0.22, 3.6, 0.0)),
    "B": ((0.62, 0.95, 0.0), (0.38, 2.1, 0.22)),
}


def add_gaussians(
    flux: np.ndarray,
    wave_aa: np.ndarray,
    centre_aa: np.ndarray,
    line_flux: np.ndarray,
    sigma_kms: np.ndarray,
) -> np.ndarray:
    """Flux with Gaussian emission lines added to it.

    Parameters
    ----------
    flux
        (D,) flux density per Å.
    wave_aa
        (D,) Å, equally spaced.
    centre_aa
        (L,) Å.
    line_flux
        (L,) integrated flux, unit of flux times Å; negative for absorption.
    sigma_kms
        (L,) km/s.

    Returns
    -------
    (D,) a new array.
    """
    step = wave_aa[1] - wave_aa[0]
    sigma_aa = centre_aa * sigma_kms / SPEED_OF_LIGHT_KMS
    total = np.array(flux, np.float64)
    reach = int(np.ceil(_REACH_SIGMA * sigma_aa.max() / step)) + 1 if centre_aa.size else 0
    nearest = np.rint((centre_aa - wave_aa[0]) / step).astype(np.int64)
    pixel = nearest[:, None] + np.arange(-reach, reach + 1)
    inside = (pixel >= 0) & (pixel < wave_aa.size)
    offset = (wave_aa[0] + step * pixel - centre_aa[:, None]) / sigma_aa[:, None]
    height = line_flux / (sigma_aa * np.sqrt(2 * np.pi))
    value = height[:, None] * np.exp(-0.5 * offset**2)
    if not inside.all():
        pixel, value = pixel[inside], value[inside]
    return total + np.bincount(pixel.ravel(), value.ravel(), minlength=wave_aa.size)


def broad_components(
    centre_aa: np.ndarray, line_flux: np.ndarray, fwhm_kms: float, shape: BroadShape
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The Gaussians that make up broad lines, one component of all lines at a time.

    Parameters
    ----------
    centre_aa
        (L,) Å.
    line_flux
        (L,) integrated.
    fwhm_kms
        Of the whole line, nearly.
    shape
        One of :data:`BROAD_SHAPES`.

    Yields
    ------
    Centres Å, fluxes and sigmas km/s, each (L,).
    """
    for share, width, shift in shape:
        centre = centre_aa * (1 + shift * fwhm_kms / SPEED_OF_LIGHT_KMS)
        yield centre, share * line_flux, np.full(centre.size, width * fwhm_kms / 2.3548)
