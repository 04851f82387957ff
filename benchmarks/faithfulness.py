"""Are planted anomalies found, and do explanations point at what was planted?

    python benchmarks/faithfulness.py [COLLECTION] [--json] [--top-percent 5] [--samples 5000]

COLLECTION is a built simulated collection, the demo by default. Detection is the share of planted
anomalies within the top 5 % of a score; "best" counts those any score puts there. Attribution is,
over the anomalies detected, the share whose planted window holds one of the three segments of
largest |weight|. A segment is in a window if they share half of the narrower of the two; for
saliency a segment is one pixel. Methods explain the mean squared error with default settings;
"lime, own score" explains each anomaly by the score that ranks it highest. "chance" is what three
segments drawn at random would reach. Noise alone puts faint spectra high in every score, so O25
ranks within bins of signal to noise: "detection_in_sn_bins" takes the top 5 % of each of four.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import comb
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
from spexplain.core.explain import ExplainSettings, Explanation, explain
from spexplain.core.lines import O25_FILTER_LINES, velocity_mask
from spexplain.core.targets import Score, VaeScore
from spexplain.data.collection import Collection, CollectionError
from spexplain.data.lens import AnomalyLens, open_lenses
from spexplain.data.places import demo_path
from threadpoolctl import threadpool_limits

FILTER_KMS = 250.0  # O25, section 3
TOP_SEGMENTS = 3
GOAL = 0.95
SN_BINS = 4  # of equal count, as O25's


@dataclass(frozen=True, eq=False)
class Planted:
    """The planted anomalies among the scored spectra, and every score of all of them."""

    lens: AnomalyLens
    targets: dict[str, VaeScore]
    # row, kind, min_aa, max_aa; each score's rank as share of all, and of its S/N bin
    table: pd.DataFrame


def rank_all(collection: Collection, lens: AnomalyLens) -> Planted:
    kept = ~velocity_mask(lens.wave_rest_aa, O25_FILTER_LINES, FILTER_KMS)
    targets = {
        name: VaeScore(lens.vae, name, kept=kept if name.startswith("filtered") else None)
        for name in get_args(Score)
    }
    spectra = np.stack([lens.prepared(int(row)) for row in lens.rows])
    table = collection.catalog.loc[lens.rows, ["planted_kind", "planted_min_aa", "planted_max_aa"]]
    table.columns = ["kind", "min_aa", "max_aa"]
    sn_bin = pd.qcut(collection.catalog.loc[lens.rows, "sn_median"], SN_BINS, labels=False)
    for name, target in targets.items():
        values = pd.Series(target(spectra), index=table.index)
        table[name] = values.rank(ascending=False, pct=True)
        table[f"{name} in bin"] = values.groupby(sn_bin).rank(ascending=False, pct=True)
    planted = table[table["kind"] != ""].rename_axis("row").reset_index()
    return Planted(lens, targets, planted)


def shares(hit: np.ndarray, kind: pd.Series) -> dict[str, float]:
    """Share of True per kind, in alphabetical order, and over all."""
    by_kind = pd.Series(hit, index=kind.to_numpy()).groupby(level=0).mean()
    result = {str(name): round(float(share), 4) for name, share in by_kind.items()}
    return result | {"all": round(float(np.mean(hit)), 4)} if len(hit) else {}


def detection(planted: Planted, top: float, *, of: str = "") -> dict[str, dict[str, float]]:
    table, kind = planted.table, planted.table["kind"]
    columns = [name + of for name in planted.targets]
    found = {name: shares((table[name + of] <= top).to_numpy(), kind) for name in planted.targets}
    return found | {"best": shares((table[columns].min(axis=1) <= top).to_numpy(), kind)}


def in_window(edges: np.ndarray, min_aa: float, max_aa: float) -> np.ndarray:
    """(S,) whether each segment shares half of the narrower of the two with the window."""
    shared = np.minimum(edges[:, 1], max_aa) - np.maximum(edges[:, 0], min_aa)
    narrower = np.minimum(edges[:, 1] - edges[:, 0], max_aa - min_aa)
    return shared >= 0.5 * narrower


def attribution(
    planted: Planted, top: float, samples: int, told: Callable[[str], None]
) -> dict[str, dict[str, float]]:
    lens, names = planted.lens, list(planted.targets)
    usual = ExplainSettings(n_samples=samples)
    methods = {
        "lime": usual,
        "lime, slic": ExplainSettings(n_samples=samples, segmentation="slic"),
        "lime, mean": ExplainSettings(n_samples=samples, perturbation="mean", factor=1.0),
        "occlusion": ExplainSettings(method="occlusion"),
        "saliency": ExplainSettings(method="saliency"),
    }
    by_mse = planted.table[planted.table["mse"] <= top]
    result, chance = {}, None
    for method, settings in methods.items():
        told(method)
        hits, random = _hits(lens, by_mse, lambda _: planted.targets["mse"], settings)
        result[method] = shares(hits, by_mse["kind"])
        chance = shares(random, by_mse["kind"]) if chance is None else chance
    told("lime, own score")
    by_any = planted.table[planted.table[names].min(axis=1) <= top]
    own = by_any[names].idxmin(axis=1)
    hits, _ = _hits(lens, by_any, lambda at: planted.targets[own.loc[at]], usual)
    result["lime, own score"] = shares(hits, by_any["kind"])
    return result | {"chance": chance or {}}


def _hits(
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


def print_table(title: str, table: dict[str, dict[str, float]]) -> None:
    kinds = list(next(iter(table.values())))
    width = max(len(name) for name in table) + 2
    print(title)
    for at, kind in enumerate(kinds):
        print(" " * (width + 5 * at), kind)
    for name, row in table.items():
        cells = [f"{row[kind]:5.0%}" if kind in row else "    –" for kind in kinds]
        print(f"{name:{width}}", "".join(cells))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("collection", type=Path, nargs="?", default=demo_path())
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--top-percent", type=float, default=5.0, help="what counts as detected")
    parser.add_argument("--samples", type=int, default=5000, help="of LIME")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    try:
        collection = Collection.open(options.collection)
        lens = open_lenses(collection).get("anomaly")
    except CollectionError as error:
        parser.error(str(error))
    if not isinstance(lens, AnomalyLens) or "planted_kind" not in collection.catalog:
        parser.error(f"{options.collection} has no scored spectra with planted anomalies")

    def told(step: str) -> None:
        print(f"… {step}", file=sys.stderr, flush=True)

    with threadpool_limits(options.threads):
        told("eight scores of every spectrum")
        planted = rank_all(collection, lens)
        top = options.top_percent / 100
        result = {
            "detection": detection(planted, top),
            "detection_in_sn_bins": detection(planted, top, of=" in bin"),
            "attribution": attribution(planted, top, options.samples, told),
        }
    if options.json:
        print(json.dumps(result, indent=1, ensure_ascii=False))
        return 0
    print_table(f"detection: share in the top {options.top_percent:g} %", result["detection"])
    print_table("\nthe same within four bins of S/N", result["detection_in_sn_bins"])
    print_table(
        f"\nattribution over those detected (goal {GOAL:.0%} for lime)", result["attribution"]
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
