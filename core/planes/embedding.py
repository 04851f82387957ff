"""Embedding of spectra in a plane, with measures of its quality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .principal_components import fit_components
from .quality import PlaneQuality, plane_quality
from .tsne import Callback, EmbedSettings, lay_out

__all__ = ["Embedding", "embed", "quality_sample", "reduce_features"]

# So many points are asked for their neighbours, sought among so many; all of fewer.
_POINTS, _AMONG = 8_000, 32_000


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """Points on a plane.

    Attributes
    ----------
    xy
        (n, 2) float32.
    settings
        As used; the perplexity may be less than was asked for.
    quality
        Against the features as given, on all points up to 8000; see :func:`quality_sample`.
    """

    xy: np.ndarray
    settings: EmbedSettings
    quality: PlaneQuality


def embed(
    features: np.ndarray,
    settings: EmbedSettings | None = None,
    *,
    jobs: int = 1,
    callback: Callback | None = None,
) -> Embedding:
    """Lay spectra out so that neighbours stay neighbours (t-SNE, van der Maaten & Hinton 2008).

    Parameters
    ----------
    features
        (n, D) without NaN, n ≥ 5.
    settings
        Default P21's, save for the components.
    jobs
        Threads; up to 20,000 points the result does not depend on them.
    callback
        Called with (steps done, steps in all); may raise to stop.

    Raises
    ------
    ValueError
        Fewer than 5 points, or a feature is not finite.
    """
    settings = settings or EmbedSettings()
    scores = reduce_features(features, settings)
    xy, settings = lay_out(scores, settings, jobs=jobs, callback=callback)
    among, points = quality_sample(len(xy), settings)
    return Embedding(xy, settings, plane_quality(features[among], xy[among], points=points))


def quality_sample(n: int, settings: EmbedSettings) -> tuple[np.ndarray, np.ndarray]:
    """Sample of n points on which a plane is evaluated, as the cost grows as n².

    Returns
    -------
    among
        (m,) rows, sorted, among which neighbours are sought: all up to 32,000.
    asked
        Positions within ``among``, sorted, of points whose neighbours are looked at: all up to
        8000.
    """
    rng = np.random.default_rng(settings.seed)
    among = np.sort(rng.choice(n, min(n, _AMONG), replace=False))
    return among, np.sort(rng.choice(len(among), min(len(among), _POINTS), replace=False))


def reduce_features(features: np.ndarray, settings: EmbedSettings) -> np.ndarray:
    """Coordinates for distances: (n, K) components, or all features with pca=None."""
    if settings.pca is not None:
        axes = fit_components(
            features, settings.pca, standardise=settings.standardise, seed=settings.seed
        )
        return axes.project(features)
    values = np.array(features, np.float32)
    if settings.standardise:
        spread = values.std(axis=0)
        values = (values - values.mean(axis=0)) / np.where(spread > 0, spread, np.float32(1))
    return values
