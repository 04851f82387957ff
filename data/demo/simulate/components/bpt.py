"""Positions on the observed sequences of the BPT diagram."""

from __future__ import annotations

from typing import Literal

import numpy as np

from .....core.spectra.lines import kauffmann_2003, kewley_2001

__all__ = ["BptClass", "draw_position"]

BptClass = Literal["star-forming", "composite", "seyfert", "liner"]


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
        return x, float(np.clip(y, -0.9, float(kauffmann_2003(x)) - 0.02))
    if kind == "composite":
        x = float(np.clip(rng.normal(-0.22, 0.09), -0.45, -0.03))
        share = float(rng.uniform(0.08, 0.92))
        floor = max(float(kauffmann_2003(x)), -0.6)
        return x, floor + share * (float(kewley_2001(x)) - floor)
    x = float(np.clip(rng.normal(-0.08, 0.14), -0.5, 0.35))
    border = max(float(kewley_2001(x)) + 0.03, -0.3)
    divide = 1.05 * x + 0.45
    if kind == "seyfert":
        return x, float(np.clip(rng.normal(0.85, 0.15), max(border, divide + 0.05), 1.2))
    return x, float(np.clip(rng.normal(0.25, 0.15), border, max(divide - 0.02, border)))
