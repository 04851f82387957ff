"""Rank of an anomaly score among spectra of similar signal-to-noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LikeRank", "LikeSpectra"]

_LIKE = 500
_PART_OF_ALL = 4
_FEWEST = 50


@dataclass(frozen=True, slots=True)
class LikeRank:
    """A rank among the spectra nearest in log S/N.

    Attributes
    ----------
    rank
        1 is the highest score.
    n
        How many were compared, the spectrum itself among them.
    sn_low, sn_high
        Lowest and highest S/N of these.
    """

    rank: int
    n: int
    sn_low: float
    sn_high: float

    @property
    def higher_than(self) -> float:
        """Share of the others that score no higher, 0 to 1."""
        return (self.n - self.rank) / (self.n - 1)


class LikeSpectra:
    """The scored spectra in the order of their S/N.

    Parameters
    ----------
    sn_median : (n,)
        Median S/N of a pixel; those without one above 0 are compared with nothing.
    """

    def __init__(self, sn_median: NDArray[np.floating]) -> None:
        sn = np.asarray(sn_median, np.float64)
        known = np.flatnonzero(np.isfinite(sn) & (sn > 0))
        self._order = known[np.argsort(sn[known], kind="stable")]
        self._log_sn = np.log(sn[self._order])

    @property
    def n_like(self) -> int:
        """How many are compared: 500, or a quarter of fewer than 2000; 0 where that is under 50."""
        n = min(_LIKE, len(self._order) // _PART_OF_ALL)
        return n if n >= _FEWEST else 0

    def rank(
        self,
        scores: NDArray[np.floating],
        score: float,
        sn_median: float,
        *,
        own: int | None = None,
    ) -> LikeRank | None:
        """Rank a score among those of like S/N.

        Parameters
        ----------
        scores : (n,)
            Of the spectra this was made from.
        score, sn_median
            Of the spectrum to be ranked.
        own
            Its position among them; None if it is none of them.

        Returns
        -------
        None where its S/N is not known, or there are too few spectra.
        """
        n = self.n_like
        if not n or not sn_median > 0 or not np.isfinite(sn_median):
            return None
        log_sn = np.log(sn_median)
        at = int(np.searchsorted(self._log_sn, log_sn))
        around = slice(max(at - n, 0), at + n)
        rows, far = self._order[around], np.abs(self._log_sn[around] - log_sn)
        others = np.flatnonzero(rows != own) if own is not None else np.arange(len(rows))
        chosen = rows[others[np.argsort(far[others], kind="stable")[: n - 1]]]
        sn = np.exp(self._log_sn[around][np.isin(rows, chosen)])
        higher = int(np.sum(np.asarray(scores)[chosen] > score))
        low, high = min(float(sn.min()), sn_median), max(float(sn.max()), sn_median)
        return LikeRank(higher + 1, len(chosen) + 1, low, high)
