"""The demo's planted anomalies: their ranks, the share detected, explained, and told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score
from spexplain.core.explain.clusters import cluster_explanations
from spexplain.core.explain.entry import ExplainSettings, Explanation, explain
from spexplain.core.models.anomaly.rankings import equal_bins
from spexplain.core.targets import VaeScore
from spexplain.data.collection.collection import Collection
from spexplain.data.lenses.lenses import AnomalyLens

TOP_SEGMENTS = 3
SN_BINS = 4  # of equal count, as O25's


@dataclass(frozen=True, eq=False)
class Planted:
    """The planted anomalies among the scored spectra, and every score of all of them."""

    lens: AnomalyLens
    targets: dict[str, VaeScore]
    scores: dict[str, np.ndarray]  # of all scored spectra
    # row, kind, min_aa, max_aa; each score's rank as share of all, and of its S/N bin
    table: pd.DataFrame


def rank_all(collection: Collection, lens: AnomalyLens) -> Planted:
    """The planted anomalies of a scored collection."""
    row = int(lens.rows[0])
    targets = {name: lens.target(name, row) for name in lens.targets}
    scores = {name: lens.scores(name).to_numpy() for name in lens.targets}
    return Planted(lens, targets, scores, ranks(collection.catalog.loc[lens.rows], scores))


def ranks(catalog: pd.DataFrame, scores: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Of the planted among the scored rows of a catalog: window and kind, and ranks as shares."""
    table = catalog[["planted_kind", "planted_min_aa", "planted_max_aa"]]
    table.columns = ["kind", "min_aa", "max_aa"]
    borders = equal_bins(catalog["sn_median"], SN_BINS)
    sn_bin = np.searchsorted(borders, catalog["sn_median"], side="right")
    for name, score in scores.items():
        values = pd.Series(score, index=table.index)
        table[name] = values.rank(ascending=False, pct=True)
        table[f"{name} in bin"] = values.groupby(sn_bin).rank(ascending=False, pct=True)
    return table[table["kind"] != ""].rename_axis("row").reset_index()


def clustered(
    unit: np.ndarray, kinds: np.ndarray, detected: np.ndarray, k: int = 0
) -> dict[str, Any]:
    """How well clusters of explanations bring the kinds back, over ten seeds of KMeans.

    As many clusters as there are kinds, or ``k``.
    """
    k = k or len(np.unique(kinds))
    found = [cluster_explanations(unit, k, seed=seed).labels for seed in range(10)]
    index = [adjusted_rand_score(kinds, labels) for labels in found]
    among = [adjusted_rand_score(kinds[detected], labels[detected]) for labels in found]
    return {
        "k": k,
        "adjusted_rand": spread(index),
        "adjusted_rand_of_detected": spread(among),
        "clipped_apart_from_extreme_lines": spread([apart(kinds, labels) for labels in found]),
        "table": pd.crosstab(kinds, found[0]).T.to_dict(),
    }


def spread(values: list[float]) -> dict[str, float]:
    """Mean, smallest and largest."""
    return {
        "mean": round(float(np.mean(values)), 3),
        "min": round(min(values), 3),
        "max": round(max(values), 3),
    }


def apart(kinds: np.ndarray, labels: np.ndarray) -> float:
    """Share of pairs of a clipped and an extreme-line spectrum that are in two clusters."""
    one, other = labels[kinds == "clipped [O III]"], labels[kinds == "extreme emission lines"]
    return float(np.mean(one[:, None] != other[None, :]))


def shares(hit: np.ndarray, kind: pd.Series) -> dict[str, float]:
    """Share of True per kind, in alphabetical order, and over all."""
    by_kind = pd.Series(hit, index=kind.to_numpy()).groupby(level=0).mean()
    result = {str(name): round(float(share), 4) for name, share in by_kind.items()}
    return result | {"all": round(float(np.mean(hit)), 4)} if len(hit) else {}


def detection(
    table: pd.DataFrame, names: Iterable[str], top: float, *, of: str = ""
) -> dict[str, dict[str, float]]:
    """Share of the planted in the top of each score, and of any ("best"): by kind and over all."""
    kind, columns = table["kind"], [name + of for name in names]
    found = {
        column.removesuffix(of): shares((table[column] <= top).to_numpy(), kind)
        for column in columns
    }
    return found | {"best": shares((table[columns].min(axis=1) <= top).to_numpy(), kind)}


def in_window(edges: np.ndarray, min_aa: float, max_aa: float) -> np.ndarray:
    """(S,) whether each segment shares half of the narrower of the two with the window."""
    shared = np.minimum(edges[:, 1], max_aa) - np.maximum(edges[:, 0], min_aa)
    narrower = np.minimum(edges[:, 1] - edges[:, 0], max_aa - min_aa)
    return shared >= 0.5 * narrower


def hits_in_window(
    lens: AnomalyLens,
    table: pd.DataFrame,
    target_of: Callable[[int], VaeScore],
    settings: ExplainSettings,
) -> tuple[np.ndarray, np.ndarray]:
    """Per anomaly, whether the window holds a top segment, and how often chance would."""
    hits, random = [], []
    for anomaly in table.itertuples():
        found: Explanation = explain(
            lens.prepared(int(anomaly.row)), target_of(anomaly.Index), settings
        )
        inside = in_window(found.edges(lens.wave_rest_aa), anomaly.min_aa, anomaly.max_aa)
        hits.append(bool(inside[found.top(TOP_SEGMENTS)].any()))
        outside = len(inside) - int(inside.sum())
        random.append(1 - comb(outside, TOP_SEGMENTS) / comb(len(inside), TOP_SEGMENTS))
    return np.array(hits), np.array(random)
