"""Segmentation: which pixels are perturbed together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from ..settings import SegmentationName
from .slic import slic

__all__ = ["segment", "uniform"]


def uniform(n_pixels: int, n_segments: int) -> NDArray[np.int32]:
    """Cut a spectrum into contiguous pieces of equal length.

    Parameters
    ----------
    n_pixels
        Length D of the spectrum.
    n_segments
        Number of pieces S, 1 to D.

    Returns
    -------
    labels : (D,) int32
        Segment of each pixel, 0 to S − 1, never decreasing. There are exactly S segments and
        their sizes differ by at most one pixel (O25's released code leaves a short extra segment
        where S does not divide D).

    Raises
    ------
    ValueError
        If S is not within 1 to D.
    """
    if not 1 <= n_segments <= n_pixels:
        raise ValueError(f"n_segments must be 1 to {n_pixels} (the pixels), got {n_segments}")
    return (np.arange(n_pixels, dtype=np.int64) * n_segments // n_pixels).astype(np.int32)


# A segmentation may look at the flux, so each takes the spectrum itself.
_SEGMENTATIONS: Mapping[
    SegmentationName, Callable[[NDArray[np.floating], int], NDArray[np.int32]]
] = {"uniform": lambda flux, n_segments: uniform(len(flux), n_segments), "slic": slic}


def segment(
    flux: NDArray[np.floating], *, method: SegmentationName = "uniform", n_segments: int
) -> NDArray[np.int32]:
    """Label the pixels of one spectrum (D,) by segment, 0 to S − 1.

    ``uniform`` gives exactly n_segments of them, ``slic`` at most so many.

    Raises
    ------
    ValueError
        If the method is unknown or S does not fit the spectrum.
    """
    if method not in _SEGMENTATIONS:
        raise ValueError(
            f"segmentation must be one of {get_args(SegmentationName)}, got {method!r}"
        )
    return _SEGMENTATIONS[method](flux, n_segments)
