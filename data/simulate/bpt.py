"""Places on the diagram of Baldwin, Phillips & Terlevich: its divides and observed sequences."""

from __future__ import annotations

from typing import Literal

import numpy as np

__all__ = ["BptClass", "draw_position", "kauffmann", "kewley"]

BptClass = Literal["star-forming", "composite", "seyfert", "liner"]


def kauffmann(log_nii_ha: np.ndarray | float) -> np.ndarray:
    """log [O III]/Hβ below which galaxies are star-forming; -inf right of its asymptote.

    Kauffmann et al. 2003 (MNRAS 346, 1055), equation 1.
    """
    return _divide(log_nii_ha, 0.05, 1.30)


def kewley(log_nii_ha: np.ndarray | float) -> np.ndarray:
    """log [O III]/Hβ above which only AGN lie; -inf right of its asymptote.

    Kewley et al. 2001 (ApJ 556, 121), equation 5.
    """
    return _divide(log_nii_ha, 0.47, 1.19)


def _divide(log_nii_ha: np.ndarray | float, asymptote: float, offset: float) -> np.ndarray:
    x = np.asarray(log_nii_ha, np.float64)
    left = x < asymptote
    return np.where(left, 0.61 / np.where(left, x - asymptote, -1.0) + offset, -np.inf)


def draw_position(rng: np.random.Generator, kind: BptClass) -> tuple[float, float]:
    """log [N II]/Hα and log [O III]/Hβ of one galaxy.

    Star-forming galaxies scatter round the abundance sequence of Kewley et al. 2013 (ApJ 774,
    100, equation 3 at z = 0) and stay 0.02 dex below Kauffmann's divide; composites fill the gap
    between the two divides; Seyferts and LINERs lie 0.03 dex and more above Kewley's, on either
    side of the line of Schawinski et al. 2007 (MNRAS 382, 1415), y = 1.05 x + 0.45.
    """
    if kind == "star-forming":
        x = min(float(rng.normal(-0.55, 0.20)), -0.25)
        y = 0.61 / (x + 0.08) + 1.10 + float(rng.normal(0.0, 0.10))
        return x, float(np.clip(y, -0.9, float(kauffmann(x)) - 0.02))
    if kind == "composite":
        x = float(np.clip(rng.normal(-0.22, 0.09), -0.45, -0.03))
        share = float(rng.uniform(0.08, 0.92))
        floor = max(float(kauffmann(x)), -0.6)
        return x, floor + share * (float(kewley(x)) - floor)
    x = float(np.clip(rng.normal(-0.08, 0.14), -0.5, 0.35))
    border = max(float(kewley(x)) + 0.03, -0.3)
    divide = 1.05 * x + 0.45
    if kind == "seyfert":
        return x, float(np.clip(rng.normal(0.85, 0.15), max(border, divide + 0.05), 1.2))
    return x, float(np.clip(rng.normal(0.25, 0.15), border, max(divide - 0.02, border)))
