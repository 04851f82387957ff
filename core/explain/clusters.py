"""Clusters of normalised explanations in a population (O25, section 5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.metrics import silhouette_score

from ..neighbourhood import uniform
from ..settings import WeightSign

__all__ = [
    "Clusters",
    "KScan",
    "cluster_explanations",
    "n_different",
    "normalise_weights",
    "on_common_segments",
    "scan_k",
    "unit_explanations",
]

# Restarts of KMeans, the best by inertia kept. Of few explanations many are cheap, and needed: of
# 160, the best of 20 differs from seed to seed.
_RESTARTS, _MOST_RESTARTS = 20, 200
_RESTARTED = 40_000  # explanations over all restarts

_SMALL = 1e-100

# Of more explanations centres are found a batch at a time, and silhouettes of so many, whose cost
# grows as their square.
_MANY = 20_000
_BATCH = 4096
_OF_MANY = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """A partition of n explanations, the largest cluster first.

    Attributes
    ----------
    labels
        (n,) int32, 0 … k - 1.
    centres
        (k, S) float64, mean normalised explanation of each.
    inertia
        Sum of squared distances to the centres.
    """

    labels: np.ndarray
    centres: np.ndarray
    inertia: float

    @property
    def counts(self) -> np.ndarray:
        """(k,) members of each."""
        return np.bincount(self.labels, minlength=len(self.centres))


@dataclass(frozen=True, slots=True, eq=False)
class KScan:
    """How well each number of clusters fits.

    Attributes
    ----------
    k
        (m,) numbers tried.
    inertia
        (m,) falls with k; its bend is the elbow.
    silhouette
        (m,) -1 to 1, the higher the better separated.
    """

    k: np.ndarray
    inertia: np.ndarray
    silhouette: np.ndarray

    @property
    def elbow(self) -> int:
        """The k farthest below the straight line from first to last inertia."""
        if len(self.k) < 3:
            return int(self.k[0])
        along = (self.k - self.k[0]) / (self.k[-1] - self.k[0])
        drop = self.inertia[0] - self.inertia[-1]
        fall = (self.inertia[0] - self.inertia) / drop if drop > 0 else along
        return int(self.k[np.argmax(fall - along)])

    @property
    def best_silhouette(self) -> int:
        """The k with the highest silhouette."""
        return int(self.k[np.argmax(self.silhouette)])


def normalise_weights(weights: np.ndarray, *, sign: WeightSign = "keep") -> np.ndarray:
    """Weights at unit L2 length: what matters, not by how much.

    O25 (section 5) drops the sign first. It tells whether a stretch of spectrum makes the anomaly
    stronger or weaker: a line that is clipped and one that is too strong both matter, in the same
    segment. ``benchmarks/truth.py population`` measures which tells kinds of anomalies apart.

    Parameters
    ----------
    weights
        (n, S) finite.
    sign
        ``keep`` it, or ``drop`` it as the paper does.

    Returns
    -------
    (n, S) float64, ≥ 0 without signs; rows of zeros stay zeros.

    Raises
    ------
    ValueError
        Not two-dimensional or not finite, or the sign is to be neither.
    """
    values = np.asarray(weights, np.float64)
    if values.ndim != 2 or not np.isfinite(values).all():
        raise ValueError(f"weights must be finite (n, S), got {values.shape}")
    if sign not in get_args(WeightSign):
        raise ValueError(f"sign must be one of {get_args(WeightSign)}, got {sign!r}")
    values = values if sign == "keep" else np.abs(values)
    peak = np.abs(values).max(axis=1, initial=0, keepdims=True)
    # The squares of weights this small would be lost.
    values = values / np.where((peak > 0) & (peak < _SMALL), peak, 1)
    length = np.linalg.norm(values, axis=1, keepdims=True)
    return values / np.where(length > 0, length, 1)


def on_common_segments(weights: np.ndarray, labels: np.ndarray, n_segments: int) -> np.ndarray:
    """Weights of segments that differ from spectrum to spectrum, laid over the same equal ones.

    What a segment matters is spread evenly over its pixels and gathered by the pixels of the
    equal segments: the sum of the weights stays, and equal segments come out as they went in.

    Parameters
    ----------
    weights
        (n, S) finite, of which row i uses as many as it has segments.
    labels
        (D,) or (n, D) segment of each pixel, in all rows or in each; every segment from 0
        to the largest occurs.
    n_segments
        K, 1 to D.

    Returns
    -------
    (n, K) float64.

    Raises
    ------
    ValueError
        The shapes do not fit.
    """
    values, labels = np.asarray(weights, np.float64), np.asarray(labels)
    each = np.broadcast_to(labels, (len(values), labels.shape[-1]))
    if values.ndim != 2 or labels.max(initial=-1) >= values.shape[1]:
        raise ValueError(f"weights {values.shape} do not fit labels up to {labels.max()}")
    common = uniform(labels.shape[-1], n_segments)
    out = np.empty((len(values), n_segments))
    for row, (own_values, segments) in enumerate(zip(values, each, strict=True)):
        share = own_values[: segments.max() + 1] / np.bincount(segments)
        out[row] = np.bincount(common, weights=share[segments], minlength=n_segments)
    return out


def unit_explanations(
    weights: np.ndarray, labels: np.ndarray, n_segments: int, *, sign: WeightSign = "keep"
) -> np.ndarray:
    """Explanations as they are clustered: of the same equal segments, at unit length.

    Parameters
    ----------
    weights, labels, n_segments
        As for :func:`on_common_segments`.
    sign
        As for :func:`normalise_weights`.

    Returns
    -------
    (n, K) float64.

    Raises
    ------
    ValueError
        As those two.
    """
    if sign == "drop":  # before segments are laid over others, where signs would cancel
        weights = np.abs(weights)
    return normalise_weights(on_common_segments(weights, labels, n_segments), sign=sign)


def cluster_explanations(unit: np.ndarray, k: int, *, seed: int = 0) -> Clusters:
    """KMeans on normalised explanations (n, S), by batches of more than 20,000.

    Parameters
    ----------
    unit
        (n, S) from :func:`normalise_weights`.
    k
        Number of clusters, 1 to the number of distinct rows.
    seed
        Of the starting centres.

    Raises
    ------
    ValueError
        There are not k distinct explanations.
    """
    n_distinct = n_different(unit)
    if not 1 <= k <= n_distinct:
        raise ValueError(f"k={k} clusters of {n_distinct} distinct explanations")
    fit = _machine(k, len(unit), seed).fit(unit)
    # KMeans numbers clusters as it happened to find them; by size, they keep their numbers better.
    labels = np.asarray(fit.labels_)
    order = np.argsort(-np.bincount(labels, minlength=k), kind="stable")
    new_number = np.empty(k, np.int32)
    new_number[order] = np.arange(k, dtype=np.int32)
    centres, inertia = np.asarray(fit.cluster_centers_), float(np.asarray(fit.inertia_))
    return Clusters(new_number[labels], centres[order], inertia)


def n_different(unit: np.ndarray) -> int:
    """How many explanations differ; of very many, at least so many, looked for among the first."""
    return len(np.unique(unit[:_MANY], axis=0))


def _machine(k: int, n: int, seed: int) -> Any:
    n_init = cast("Any", min(max(_RESTARTED // n, _RESTARTS), _MOST_RESTARTS))
    if n > _MANY:
        return MiniBatchKMeans(k, n_init=n_init, batch_size=_BATCH, random_state=seed)
    return KMeans(k, n_init=n_init, random_state=seed)


def scan_k(
    unit: np.ndarray,
    ks: Sequence[int] = tuple(range(2, 13)),
    *,
    seed: int = 0,
    callback: Callable[[int, int], None] | None = None,
) -> KScan:
    """Inertia and silhouette over numbers of clusters; those above what the data allow are left.

    Parameters
    ----------
    unit
        (n, S) from :func:`normalise_weights`, at least 3 distinct rows.
    ks
        Numbers to try, 2 or more.
    seed
        Of the starting centres.
    callback
        Called with (done, total); may raise to stop.

    Raises
    ------
    ValueError
        No k is possible.
    """
    n_distinct = n_different(unit)
    n_sampled = len(unit) if len(unit) <= _MANY else _OF_MANY
    possible = [k for k in ks if 2 <= k < n_distinct]
    if not possible:
        raise ValueError(f"no k of {list(ks)} is possible for {n_distinct} distinct explanations")
    inertia, silhouette = [], []
    for done, k in enumerate(possible, start=1):
        clusters = cluster_explanations(unit, k, seed=seed)
        inertia.append(clusters.inertia)
        of = None if n_sampled == len(unit) else n_sampled
        mean_silhouette = silhouette_score(unit, clusters.labels, sample_size=of, random_state=seed)
        silhouette.append(float(mean_silhouette))
        if callback is not None:
            callback(done, len(possible))
    return KScan(np.array(possible), np.array(inertia), np.array(silhouette))
