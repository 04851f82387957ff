"""Saliency maps (P21, section 3): the derivative of the target by each pixel's flux."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ...compute import Sharing
from ...neighbourhood import Neighbourhood
from ...settings import ExplainSettings, SmoothingName
from ...targets import Target
from ..explanation import Explanation
from .growing_values import GrowingValues
from .nothing import nothing_moved, rounded_away

__all__ = ["map_of", "saliency", "smoothed"]


def saliency(
    x: NDArray[np.floating],
    target: Target,
    settings: ExplainSettings,
    *,
    workers: Sharing,
    counts: Sequence[int],
    cancelled: Callable[[], bool],
) -> Iterator[Explanation]:
    """The derivative by each pixel's flux, as the settings say: differences, or in closed form."""
    x = np.asarray(x, dtype=np.float64)
    if settings.gradient == "analytic":
        explanation = _analytic(x, target, settings)
    else:
        explanation = _difference(x, target, settings, workers=workers, cancelled=cancelled)
    if settings.smoothing_px:
        smooth = smoothed(explanation.weights, method=settings.smoothing, px=settings.smoothing_px)
        explanation = replace(explanation, weights=smooth)
    yield explanation


def smoothed(
    weights: NDArray[np.float64], *, method: SmoothingName = "gaussian", px: float
) -> NDArray[np.float64]:
    """Smooth a map (D,) along its pixels, which are mirrored at both ends.

    Parameters
    ----------
    weights
        Weight of each pixel.
    method
        ``median`` of the pixels up to px away, px rounded; ``gaussian`` with σ = px.
    px
        Pixels, 0 or more; 0 changes nothing.

    Raises
    ------
    ValueError
        If the method is unknown or px is negative.
    """
    if method not in get_args(SmoothingName):
        raise ValueError(f"smoothing must be one of {get_args(SmoothingName)}, got {method!r}")
    if not px >= 0:
        raise ValueError(f"px must be 0 or more, got {px}")
    if px == 0:
        return weights
    if method == "median":
        return ndimage.median_filter(weights, 2 * round(px) + 1)
    return ndimage.gaussian_filter1d(weights, px)


def _difference(
    x: NDArray[np.float64],
    target: Target,
    settings: ExplainSettings,
    *,
    workers: Sharing,
    cancelled: Callable[[], bool],
) -> Explanation:
    """g_i = [f(x + e_i) − f(x)]/e_i with e_i = step·x_i, each pixel alone (P21, equation 1).

    In double precision: the differences are small beside the values. Where the flux is exactly 0
    the step is relative to the spectrum's median |flux|, or to 1.
    """
    scale = float(np.median(np.abs(x))) or 1.0
    steps = settings.step * np.where(x == 0, scale, x)
    neighbourhood = Neighbourhood.one_pixel_each(x, steps)
    growing = GrowingValues(target, neighbourhood, cancelled=cancelled)
    value, values = growing.at(x), growing.first(neighbourhood.n, workers=workers)
    explanation = map_of(target, settings, value, (values - value) / steps, neighbourhood.n)
    if explanation.nothing:
        return explanation
    return replace(explanation, nothing=rounded_away(value, values, settings.step))


def _analytic(x: NDArray[np.float64], target: Target, settings: ExplainSettings) -> Explanation:
    """The target's own derivative, the limit of the differences for small steps."""
    gradient = getattr(target, "gradient", None)
    if gradient is None:
        raise ValueError(
            f"target {target.name!r} has no analytic gradient; use gradient='difference'"
        )
    slopes, values = gradient(x), target(x[None])
    return map_of(target, settings, float(values[0]), slopes, 1)


def map_of(
    target: Target,
    settings: ExplainSettings,
    value: float,
    weights: NDArray[np.float64],
    n_samples: int,
) -> Explanation:
    """A map (D,) as an explanation: every pixel is a segment."""
    pixels = np.arange(len(weights), dtype=np.int32)
    nothing = nothing_moved(settings, weights)
    return Explanation.unfitted(target.name, settings, pixels, weights, value, n_samples, nothing)
