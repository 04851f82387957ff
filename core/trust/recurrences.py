"""Recurrence of the top segments over other exposures of the same object.

The intervals of ``core.trust.intervals`` tell what the random masks leave open. What the noise of
the spectrum leaves open is wider by far, and is estimated from redraws: the spectrum with noise of
its own errors added once more, each explained with the same masks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from .intervals import Intervals

__all__ = ["BEYOND", "FEWEST", "SEEN_AGAIN", "Recurrence", "noise_intervals", "recurrence"]

SEEN_AGAIN = 0.95
"""Share of exposures from which a reason counts as one that another exposure would show."""

BEYOND = 5.0
"""Standard deviations of noise from which a weight counts as more than noise."""

FEWEST = 5
"""Redraws that tell a scatter at all."""

# A redraw and the exposure it starts from both have noise; so have two real exposures.
_BOTH = np.sqrt(2.0)
_CONFIDENCE = 0.95
_ROUNDING = 1e-9  # of the largest weight


@dataclass(frozen=True, slots=True, eq=False)
class Recurrence:
    """Weights of a spectrum over its other exposures.

    Attributes
    ----------
    top : (k,)
        The segments of largest |weight|, the reasons that are judged, largest first.
    share : (S,)
        In what share of other exposures a segment is among the top k with its sign.
    beyond : (S,), or None
        By how much a weight raises the target more than pure noise about what the model expects
        does, in standard deviations of that; None for targets that expect nothing of a spectrum.
        A segment that lowers a score is no reason for it to be high, and lies below 0.
    intervals
        Of the noise: where the weights of another exposure lie.
    n_drawn
        Redraws behind it.
    n_refused
        Redraws that preparation refused, and which are left out.
    n_asked
        Redraws that were asked for in all; fewer until all have come.
    """

    top: NDArray[np.intp]
    share: NDArray[np.float64]
    beyond: NDArray[np.float64] | None
    intervals: Intervals
    n_drawn: int
    n_refused: int
    n_asked: int

    @property
    def complete(self) -> bool:
        """Whether all redraws have come."""
        return self.n_drawn + self.n_refused >= self.n_asked

    @property
    def seen_again(self) -> NDArray[np.bool_]:
        """(k,) A: whether another exposure would show a reason among its top k, of its sign."""
        return self.share[self.top] >= SEEN_AGAIN

    @property
    def more_than_noise(self) -> NDArray[np.bool_] | None:
        """(k,) B: whether a reason raises the target by more than noise does; None if unasked."""
        return None if self.beyond is None else self.beyond[self.top] > BEYOND

    @property
    def holds(self) -> NDArray[np.bool_]:
        """(k,) Whether a reason passes all that was asked: A, and B where it could be asked."""
        more = self.more_than_noise
        return self.seen_again if more is None else self.seen_again & more

    def sentence(self, piece: str = "reason") -> str:
        """In a line, such as "2 of the top 3 reasons would be seen again …"."""
        n, k = int(np.count_nonzero(self.holds)), len(self.top)
        many = f"{'all' if n == k else n or 'none'} of the top {k} {piece}s"
        sentence = f"{many} would be seen again in another exposure"
        if self.beyond is not None:
            sentence = f"{many} would be seen again and {'is' if n <= 1 else 'are'} more than noise"
        if not self.complete:
            sentence += f", after {self.n_drawn} of {self.n_asked} redraws"
        if self.n_refused:
            sentence += (
                f"; {self.n_refused} of {self.n_drawn + self.n_refused} redraws cannot be used"
            )
        return sentence


def recurrence(
    weights: NDArray[np.float64],
    redrawn: NDArray[np.float64],
    null: NDArray[np.float64] | None = None,
    *,
    k: int = 3,
    n_refused: int = 0,
    n_asked: int | None = None,
) -> Recurrence:
    """Judge weights by those of redraws of their spectrum.

    Noise added once more raises a score, so the redraws' weights are centred: only their scatter
    counts. It is that of one exposure about the truth; two exposures, the one at hand and another,
    differ by √2 times as much. So other exposures are taken to weigh
    w₀ + √2·(w − mean w), for each redraw w.

    Parameters
    ----------
    weights : (S,)
        w₀, as shown.
    redrawn : (R, S)
        Of the redraws, explained with the same segments and masks.
    null : (R′, S)
        Of redraws about what the model expects instead of the spectrum, or None.
    k
        How many top reasons are judged.
    n_refused, n_asked
        For the record: redraws left out, and how many were asked for; R and those by default.

    Raises
    ------
    ValueError
        If there are fewer than five redraws, or shapes disagree.
    """
    weights, redrawn = np.asarray(weights, np.float64), np.asarray(redrawn, np.float64)
    for name, drawn_weights in (("redrawn", redrawn), ("null", null)):
        if drawn_weights is not None and (
            drawn_weights.ndim != 2 or drawn_weights.shape[1:] != weights.shape
        ):
            raise ValueError(f"{name} must be (R, {len(weights)}), got {drawn_weights.shape}")
        if drawn_weights is not None and len(drawn_weights) < FEWEST:
            raise ValueError(f"need at least {FEWEST} {name} spectra, got {len(drawn_weights)}")
    k = min(k, len(weights))
    other = weights + _BOTH * (redrawn - redrawn.mean(axis=0))
    leading = np.argsort(-np.abs(other), axis=1, kind="stable")[:, :k]
    among = np.zeros(other.shape, np.bool_)
    np.put_along_axis(among, leading, True, axis=1)
    # What weighs nothing is no reason, however surely it weighs nothing again.
    weighs = np.abs(weights) > _ROUNDING * np.abs(weights).max()
    share = np.mean(among & (np.sign(other) == np.sign(weights)) & weighs, axis=0)
    n_asked = len(redrawn) + n_refused if n_asked is None else n_asked
    return Recurrence(
        np.argsort(-np.abs(weights), kind="stable")[:k],
        share,
        None if null is None else _beyond(weights, null),
        noise_intervals(weights, redrawn),
        len(redrawn),
        n_refused,
        n_asked,
    )


def noise_intervals(weights: NDArray[np.float64], redrawn: NDArray[np.float64]) -> Intervals:
    """Where the weights (S,) of another exposure lie, by the scatter of redraws (R, S).

    Student's, and √2 wider than the scatter of one exposure, as both exposures have noise.
    """
    error = _BOTH * redrawn.std(axis=0, ddof=1)
    reach = stats.t.ppf(0.5 + _CONFIDENCE / 2, len(redrawn) - 1) * error
    return Intervals(weights - reach, weights + reach, error, _CONFIDENCE)


def _beyond(weights: NDArray[np.float64], null: NDArray[np.float64]) -> NDArray[np.float64]:
    """w₀ less the mean of the null's weights (R, S), in their standard deviations."""
    above, error = weights - null.mean(axis=0), null.std(axis=0, ddof=1)
    unmoved = np.where(above == 0, 0.0, np.copysign(np.inf, above))  # where noise moves nothing
    return np.divide(above, error, out=unmoved, where=error > 0)
