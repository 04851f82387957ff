"""Top lists of the anomaly scores, and what dominates them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast, get_args

import numpy as np
import pandas as pd

from ...core.compute import Cancelled
from ...core.models import wilson
from ...core.models.anomaly import (
    SPIKE_FRACTION,
    Part,
    Score,
    part_of_pixels,
    rank,
    score_parts,
    top_overlap,
)
from .lenses import AnomalyLens

__all__ = ["ScoreLeaders", "kinds_of_spectra", "score_leaders"]

_AT_ONCE = 256
_BEYOND = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class ScoreLeaders:
    """The top lists of all scores.

    Attributes
    ----------
    top
        Number of spectra in a list.
    made_of
        Score × part: mean share, 0 to 1, of the score of spectra at the top.
    led_by
        Score × part: how many of them have their largest share in this part.
    of_pixels
        Part → its share of the pixels, as a score without preference would have it.
    kinds
        Score → kind → how many of the top spectra are of it, commonest first.
    kinds_of_all
        Kind → how many scored spectra are of it.
    shared, in_all
        Score × score: share of one top list that is in the other; share in the lists of all scores.
    lender
        Collection that lent the model, in words; "" if none did.
    beyond_lender
        Score → how many of its top score higher than 95 % of the lender's of like S/N; empty where
        that cannot be told.
    """

    top: int
    made_of: pd.DataFrame
    led_by: pd.DataFrame
    of_pixels: dict[str, float]
    kinds: dict[str, dict[str, int]]
    kinds_of_all: dict[str, int]
    shared: pd.DataFrame
    in_all: float
    lender: str = ""
    beyond_lender: dict[str, int] = field(default_factory=dict)

    @property
    def n_ranked(self) -> int:
        """Number of spectra with scores, from which the top is taken."""
        return sum(self.kinds_of_all.values())

    def to_dict(self) -> dict[str, Any]:
        """JSON-serialisable, shares to three digits, Wilson's 95 % intervals of those shared."""
        low, high = wilson(np.rint(self.shared.to_numpy() * self.top), self.top)
        ends = np.round(np.stack([low, high], axis=-1), 3).tolist()
        return {
            "top": self.top,
            "n_ranked": self.n_ranked,
            "made_of": self.made_of.round(3).T.to_dict(),
            "led_by": self.led_by.T.to_dict(),
            "of_pixels": {part: round(share, 4) for part, share in self.of_pixels.items()},
            "kinds": self.kinds,
            "kinds_of_all": self.kinds_of_all,
            "shared": self.shared.round(3).T.to_dict(),
            "shared_95": {
                name: dict(zip(self.shared.columns, row, strict=True))
                for name, row in zip(self.shared.index, ends, strict=True)
            },
            "in_all": round(self.in_all, 4),
            "lender": self.lender,
            "beyond_lender": self.beyond_lender,
        }


def score_leaders(
    catalog: pd.DataFrame,
    lens: AnomalyLens,
    *,
    top: int = 100,
    cancelled: Callable[[], bool] = lambda: False,
) -> ScoreLeaders:
    """The top spectra of each score, and the parts of the spectrum that put them there.

    Parameters
    ----------
    catalog
        Catalogue of the collection.
    lens
        The lens with the scores.
    top
        Length of the lists, 1 or more; all scored spectra if those are fewer.
    cancelled
        Called now and then; True stops the work.

    Raises
    ------
    ValueError
        If top is below 1.
    Cancelled
        If asked to stop.
    """
    scores = {name: lens.scores(name).to_numpy(np.float64) for name in lens.targets}
    shared, in_all = top_overlap(scores, top)
    lists = {name: np.flatnonzero(rank(values) <= top) for name, values in scores.items()}
    parts = _parts(catalog, lens, lists, cancelled)
    kinds = kinds_of_spectra(catalog.iloc[lens.rows])
    names, columns = list(scores), list(get_args(Part))
    led = [np.bincount(parts[name].argmax(axis=1), minlength=len(columns)) for name in names]
    return ScoreLeaders(
        top=min(top, len(lens.rows)),
        made_of=pd.DataFrame([parts[name].mean(axis=0) for name in names], names, columns),
        led_by=pd.DataFrame(led, names, columns),
        of_pixels=_of_pixels(lens.wave_rest_aa),
        kinds={name: _counts(kinds[lists[name]]) for name in names},
        kinds_of_all=_counts(kinds),
        shared=pd.DataFrame(shared, names, names),
        in_all=in_all,
        lender=lens.lender,
        beyond_lender=_beyond_lender(lens, lists, catalog["sn_median"].to_numpy()[lens.rows]),
    )


def _beyond_lender(
    lens: AnomalyLens, lists: dict[str, np.ndarray], sn_median: np.ndarray
) -> dict[str, int]:
    """Score → how many of its top are beyond 95 % of the lender's; empty if none has a rank."""
    beyond = {}
    for name, at in lists.items():
        of_top = zip(lens.scores(name).to_numpy()[at], sn_median[at], strict=True)
        ranks = [lens.like_lender(name, float(score), float(sn)) for score, sn in of_top]
        known = [rank.higher_than for rank in ranks if rank is not None]
        beyond |= {name: sum(share > _BEYOND for share in known)} if known else {}
    return beyond


def kinds_of_spectra(catalog: pd.DataFrame) -> np.ndarray:
    """Kinds of spectra from the catalogue, (n,) str: planted, else their label, else subclass.

    "no subclass" if there is none of these.
    """
    kinds = np.full(len(catalog), "", object)
    for column in ("planted_kind", "label", "subclass"):
        if column in catalog:
            values = catalog[column].fillna("").astype(str).to_numpy()
            kinds = np.where(kinds == "", values, kinds)
    return np.where(kinds == "", "no subclass", kinds).astype(str)


def _parts(
    catalog: pd.DataFrame,
    lens: AnomalyLens,
    lists: dict[str, np.ndarray],
    cancelled: Callable[[], bool],
) -> dict[str, np.ndarray]:
    """Score → (top, 4); each spectrum is read and decoded once, in blocks."""
    every = np.unique(np.concatenate([*lists.values()]))
    share_of_parts = {name: np.empty((len(at), len(get_args(Part)))) for name, at in lists.items()}
    networks = lens.autoencoders
    for start in range(0, len(every), _AT_ONCE):
        at = every[start : start + _AT_ONCE]
        rows, spectra = lens.rows[at], []
        for row in rows:
            if cancelled():
                raise Cancelled
            spectra.append(lens.prepared(int(row)))
        x, number = np.stack(spectra), networks.number(catalog["sn_median"].to_numpy()[rows])
        again = np.empty_like(x)
        for which in np.unique(number):
            again[number == which] = networks.vaes[which].reconstruct(x[number == which])
        for name, leaders in lists.items():
            in_list = np.isin(at, leaders)
            shares = score_parts(lens.wave_rest_aa, x[in_list], again[in_list], cast("Score", name))
            share_of_parts[name][np.isin(leaders, at)] = shares
    return share_of_parts


def _of_pixels(wave_rest_aa: np.ndarray) -> dict[str, float]:
    share = np.bincount(part_of_pixels(wave_rest_aa), minlength=4) / len(wave_rest_aa)
    cores, wings, _, rest = (float(value) for value in share)
    spikes = min(SPIKE_FRACTION, rest)
    return dict(zip(get_args(Part), (cores, wings, spikes, rest - spikes), strict=True))


def _counts(kinds: np.ndarray) -> dict[str, int]:
    return {str(kind): int(n) for kind, n in pd.Series(kinds).value_counts().items()}
