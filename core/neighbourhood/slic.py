"""SLIC segments, whose borders follow the features of a spectrum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["slic"]


def slic(
    x: NDArray[np.floating], n_segments: int, *, compactness: float = 0.01, sigma: float = 3.0
) -> NDArray[np.int32]:
    """Cut a spectrum by k-means over flux and pixel number together.

    SLIC (Achanta et al. 2012, IEEE TPAMI 34, 2274) as O25's released code applies it, of which the
    defaults are. Each segment is one run of pixels; runs beyond the number asked for are joined,
    the shortest first, to the neighbour of closer mean flux.

    Parameters
    ----------
    x : (D,)
        Flux, finite. Its range is scaled to 0…1, so its unit does not matter.
    n_segments
        Largest number of segments S, 1 to D; there may be fewer.
    compactness
        Weight of distance in pixels against difference in flux, above 0.
    sigma
        Width of the Gaussian that smooths the flux first, pixels, 0 or more.

    Returns
    -------
    labels : (D,) int32
        Segment of each pixel, never decreasing from 0 by more than 1 at a time: every label up to
        the largest occurs (labels that start at 1, as released, leave the last segment
        unperturbed).

    Raises
    ------
    ValueError
        If S is not within 1 to D, a knob is out of range or the flux is not finite.
    """
    from skimage import segmentation  # slow to load, and only here needed

    flux = np.asarray(x, np.float64)
    if flux.ndim != 1 or not np.isfinite(flux).all():
        raise ValueError(f"x must be one finite spectrum (D,), got shape {flux.shape}")
    if not 1 <= n_segments <= len(flux):
        raise ValueError(f"n_segments must be 1 to {len(flux)} (the pixels), got {n_segments}")
    if not (compactness > 0 and sigma >= 0):
        raise ValueError(f"need compactness > 0 and sigma ≥ 0, got {compactness} and {sigma}")
    labels = segmentation.slic(
        _unit_range(flux)[None],
        n_segments=n_segments,
        compactness=compactness,
        sigma=sigma,
        channel_axis=None,
        start_label=0,
    )[0]
    edges = np.concatenate([[0], np.flatnonzero(np.diff(labels)) + 1, [len(flux)]])
    sizes = np.diff(_joined(flux, edges, n_segments))
    return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)


def _unit_range(flux: NDArray[np.float64]) -> NDArray[np.float64]:
    # Scaled before it is shifted: the difference of two huge numbers of unlike sign overflows.
    largest = np.abs(flux).max()
    scaled = flux / largest if largest > 0 else flux
    scaled = scaled - scaled.min()
    top = scaled.max()
    return scaled / top if top > 0 else scaled


def _joined(
    flux: NDArray[np.float64], edges: NDArray[np.intp], n_segments: int
) -> NDArray[np.intp]:
    """Edges of at most n_segments runs, made from those between the edges given."""
    total = np.concatenate([[0.0], np.cumsum(_unit_range(flux))])
    while len(edges) - 1 > n_segments:
        sizes = np.diff(edges)
        means = np.diff(total[edges]) / sizes
        at = int(np.argmin(sizes))
        before = abs(means[at] - means[at - 1]) if at > 0 else np.inf
        after = abs(means[at] - means[at + 1]) if at + 1 < len(means) else np.inf
        edges = np.delete(edges, at if before <= after else at + 1)
    return edges
