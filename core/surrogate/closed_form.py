"""Closed-form limits of LIME and Shapley values for support vector machines.

Around a spectrum, masks z switch segments on. Both methods ask for mean differences: by how much
the value rises when segment k comes, β_k(p) = E[f(z with k) − f(z without k)], the other segments
present independently with probabilities p.

- LIME's limit of infinitely many samples under the text's kernel is β(p) at the ``presence`` that
  the kernel amounts to: there the weight of k is Cov(f, z_k)/Var(z_k).
- Shapley values are ∫₀¹ β(t, …, t) dt (Owen 1972, Management Science 18, P64). β is a polynomial in
  t, so that few Gauss–Legendre nodes give the integral exactly. For the RBF kernel this is the idea
  of PKeX-Shapley (arXiv 2505.16516).
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .ridge import Surrogate

__all__ = ["ClosedForm", "NoClosedForm", "lime_limit", "shapley_values"]


class NoClosedForm(ValueError):
    """A target has none around this spectrum; the message says why, to be read by a user."""


class ClosedForm(Protocol):
    """A function f of masks z (S,) whose means over independent segments are known."""

    @property
    def n_segments(self) -> int:
        """S."""
        ...

    @property
    def degree(self) -> int:
        """The most segments that act together: that of f as a polynomial in z, at most S."""
        ...

    def value(self, present: bool) -> float:
        """F with every segment as it is, or with every one perturbed."""
        ...

    def mean_slopes(
        self, presences: NDArray[np.float64], shares: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Σ_m shares_m β(presences_m), (S,), of presences (m, S) and shares (m,)."""
        ...

    def moments(self, presence: NDArray[np.float64]) -> tuple[float, float]:
        """Mean and variance of f where segments are present independently, presence (S,)."""
        ...

    def least(self) -> float:
        """A number that no mask brings f below; the least value itself where that is known."""
        ...


def lime_limit(form: ClosedForm, presence: NDArray[np.float64]) -> Surrogate:
    """Limit of LIME with the text kernel, without penalty, for infinitely many samples.

    Parameters
    ----------
    form
        The target around a spectrum.
    presence : (S,)
        ``kernel.presence`` of the neighbourhood for the kernel's width.

    Returns
    -------
    surrogate
        R² too is that of the limit: the share of the variance that no interaction has part in.
    """
    slopes = form.mean_slopes(presence[None], np.ones(1))
    mean, variance = form.moments(presence)
    explained = float(slopes**2 @ (presence * (1 - presence)))
    # Both are sums of the same squares but for rounding.
    r2 = min(explained / variance, 1.0) if variance > 0 else 1.0
    intercept = mean - float(slopes @ presence)
    return Surrogate(slopes, intercept, r2, intercept + float(slopes.sum()))


def shapley_values(form: ClosedForm) -> NDArray[np.float64]:
    """Shapley values of the segments, (S,): they sum to f with all less f with none.

    β is of degree d − 1 in t for an f of degree d, and ⌈d/2⌉ nodes integrate that exactly.
    """
    nodes, shares = np.polynomial.legendre.leggauss(-(-form.degree // 2))
    presences = np.repeat(0.5 * (nodes[:, None] + 1), form.n_segments, axis=1)
    return form.mean_slopes(presences, 0.5 * shares)
