"""Stage cluster: which reasons recur among the anomalies, and what lines those spectra have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ....core.explain.clusters import cluster_explanations, scan_k, unit_explanations
from ....core.words import EXPLAINED_R2
from ..reddening import reddening_of_lines
from ..row_lines import row_lines
from ..settings import BuildSettings
from ..stage import Stage, StageSkipped, Work

__all__ = ["CLUSTER"]

_FEWEST = 3


def _run(work: Work) -> None:
    explained = work.inputs["explain"]
    facts = explained.table("explained", ["row", "r2", "value"])
    order = np.argsort(-facts["value"].to_numpy(), kind="stable")  # the most anomalous first
    facts = facts.iloc[order]
    rows, r2 = facts["row"].to_numpy(), facts["r2"].to_numpy(np.float64)
    labels, sign = explained.read_array("labels"), work.settings.weight_sign
    labels = labels if labels.ndim == 1 else labels[order]
    weights = explained.read_array("weights")[order]
    unit = unit_explanations(weights, labels, _n_common(work, labels), sign=sign)
    n_distinct = len(np.unique(unit, axis=0))
    if n_distinct < _FEWEST:
        raise StageSkipped(f"{n_distinct} different explanations; clusters need {_FEWEST}")
    seed = work.settings.explain.seed
    scan = scan_k(unit, seed=seed, callback=work.report)
    clusters = cluster_explanations(unit, min(work.settings.k, n_distinct - 1), seed=seed)
    draft, k = work.draft, len(clusters.centres)
    draft.write_table("clusters", pd.DataFrame({"row": rows, "cluster": clusters.labels}))
    draft.write_array("unit", unit)
    draft.write_array("centres", clusters.centres)
    table = {"k": scan.k, "inertia": scan.inertia, "silhouette": scan.silhouette}
    draft.write_table("scan", pd.DataFrame(table))
    dust = reddening_of_lines(work.collection, work.settings.dust)
    draft.write_table("lines", row_lines(work.collection, rows, dust))
    members = [clusters.labels == number for number in range(k)]
    spectra = _spectra_of(work, rows)
    draft.write_array("spectra", spectra)
    draft.write_array("mean_spectra", np.stack([spectra[of].mean(axis=0) for of in members]))
    z = work.collection.catalog["z"].to_numpy(np.float64)[rows]
    summary = {
        "cluster": np.arange(k),
        "n": clusters.counts,
        "median_z": [np.median(z[of]) for of in members],
        "median_r2": [np.median(r2[of]) for of in members],
        "n_not_explained": [int((r2[of] < EXPLAINED_R2).sum()) for of in members],
    }
    draft.write_table("summary", pd.DataFrame(summary))
    draft.metrics |= {
        "k": k,
        "seed": seed,
        "weight_sign": sign,
        "explained": _explained_by(explained.facts("settings")),
        "elbow": scan.elbow,
        "best_silhouette": scan.best_silhouette,
        "median_r2": np.median(r2),
        "n_not_explained": int((r2 < EXPLAINED_R2).sum()),
        "lines_dust": dust.source,
    }


def _explained_by(settings: Mapping[str, Any]) -> str:
    """Such as "mse by lime, scale 0.9"."""
    said = f"{settings['score']} by {settings['method']}"
    if settings["method"] == "saliency":
        return said
    return f"{said}, {settings['perturbation']} {settings['factor']:g}"


def _n_common(work: Work, labels: np.ndarray) -> int:
    return min(work.settings.explain.n_segments, labels.shape[-1])


def _spectra_of(work: Work, rows: np.ndarray) -> np.ndarray:
    prepared = work.inputs["prepare-o25"]
    positions = np.searchsorted(prepared.table("rows")["row"].to_numpy(), rows)
    spectra = prepared.array("spectra")
    return np.stack([np.asarray(spectra[int(at)]) for at in positions])


def _params(settings: BuildSettings) -> dict[str, Any]:
    return {
        "k": settings.k,
        "seed": settings.explain.seed,
        "weight_sign": settings.weight_sign,
    }


CLUSTER = Stage("cluster", 6, needs=("prepare-o25", "explain"), params=_params, run=_run)
