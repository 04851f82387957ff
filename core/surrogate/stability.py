"""Probability that the top segments keep their order with more samples or another seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .influential import Influence

__all__ = ["Stability", "rank_stability"]

_DRAWS = 2000
# Segments outside the top that are the likeliest to rise into it; the next would add nothing.
_RIVALS = 24


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """How sure the order of the segments of largest |weight| is.

    Attributes
    ----------
    order : (k,)
        The segments, largest |weight| first, as shown.
    n_samples
        Samples used so far.
    n_floor
        Samples that just determine the weights and leave nothing over for their error.
    excess : (k, m)
        Row j − 1: for each of m simulated truths, in rising order, the factor by which the error's
        variance must shrink for the first j segments to stand in their true order; at most 1 where
        they already do, inf where they never will.
    excess_of_estimate : (k, m)
        The same for the order of the unpenalised weights, which more samples lead to.
    """

    order: NDArray[np.intp]
    n_samples: int
    n_floor: float
    excess: NDArray[np.float64]
    excess_of_estimate: NDArray[np.float64]

    def probability(self, n_samples: int | None = None, *, k: int | None = None) -> float:
        """Probability that the first k segments (default all) rank as for infinitely many samples.

        Parameters
        ----------
        n_samples
            With that many samples; default those used so far.
        """
        return float(np.mean(self.excess[self._index(k)] <= self._variance_gain(n_samples)))

    def samples_for(self, confidence: float = 0.95) -> float:
        """Samples at which the order would be that sure; inf if no number does.

        It is the order those samples would show, which need not be this one. At least twice
        ``n_floor``, below which the error is itself unknown.
        """
        row = self.excess_of_estimate[-1]
        excess = float(np.quantile(row, confidence, method="higher"))
        return max(self.n_floor + excess * (self.n_samples - self.n_floor), 2 * self.n_floor)

    def settled(self, confidence: float = 0.95) -> int:
        """The largest number of top segments whose order is that sure."""
        sure = [j for j in range(1, len(self.order) + 1) if self.probability(k=j) >= confidence]
        return max(sure, default=0)

    def _index(self, k: int | None) -> int:
        chosen = len(self.order) if k is None else k
        if not 1 <= chosen <= len(self.order):
            raise ValueError(f"k must be 1 to {len(self.order)}, got {k}")
        return chosen - 1

    def _variance_gain(self, n_samples: int | None) -> float:
        n = self.n_samples if n_samples is None else n_samples
        return max(n - self.n_floor, 0.0) / (self.n_samples - self.n_floor)


def rank_stability(
    drawn: Influence, order: NDArray[np.intp], *, n_samples: int, seed: int = 0
) -> Stability:
    """Simulate where the true weights may lie, given the sampling error, and compare orders.

    Truths are drawn round the unpenalised weights with their sampling covariance (Student's t).
    The error's variance falls as one over the samples beyond those that determine the weights, so
    each truth has one number of samples from which the order holds: where its error, scaled, no
    longer carries one |weight| past another.

    Of what no sample has met nothing is known: a target may yet jump at up to 3 in n masks (rule
    of three, at 95 %; Hanley & Lippman-Hand 1983), and weights of the limit be made of that, as
    those of a forest. Support vector machines and networks do not jump.

    Parameters
    ----------
    drawn
        From ``influence``.
    order : (k,)
        The segments whose order is at stake, largest |weight| first.
    n_samples
        Samples that ``drawn`` was made of.
    seed
        Of the simulated truths.
    """
    order = np.asarray(order, dtype=np.intp)
    likeliest = np.argsort(-np.abs(drawn.estimate), kind="stable")[: len(order)]
    excess = _excess(drawn, order, seed)
    same = np.array_equal(order, likeliest)
    unknowns = len(drawn.estimate) + 1
    return Stability(
        order,
        n_samples,
        n_samples * unknowns / (drawn.degrees + unknowns),
        excess,
        excess if same else _excess(drawn, likeliest, seed),
    )


def _excess(drawn: Influence, order: NDArray[np.intp], seed: int) -> NDArray[np.float64]:
    chosen = np.concatenate([order, _rivals(drawn, order)])
    size = np.abs(drawn.estimate[chosen])
    errors = _errors(drawn, chosen, seed)
    errors *= np.where(drawn.estimate[chosen] < 0, -1.0, 1.0)[:, None]
    factors = np.empty((len(order), _DRAWS))
    within = np.zeros(_DRAWS)
    for j in range(len(order)):
        factors[j] = np.maximum(within, _error_too_large(size, errors, j, slice(j + 1, None)))
        within = np.maximum(within, _error_too_large(size, errors, j, slice(j + 1, j + 2)))
    return np.sort(factors**2, axis=1)


def _rivals(drawn: Influence, order: NDArray[np.intp]) -> NDArray[np.intp]:
    size, error = np.abs(drawn.estimate), drawn.standard_error
    last = order[-1]
    distance = (size[last] - size) / np.maximum(np.hypot(error, error[last]), 1e-300)
    distance[order] = np.inf
    return np.argsort(distance, kind="stable")[: min(_RIVALS, len(size) - len(order))]


def _errors(drawn: Influence, chosen: NDArray[np.intp], seed: int) -> NDArray[np.float64]:
    """Sampling errors (segments, draws) as they might be."""
    rng = np.random.default_rng(seed)
    covariance = drawn.covariance(chosen)
    # Not Cholesky: a lone heavy sample, or a target linear in the masks, leaves it singular.
    variances, axes = np.linalg.eigh(covariance)
    root = axes * np.sqrt(np.maximum(variances, 0))
    normal = root @ rng.standard_normal((len(chosen), _DRAWS))
    return normal * np.sqrt(drawn.degrees / rng.chisquare(drawn.degrees, _DRAWS))


def _error_too_large(
    size: NDArray[np.float64], errors: NDArray[np.float64], first: int, others: slice
) -> NDArray[np.float64]:
    """By which factor each draw's error must shrink for ``first`` to stay ahead of all others.

    Ahead means size + ε of the first above |size + ε| of the others: above both its signs.
    """
    factors = np.zeros(errors.shape[1])
    for sign in (1.0, -1.0):
        gap = size[first] - sign * size[others]
        loss = sign * errors[others] - errors[first]
        # No gap, or one the wrong way: no number of samples brings this order about.
        loss[gap <= 0] = np.inf
        loss[gap > 0] /= gap[gap > 0, None]
        factors = np.maximum(factors, loss.max(axis=0, initial=0.0))
    return factors
