"""The BPT diagram: what ionises the gas (Baldwin, Phillips & Terlevich 1981, PASP 93, 5)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .flux import LineFluxes
from .ratios import LineRatio, line_ratio

__all__ = ["BPT_CLASSES", "bpt_classes", "bpt_of", "kauffmann_2003", "kewley_2001"]

BPT_CLASSES = ("star forming", "composite", "agn", "")


def kauffmann_2003(log_nii_ha: ArrayLike) -> NDArray[np.float64]:
    """log [O III]/Hβ above which pure star formation ends, at log [N II]/Hα.

    ``y = 0.61 / (x - 0.05) + 1.3`` (Kauffmann et al. 2003, MNRAS 346, 1055, equation 1); -inf
    from its asymptote at x = 0.05 on.
    """
    return _hyperbola(log_nii_ha, 0.05, 1.3)


def kewley_2001(log_nii_ha: ArrayLike) -> NDArray[np.float64]:
    """log [O III]/Hβ that no starburst exceeds, at log [N II]/Hα.

    ``y = 0.61 / (x - 0.47) + 1.19`` (Kewley et al. 2001, ApJ 556, 121, equation 5); -inf from its
    asymptote at x = 0.47 on.
    """
    return _hyperbola(log_nii_ha, 0.47, 1.19)


def bpt_classes(log_nii_ha: ArrayLike, log_oiii_hb: ArrayLike) -> NDArray[np.str_]:
    """Class of each point (n,), "" at NaN.

    Star forming below Kauffmann, AGN above both curves, composite between. Left of x = -1.28
    Kauffmann's curve is the upper one, and what is below it is star forming.
    """
    x, y = np.broadcast_arrays(
        np.asarray(log_nii_ha, np.float64), np.asarray(log_oiii_hb, np.float64)
    )
    number = (y > kauffmann_2003(x)) * (1 + (y > kewley_2001(x)))
    return np.array(BPT_CLASSES)[np.where(np.isfinite(x) & np.isfinite(y), number, 3)]


def bpt_of(lines: LineFluxes) -> NDArray[np.str_]:
    """Class of each spectrum (n,), "" where lines or limits do not decide it.

    A limit decides if the true ratio, wherever it lies beyond the limit, gives one class: both
    curves fall with [N II]/Hα, so upper limits still prove star formation, lower limits an AGN.

    Raises
    ------
    KeyError
        A line it needs was outside the wavelengths.
    """
    nii, oiii = line_ratio(lines, "nii_ha"), line_ratio(lines, "oiii_hb")
    classes = bpt_classes(_log(nii), _log(oiii))
    limits = np.stack([nii.limit, oiii.limit])
    proven = np.all(limits == 0, axis=0)
    proven |= (classes == "star forming") & np.all(limits >= 0, axis=0)
    proven |= (classes == "agn") & np.all(limits <= 0, axis=0)
    return np.where(proven, classes, "")


def _log(ratio: LineRatio) -> NDArray[np.float64]:
    return ratio.log10()[0]


def _hyperbola(x: ArrayLike, pole: float, offset: float) -> NDArray[np.float64]:
    x = np.asarray(x, np.float64)
    left = np.minimum(x - pole, -1e-300)
    with np.errstate(over="ignore"):
        return np.where(x < pole, 0.61 / left + offset, np.where(np.isnan(x), np.nan, -np.inf))
