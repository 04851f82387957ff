"""O25 on the demo: are planted anomalies found and explained, and kinds of them told apart?

Every planted anomaly is explained by the mean squared error, and clustered into as many clusters as
have the best silhouette of 2 to 12, as a user would who does not know the kinds, over ten seeds of
KMeans; as many as there are kinds, and the elbow's, are stated beside. "Found" is among the top 5 %
of any of the eight scores; "explained" has one of the three segments of largest |weight| in the
window that was planted, for those found, by the score that ranks each highest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import numpy as np
from planted import Planted, apart, clustered, detection, hits_in_window, rank_all, shares
from sklearn.metrics import adjusted_rand_score
from spexplain.core.explain.clusters import normalise_weights, scan_k
from spexplain.core.explain.entry import ExplainSettings, explain_many
from spexplain.core.settings import WeightSign
from spexplain.data.lenses.explained_anomalies import open_reasons
from truth_case import FACTOR, SAMPLES, SEED, SEGMENTS, Case, row

TOP = 0.05
SETTINGS = ExplainSettings(n_segments=SEGMENTS, factor=FACTOR, n_samples=SAMPLES, seed=SEED)


def measure(case: Case) -> Mapping[str, Any]:
    planted = rank_all(case.collection, case.anomaly)
    return {
        "learnt from": case.anomaly.learnt_from or "not recorded: build again",
        "clusters": _clusters(planted),
        "the Clusters tab as it opens": _as_built(case),
        "found": _found(planted),
        "explained": _explained(planted),
    }


def _clusters(planted: Planted) -> dict[str, Any]:
    lens, kinds = planted.lens, planted.table["kind"].to_numpy(str)
    spectra = (lens.prepared(int(at)) for at in planted.table["row"])
    found = list(explain_many(spectra, planted.targets["mse"], SETTINGS))
    weights, r2 = np.array([one.weights for one in found]), np.array([one.r2 for one in found])
    detected = (planted.table["mse"] <= TOP).to_numpy()
    by_sign = {sign: normalise_weights(weights, sign=sign) for sign in get_args(WeightSign)}
    scan = scan_k(by_sign["keep"])
    usual = clustered(by_sign["keep"], kinds, detected, scan.best_silhouette)
    others = {
        "as many as there are kinds": clustered(by_sign["keep"], kinds, detected),
        "elbow": clustered(by_sign["keep"], kinds, detected, scan.elbow),
        "the paper's": clustered(by_sign["keep"], kinds, detected, 7),
        "without signs, as in the paper": clustered(
            by_sign["drop"], kinds, detected, scan_k(by_sign["drop"]).best_silhouette
        ),
    }
    for of in others.values():
        del of["table"]
    rand, clipped = usual["adjusted_rand"], usual["clipped_apart_from_extreme_lines"]
    return {
        "planted anomalies": len(kinds),
        "clusters, by the best silhouette of 2 to 12": usual["k"],
        "adjusted Rand index, mean over seeds": row(rand, "≥ 0.7", met=rand["mean"] >= 0.7),
        "clipped [O III] apart": row(clipped, "≥ 0.98", met=clipped["mean"] >= 0.98),
        "median R²": row(round(float(np.median(r2)), 4), "≥ 0.99", met=np.median(r2) >= 0.99),
        "lowest R²": round(float(r2.min()), 4),
        "adjusted Rand index of those the score finds": usual["adjusted_rand_of_detected"],
        "by other numbers of clusters": others,
        "kinds by cluster, first seed": usual["table"],
    }


def _as_built(case: Case) -> dict[str, Any]:
    """The planted anomalies among what the build has explained, by its own clusters."""
    reasons = open_reasons(case.collection)
    if reasons is None:
        return {}
    kinds = case.collection.catalog["planted_kind"].to_numpy(str)[reasons.rows]
    labels, is_planted = reasons.built()[0], kinds != ""
    rand = adjusted_rand_score(kinds[is_planted], labels[is_planted])
    return {
        "explained": len(kinds),
        "planted": int(is_planted.sum()),
        "clusters": reasons.k,
        "adjusted Rand index": round(float(rand), 3),
        "clipped [O III] apart": round(apart(kinds, labels), 3),
        "median R²": round(float(np.median(reasons.r2)), 4),
    }


def _found(planted: Planted) -> dict[str, Any]:
    of_all = detection(planted.table, planted.targets, TOP)
    in_bins = detection(planted.table, planted.targets, TOP, of=" in bin")
    best = of_all["best"]["all"]
    return {
        "by the best score": row(best, "≥ 0.98", met=best >= 0.98),
        "by the best score within bins of S/N": in_bins["best"]["all"],
        "by kind, best score": of_all["best"],
        "by kind, best score within bins of S/N": in_bins["best"],
        "by score": {name: found["all"] for name, found in of_all.items()},
    }


def _explained(planted: Planted) -> dict[str, Any]:
    names = list(planted.targets)
    table = planted.table[planted.table[names].min(axis=1) <= TOP]
    own = table[names].idxmin(axis=1)
    hits, chance = hits_in_window(
        planted.lens, table, lambda at: planted.targets[own.loc[at]], SETTINGS
    )
    by_kind = shares(hits, table["kind"])
    return {
        "at the planted window": row(by_kind["all"], "≥ 0.95", met=by_kind["all"] >= 0.95),
        "of": len(table),
        "by kind": by_kind,
        "three segments at random": round(float(chance.mean()), 4),
    }
