"""Principal components, in which distances between spectra are cheap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.utils.extmath import randomized_svd

__all__ = ["Components", "fit_components"]

# Up to this many spectra or pixels the exact decomposition takes no noticeable time.
_EXACT_UP_TO = 300


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """A linear map from spectra (n, D) to scores (n, K).

    Attributes
    ----------
    centre
        (D,) float32, the mean spectrum.
    scale
        (D,) float32 that pixels are divided by; ones unless standardised.
    axes
        (K, D) float32, orthonormal, the leading one first.
    """

    centre: np.ndarray
    scale: np.ndarray
    axes: np.ndarray

    def project(self, spectra: np.ndarray) -> np.ndarray:
        """Scores (n, K) float32 of spectra (n, D); row by row, so chunks may be joined."""
        return ((np.asarray(spectra, np.float32) - self.centre) / self.scale) @ self.axes.T


def fit_components(
    spectra: np.ndarray,
    n_components: int,
    *,
    standardise: bool = False,
    centred: bool = True,
    seed: int = 0,
    overwrite: bool = False,
) -> Components:
    """Principal components of spectra (n, D).

    Parameters
    ----------
    spectra
        (n, D) finite, n ≥ 2.
    n_components
        At most this many, K ≤ min(n, D).
    standardise
        Divide each pixel by its standard deviation first.
    centred
        Of what differs from the mean; otherwise of the spectra themselves, whose centre is 0.
    seed
        Of the randomised solver.
    overwrite
        The spectra need not be kept: spares a copy where they are float32.

    Raises
    ------
    ValueError
        Fewer than 2 spectra, or less than one component asked for.
    """
    n_components = min(n_components, *np.shape(spectra))
    if len(spectra) < 2 or n_components < 1:
        raise ValueError(f"no {n_components} components of spectra {np.shape(spectra)}")
    values = np.asarray(spectra, np.float32) if overwrite else np.array(spectra, np.float32)
    centre = values.mean(axis=0) if centred else np.zeros(values.shape[1], np.float32)
    spread = values.std(axis=0) if standardise else np.ones_like(centre)
    scale = np.where(spread > 0, spread, np.float32(1))
    values -= centre
    values /= scale
    if min(values.shape) <= _EXACT_UP_TO:
        axes = np.linalg.svd(values, full_matrices=False)[2][:n_components]
    else:
        axes = np.asarray(randomized_svd(values, n_components, random_state=seed)[2])
    # Which end of an axis is positive is arbitrary. The largest loading decides, so that planes
    # of similar samples are not mirror images of one another.
    largest = axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)]
    return Components(centre, scale, (axes * np.sign(largest)[:, None]).astype(np.float32))
