"""Closed form of a polynomial-kernel decision, from moments of segment sums."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
import torch
from numpy.typing import NDArray

__all__ = ["PolynomialForm"]


@dataclass(frozen=True, slots=True, eq=False)
class PolynomialForm:
    """f(z) = b + Σ_s α_s (c_s + Σ_k z_k g_ks)^d.

    Attributes
    ----------
    start : (n_sv,)
        c.
    pieces : (S, n_sv)
        g.
    alpha : (n_sv,)
    intercept
        b.
    power
        d.
    """

    start: NDArray[np.float64]
    pieces: NDArray[np.float64]
    alpha: NDArray[np.float64]
    intercept: float
    power: int

    @property
    def n_segments(self) -> int:
        """S."""
        return len(self.pieces)

    @property
    def degree(self) -> int:
        """Order of the interaction between segments: the power of the polynomial."""
        return min(self.power, self.n_segments)

    def value(self, present: bool) -> float:
        """With all pieces or none."""
        sums = self.start + present * self.pieces.sum(axis=0)
        return self.intercept + float(sums**self.power @ self.alpha)

    def mean_slopes(
        self, presences: NDArray[np.float64], shares: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Σ_s α_s E[(a + g_k)^d − a^d], a the sum without segment k."""
        slopes = np.zeros(self.n_segments)
        for presence, share in zip(presences, shares, strict=True):
            slopes += share * (self._mean_rise(presence) @ self.alpha)
        return slopes

    def moments(self, presence: NDArray[np.float64]) -> tuple[float, float]:
        """Mean, and the variance: of degrees to 3 from interactions, of others from moments."""
        if self.power > 3:
            return self._joint(presence)
        mean = self.intercept + float(self._sum_moments(presence)[-1] @ self.alpha)
        return mean, self._interactions(presence)

    def _interactions(self, presence: NDArray[np.float64]) -> float:
        """Σ over sets of segments of (their mean joint difference)² Π p (1 − p): no cancellation.

        Mean joint differences of (a + Σ_k z_k g_k)^d: of two segments d (d − 1) g_j g_k times 1 for
        d = 2, for d = 3 the mean of the rest plus (g_j + g_k)/2; of three 6 g_j g_k g_l for d = 3.
        """
        spread, g = presence * (1 - presence), self.pieces
        slopes = self.mean_slopes(presence[None], np.ones(1))
        variance = float(slopes**2 @ spread)
        if self.power == 1:
            return variance
        n = len(g)
        if self.power == 2:
            two = 2 * (g * self.alpha) @ g.T
        else:
            skew = (3 * (1 - 2 * presence)[:, None] * g**2 * self.alpha) @ g.T
            two = (6 * g * (self.alpha * (self.start + presence @ g))) @ g.T + skew + skew.T
        first, second = np.triu_indices(n, k=1)
        variance += float(two[first, second] ** 2 @ (spread[first] * spread[second]))
        if self.power == 3:
            for j in range(n - 2):
                rest = g[j + 1 :]
                three = 6 * (rest * (self.alpha * g[j])) @ rest.T
                np.fill_diagonal(three, 0)
                variance += 0.5 * float(spread[j] * (spread[j + 1 :] @ three**2 @ spread[j + 1 :]))
        return variance

    def _joint(self, presence: NDArray[np.float64]) -> tuple[float, float]:
        """Mean and variance from the joint moments of every two vectors' sums, less their means."""
        centre, d = self.start + presence @ self.pieces, self.power
        joint = _joint_moments(self.pieces, presence, d)
        weights = [self.alpha * comb(d, i) * centre ** (d - i) for i in range(d + 1)]
        mean = float(weights[0].sum())
        mean += sum(float(weights[i] @ joint[i, 0][:, 0]) for i in range(1, d + 1))
        variance = 0.0
        for i in range(1, d + 1):
            for j in range(1, d + 1):
                together = joint[i, j] - joint[i, 0] * joint[0, j]
                variance += float(weights[i] @ (together @ weights[j]))
        return self.intercept + mean, variance

    def least(self) -> float:
        """A linear function of z below f, at its least.

        Within the range that a vector's sum has, its power is the tangent at the middle but for
        half its greatest curvature times the squared half range (Taylor).
        """
        high = self.start + np.maximum(self.pieces, 0).sum(axis=0)
        low = self.start + np.minimum(self.pieces, 0).sum(axis=0)
        middle, reach, d = 0.5 * (low + high), 0.5 * (high - low), self.power
        farthest = np.maximum(np.abs(low), np.abs(high))
        curvature = d * (d - 1) * farthest ** max(d - 2, 0)
        slope = self.alpha * d * middle ** (d - 1)
        level = self.alpha * middle**d - 0.5 * np.abs(self.alpha) * curvature * reach**2
        constant = self.intercept + float((level + slope * (self.start - middle)).sum())
        return constant + float(np.minimum(self.pieces @ slope, 0).sum())

    def _mean_rise(self, presence: NDArray[np.float64]) -> NDArray[np.float64]:
        """E[(a + g_k)^d − a^d] (S, n_sv).

        The moments of all sums give those without segment k, one power after another: E[T^m] =
        E[a^m] + p_k Σ_{i<m} C(m, i) E[a^i] g_k^(m−i).
        """
        whole = self._sum_moments(presence)
        powers = [self.pieces ** (i + 1) for i in range(self.power)]
        without = [np.ones_like(self.pieces)]
        rise = np.zeros_like(self.pieces)
        for m in range(1, self.power + 1):
            terms = [comb(m, i) * without[i] * powers[m - i - 1] for i in range(m)]
            rise = np.sum(terms, axis=0)
            without.append(whole[m] - presence[:, None] * rise)
        return rise

    def _sum_moments(self, presence: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """E[(c + Σ z g)^m], (n_sv,) each, of m = 0 to d."""
        moments = [self.start**m for m in range(self.power + 1)]
        for p, piece in zip(presence, self.pieces, strict=True):
            for m in range(self.power, 0, -1):
                more = sum(comb(m, i) * moments[i] * piece ** (m - i) for i in range(m))
                moments[m] = moments[m] + p * more
        return moments


_Moments = dict[tuple[int, int], NDArray[np.float64]]


def _joint_moments(pieces: NDArray[np.float64], presence: NDArray[np.float64], d: int) -> _Moments:
    """E[x_s^i x_t^j] of x_s = Σ_k (z_k − p_k) g_ks, at (i, j), (n_sv, n_sv), up to d each.

    Cumulants of independent terms add up, so that those of two sums are matrix products; moments
    follow from them: E[x^i y^j] = Σ_ab C(i − 1, a) C(j, b) κ_(a + 1, b) E[x^(i − 1 − a) y^(j − b)].
    Where i or j is 0 the matrix has one column or row.
    """
    own = _cumulants(presence, 2 * d)
    joint: _Moments = {}
    for a in range(d + 1):
        for b in range(d + 1):
            left = (own[a + b][:, None] * pieces**a).T if a else own[b][None]
            right = pieces**b if b else np.ones((len(pieces), 1))
            product = torch.from_numpy(np.ascontiguousarray(left)) @ torch.from_numpy(right)
            joint[a, b] = product.numpy()
    moments: _Moments = {(0, 0): np.ones((1, 1))}
    for j in range(1, d + 1):
        terms = [comb(j - 1, b) * joint[0, b + 1] * moments[0, j - 1 - b] for b in range(j)]
        moments[0, j] = np.sum(terms, axis=0)
    for i in range(1, d + 1):
        for j in range(d + 1):
            total = np.zeros((pieces.shape[1], pieces.shape[1] if j else 1))
            for a in range(i):
                for b in range(j + 1):
                    times = comb(i - 1, a) * comb(j, b)
                    total += times * joint[a + 1, b] * moments[i - 1 - a, j - b]
            moments[i, j] = total
    return moments


def _cumulants(presence: NDArray[np.float64], most: int) -> list[NDArray[np.float64]]:
    """Cumulants of z − p, for z = 1 with probability p (S,), from order 0 to the highest."""
    p, q = presence, 1 - presence
    moments = [p * q**m + q * (-p) ** m for m in range(most + 1)]
    cumulants = [np.zeros_like(p), np.zeros_like(p)]
    for m in range(2, most + 1):
        rest = sum(comb(m - 1, i - 1) * cumulants[i] * moments[m - i] for i in range(1, m))
        cumulants.append(moments[m] - rest)
    return cumulants
