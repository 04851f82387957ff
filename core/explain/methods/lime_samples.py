"""The weighting, fit and error of LIME samples, as the settings say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, count, takewhile

import numpy as np
from numpy.typing import NDArray

from ...neighbourhood import ROWS_PER_DRAW, Neighbourhood
from ...settings import ExplainSettings
from ...surrogate import (
    Influence,
    Quadratic,
    Ridge,
    Surrogate,
    Underdetermined,
    controlled_ridge,
    influence,
    locality_weights,
    presence,
    rank_stability,
)
from ...targets import Target
from .nothing import nothing_sampled

__all__ = ["LimeSamples", "look_counts"]

_TOP = 5
_EARLY_LOOKS, _LATER_LOOKS = (250, 1000), 2000


def look_counts(n: int) -> tuple[int, ...]:
    """Numbers of samples below n at which to test whether the order is settled.

    Few, since each test is another chance of error, and at the ends of sample blocks.
    """
    every = chain(_EARLY_LOOKS, count(_LATER_LOOKS, _LATER_LOOKS))
    return tuple(takewhile(lambda look: look < n, every))


@dataclass(frozen=True, slots=True, eq=False)
class LimeSamples:
    """Samples of a neighbourhood with their weights and regression, before any evaluation.

    Attributes
    ----------
    neighbourhood
        The samples.
    settings
        How they were drawn and are weighted.
    stand_in
        Control variate with known weights, subtracted from the target; None for none.
    """

    neighbourhood: Neighbourhood
    settings: ExplainSettings
    stand_in: Quadratic | None
    _ridges: dict[int, Ridge] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(
        cls, neighbourhood: Neighbourhood, target: Target, settings: ExplainSettings
    ) -> LimeSamples:
        """Prepare the samples, with the stand-in if the settings ask for one.

        Raises
        ------
        ValueError
            If they do and the target offers none.
        """
        return cls(neighbourhood, settings, _stand_in(target, neighbourhood, settings))

    def first(self, n: int) -> Neighbourhood:
        """The first n samples."""
        return replace(self.neighbourhood, masks=self.neighbourhood.masks.head(n))

    def weights(self, n: int) -> NDArray[np.float64]:
        """Kernel weights of the first n samples, (n,)."""
        chosen = self.settings
        weights = locality_weights(self.first(n), kernel=chosen.kernel, width=chosen.kernel_width)
        if chosen.first == "light":
            weights[: ROWS_PER_DRAW[chosen.sampling]] = 0
        return weights

    def ridge(self, n: int) -> Ridge:
        """The weighted regression on the first n samples, still without values."""
        if n not in self._ridges:
            masks = self.neighbourhood.masks.head(n)
            weights = partial(self.weights, n)
            self._ridges[n] = Ridge(masks, weights, alpha=self.settings.ridge_alpha)
        return self._ridges[n]

    def ahead(self, n: int) -> tuple[Callable[[], object], ...]:
        """Tasks of the regression that need no values and can run beside the evaluation."""
        return self.ridge(n).ahead

    def fit(self, values: NDArray[np.float64], ridge: Ridge | None = None) -> Surrogate:
        """The surrogate fitted to the target's values (m,) on the first m samples.

        ``ridge`` is their regression, if it has been prepared.
        """
        ridge = self.ridge(len(values)) if ridge is None else ridge
        if self.stand_in is None:
            return ridge.fit(values)
        return controlled_ridge(ridge, values, self.stand_in)

    def nothing(self, values: NDArray[np.float64], ridge: Ridge) -> str:
        """Why the first m samples with these values explain nothing; empty if they do."""
        return nothing_sampled(self.settings, self.first(len(values)), values, ridge.weights)

    def influence(self, values: NDArray[np.float64]) -> Influence:
        """Influence of each random draw among the first m samples on the weights.

        The first sample is the spectrum itself (with its complement, where pairs are drawn),
        whatever the seed, and is not part of the limit.

        Raises
        ------
        Underdetermined
            If the samples do not determine the weights.
        """
        rows_per_draw = ROWS_PER_DRAW[self.settings.sampling]
        # Half a pair is no draw.
        whole = len(values) - len(values) % rows_per_draw
        masks, weights = self.neighbourhood.masks.head(whole), self.weights(whole)
        weights[:rows_per_draw] = 0
        plain = influence(masks, values[:whole], weights, rows_per_draw=rows_per_draw)
        if self.stand_in is None:
            return plain
        missed = values[:whole] - self.stand_in.values(masks)
        drawn = influence(masks, missed, weights, rows_per_draw=rows_per_draw)
        estimate = self.stand_in.lime_weights() + drawn.estimate
        return replace(drawn, estimate=estimate, r2_unseen=plain.r2_unseen)

    def settled(self, values: NDArray[np.float64], weights: NDArray[np.float64]) -> str:
        """Why sampling may stop at these weights (S,) and values (m,); empty if it may not.

        The allowed probability of error is divided equally between all looks (Bonferroni), so
        that it holds wherever sampling stops.
        """
        confidence = self.settings.stop_when_settled
        looks = max(len(look_counts(self.neighbourhood.n)), 1)
        at_this_look = 1 - (1 - confidence) / looks
        order = np.argsort(-np.abs(weights), kind="stable")[:_TOP]
        try:
            drawn = self.influence(values)
        except Underdetermined:
            return ""
        stability = rank_stability(drawn, order, n_samples=len(values), seed=self.settings.seed)
        if stability.settled(at_this_look) < len(order):
            return ""
        return f"the top {len(order)} segments keep their order with probability {confidence:g}"


def _stand_in(
    target: Target, neighbourhood: Neighbourhood, settings: ExplainSettings
) -> Quadratic | None:
    if settings.control == "none":
        return None
    offered = getattr(target, "stand_in", None)
    if offered is None:
        raise ValueError(
            f"control 'linearised' is for scores of an autoencoder, got target {target.name!r}"
        )
    return offered(neighbourhood, presence(neighbourhood, width=settings.kernel_width))
