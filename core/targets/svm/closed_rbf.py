"""Closed form of an RBF decision: each kernel value is a product over segments.

K_s(z) = Π_k G_sk^(1 − z_k) H_sk^(z_k), with G and H what segment k adds to the kernel perturbed and
as it is. Both lie between 0 and 1, and what is multiplied here are they and their means: nothing
can overflow, and what underflows is as small as it says. Ratios H/G could do either.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...compute.compiled_loops import compiled
from ...neighbourhood.neighbourhood import Neighbourhood

__all__ = ["RbfForm"]

# Support vectors at a time: their factors of 77 segments then stay in a core's own cache.
_LANES = 64

_compiled = compiled("contract", "nsz", "reassoc", error_model="numpy")


@dataclass(frozen=True, eq=False)
class RbfForm:
    """f(z) = b + Σ_s α_s Π_k (H_sk where z_k, else G_sk).

    Attributes
    ----------
    perturbed, as_is : (S, n_sv)
        Logarithms of G and of H, at most 0.
    alpha : (n_sv,)
    intercept
        b.
    """

    perturbed: NDArray[np.float64]
    as_is: NDArray[np.float64]
    alpha: NDArray[np.float64]
    intercept: float

    @classmethod
    def of(
        cls,
        around: Neighbourhood,
        vectors: NDArray[np.float64],
        gamma: float,
        *,
        alpha: NDArray[np.float64],
        intercept: float,
    ) -> RbfForm:
        """From base and difference (D,), support vectors (D, n_sv) and γ.

        Vectors whose α is 0, those of other pairs of classes, are left out.
        """
        used = alpha != 0
        if not used.all():
            vectors, alpha = np.ascontiguousarray(vectors[:, used]), alpha[used]
        ends = np.stack([around.base, around.base + around.delta])
        distances = _distances(ends, around.labels, around.n_segments, vectors)
        return cls(-gamma * distances[0], -gamma * distances[1], alpha, intercept)

    @property
    def n_segments(self) -> int:
        """S."""
        return len(self.perturbed)

    @property
    def degree(self) -> int:
        """All segments act together."""
        return self.n_segments

    def value(self, present: bool) -> float:
        """With all factors H or all G."""
        exponents = self.as_is if present else self.perturbed
        return self.intercept + float(np.exp(exponents.sum(axis=0)) @ self.alpha)

    def mean_slopes(
        self, presences: NDArray[np.float64], shares: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Σ_s α_s (H_sk − G_sk) Π_{j≠k} (G_sj + p_j (H_sj − G_sj)), without any division."""
        low, rise = self._factors
        return _mean_slopes(low, rise, self.alpha, presences, shares)

    def moments(self, presence: NDArray[np.float64]) -> tuple[float, float]:
        """The variance is Σ_st w_s w_t [Π_k (1 + v_sk v_tk) − 1], w the mean terms.

        v_sk = √(p_k (1 − p_k)) (H_sk − G_sk)/(G_sk + p_k (H_sk − G_sk)).
        """
        low, rise = self._factors
        middle = low + presence[:, None] * rise
        terms = self.alpha * middle.prod(axis=0)
        spread = np.sqrt(presence * (1 - presence))[:, None] * rise
        relative = np.divide(spread, middle, out=np.zeros_like(middle), where=middle > 0)
        return self.intercept + float(terms.sum()), float(_variance(relative, terms))

    def least(self) -> float:
        """A linear function of z below f, at its least.

        The exponential is convex: above a tangent, for α above 0, and below a chord of the range
        that each vector's exponent has, for α below 0.
        """
        steps = self.as_is - self.perturbed
        start = self.perturbed.sum(axis=0)
        low, high = start + np.minimum(steps, 0).sum(0), start + np.maximum(steps, 0).sum(0)
        span, rising = high - low, self.alpha > 0
        share = -np.expm1(-span) / np.where(span > 0, span, 1)
        chord = np.exp(high) * np.where(span > 0, share, 1)
        at = np.where(rising, 0.5 * (low + high), high)
        slope = self.alpha * np.where(rising, np.exp(at), chord)
        constant = self.intercept + float((self.alpha * np.exp(at) + slope * (start - at)).sum())
        return constant + float(np.minimum(steps @ slope, 0).sum())

    @cached_property
    def _factors(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """G and H − G, (S, n_sv)."""
        low = np.exp(self.perturbed)
        # Not exp − exp: the difference of what hardly differs keeps its figures.
        steps = self.as_is - self.perturbed
        rise = np.where(steps < 1, low * np.expm1(np.minimum(steps, 1)), np.exp(self.as_is) - low)
        return low, rise


@_compiled
def _distances(ends, labels, n_segments, vectors):
    """Squared distances (2, S, n_sv) of both ends (2, D) from vectors (D, n_sv), by segment."""
    distances = np.zeros((2, n_segments, vectors.shape[1]))
    for j in range(len(labels)):
        row = vectors[j]
        for end in range(2):
            at, total = ends[end, j], distances[end, labels[j]]
            for s in range(len(row)):
                total[s] += (at - row[s]) * (at - row[s])
    return distances


@_compiled
def _mean_slopes(low, rise, alpha, presences, shares):
    """For each node: products of the factors before k, then of those after k, times the rise."""
    n_segments, n_vectors = low.shape
    slopes = np.zeros(n_segments)
    before = np.empty((n_segments, _LANES))
    summed = np.empty((n_segments, _LANES))
    run = np.empty(_LANES)
    for first in range(0, n_vectors, _LANES):
        n = min(_LANES, n_vectors - first)
        summed[:] = 0
        for m in range(len(shares)):
            for s in range(n):
                run[s] = shares[m] * alpha[first + s]
            for k in range(n_segments):
                g, r, b, p = low[k, first:], rise[k, first:], before[k], presences[m, k]
                for s in range(n):
                    b[s] = run[s]
                    run[s] *= g[s] + p * r[s]
            for s in range(n):
                run[s] = 1
            for k in range(n_segments - 1, -1, -1):
                g, r, b, p = low[k, first:], rise[k, first:], before[k], presences[m, k]
                total = summed[k]
                for s in range(n):
                    total[s] += b[s] * run[s]
                    run[s] *= g[s] + p * r[s]
        for k in range(n_segments):
            of_k = 0.0
            for s in range(n):
                of_k += summed[k, s] * rise[k, first + s]
            slopes[k] += of_k
    return slopes


@_compiled
def _variance(relative, terms):
    """Σ_st w_s w_t [Π_k (1 + v_sk v_tk) − 1], each pair once."""
    n_segments, n_vectors = relative.shape
    total = 0.0
    for s in range(n_vectors):
        beyond = np.zeros(n_vectors - s)
        for k in range(n_segments):
            own, others = relative[k, s], relative[k, s:]
            for t in range(len(beyond)):
                both = own * others[t]
                beyond[t] += both + both * beyond[t]
        of_s = 0.5 * terms[s] * beyond[0]
        for t in range(1, len(beyond)):
            of_s += terms[s + t] * beyond[t]
        total += 2 * terms[s] * of_s
    return total
