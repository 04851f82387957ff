"""Saliency maps of many spectra in one pass, for targets with gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..settings import ExplainSettings
from ..targets import Target
from .explanation import Explanation
from .methods.saliency import map_of, smoothed

__all__ = ["gradients_of_many"]


def gradients_of_many(
    spectra: NDArray[np.floating], target: Target, settings: ExplainSettings
) -> list[Explanation]:
    """One pass for all: what ``explain`` with ``gradient="analytic"`` would give of each.

    Parameters
    ----------
    spectra : (n, D)
        Prepared flux, finite.
    target
        Knows ``gradients(spectra) -> (n, D)``.
    settings
        Of a saliency map with analytic gradient.

    Raises
    ------
    ValueError
        If the target knows no gradients of many.
    """
    known: Any = getattr(target, "gradients", None)
    slopes = None if known is None else known(spectra)
    if slopes is None:
        raise ValueError(f"target {target.name!r} has no gradients")
    values = target(spectra)
    px, method = settings.smoothing_px, settings.smoothing
    return [
        map_of(target, settings, float(value), smoothed(slope, method=method, px=px), 1)
        for value, slope in zip(values, slopes, strict=True)
    ]
