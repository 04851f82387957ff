"""The value at which the colours of an explanation saturate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["colour_limit"]

_BY_PIXEL = 99.5  # percent


def colour_limit(weights: NDArray[np.floating], *, by_pixel: bool = False) -> float:
    """The |weight| at the ends of the colours: the largest, or for pixels all but the wildest.

    Half a percent of the pixels of a saliency map may lie beyond, or a single spike would leave
    all others grey. Where nearly all are 0, as of a forest, the largest sets the scale.

    Parameters
    ----------
    weights : (S,)
        Of segments or pixels.
    by_pixel
        Whether they are of pixels.

    Returns
    -------
    Above 0; 1 where all weights are 0.
    """
    sizes = np.abs(weights)
    limit = float(np.percentile(sizes, _BY_PIXEL)) if by_pixel else 0.0
    return limit or float(sizes.max(initial=0.0)) or 1.0
