"""The Fe II pseudo-continuum of broad-line AGN."""

from __future__ import annotations

import numpy as np

from .profiles import add_gaussians

__all__ = ["iron_template", "iron_ultraviolet"]

_FWHM_TO_SIGMA = 1 / 2.3548

# Vacuum Å and relative flux. Multiplets 27, 28, 37, 38, 42, 48, 49, 55, 74 as grouped by Kovačević
# et al. 2010 (ApJS 189, 15) and seen in I Zw 1 by Véron-Cetty et al. 2004 (A&A 417, 515).
_OPTICAL = (
    *((4129.9, 0.20), (4174.6, 0.45), (4180.0, 0.40), (4234.4, 0.75), (4259.4, 0.20)),
    *((4274.5, 0.20), (4297.8, 0.40), (4304.4, 0.50), (4353.0, 0.75), (4370.6, 0.20)),
    *((4386.6, 0.45), (4418.1, 0.40), (4474.2, 0.10), (4490.4, 0.24), (4492.7, 0.29)),
    *((4509.5, 0.50), (4516.6, 0.48), (4521.5, 0.48), (4523.9, 0.72), (4535.4, 0.08)),
    *((4542.8, 0.20), (4550.7, 1.00), (4557.2, 0.57), (4577.6, 0.20), (4584.1, 0.16)),
    *((4585.1, 1.10), (4621.8, 0.25), (4630.6, 0.70), (4667.8, 0.35), (4732.7, 0.10)),
    *((4925.3, 1.00), (4994.7, 0.15), (5019.8, 1.30), (5147.5, 0.15), (5170.4, 1.30)),
    *((5199.0, 0.65), (5236.1, 0.75), (5266.3, 0.30), (5277.5, 0.85), (5285.6, 0.15)),
    *((5318.1, 1.20), (5327.0, 0.25), (5339.2, 0.20), (5364.4, 0.50), (5415.6, 0.20)),
    *((5426.8, 0.20), (5536.4, 0.30), (6150.8, 0.15), (6240.1, 0.20), (6249.3, 0.30)),
    *((6418.7, 0.20), (6434.4, 0.15), (6458.2, 0.35)),
)
# The near ultraviolet blends thousands of lines: centre Å, width (sigma) Å, relative flux of the
# bumps between Mg II and the Balmer edge (Tsuzuki et al. 2006, ApJ 650, 57, figure 6).
_ULTRAVIOLET = (
    *((2740.0, 22.0, 5.0), (2840.0, 28.0, 3.2), (2880.0, 22.0, 2.2), (2950.0, 30.0, 3.4)),
    *((3100.0, 60.0, 2.4), (3185.0, 35.0, 3.2), (3275.0, 45.0, 2.4), (3400.0, 60.0, 1.2)),
)
_BLEND_4570_AA = (4434.0, 4684.0)


def iron_template(
    wave_rest_aa: np.ndarray, fwhm_kms: float, ultraviolet: np.ndarray | None = None
) -> np.ndarray:
    """Fe II emission of unit flux in the blend at 4434–4684 Å.

    That blend's flux relative to broad Hβ is R_FeII (Boroson & Green 1992, ApJS 80, 109).

    Parameters
    ----------
    wave_rest_aa
        (D,) vacuum Å.
    fwhm_kms
        Width of each line, km/s.
    ultraviolet
        (D,) what `iron_ultraviolet` gives, where it is at hand.

    Returns
    -------
    (D,) per Å.
    """
    centre, flux = np.array(_OPTICAL).T
    total = flux[(centre > _BLEND_4570_AA[0]) & (centre < _BLEND_4570_AA[1])].sum()
    sigma_kms = np.full(centre.size, fwhm_kms * _FWHM_TO_SIGMA)
    optical = add_gaussians(np.zeros(wave_rest_aa.size), wave_rest_aa, centre, flux, sigma_kms)
    if ultraviolet is None:
        ultraviolet = iron_ultraviolet(wave_rest_aa)
    return (optical + ultraviolet) / total


def iron_ultraviolet(wave_rest_aa: np.ndarray) -> np.ndarray:
    """(D,) the blends between Mg II and the Balmer edge, in the units of the optical lines.

    Their width does not follow that of a line: thousands are blended.

    Parameters
    ----------
    wave_rest_aa
        (D,) vacuum Å.
    """
    ultraviolet = np.zeros(wave_rest_aa.size)
    for bump_aa, width_aa, strength in _ULTRAVIOLET:
        shape = np.exp(-0.5 * ((wave_rest_aa - bump_aa) / width_aa) ** 2)
        ultraviolet += strength * shape / (width_aa * np.sqrt(2 * np.pi))
    return ultraviolet
