"""Stage cluster: which reasons recur among the anomalies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..core.population import cluster_explanations, normalise_weights, scan_k
from .build_settings import BuildSettings
from .stage import Stage, StageSkipped, Work

__all__ = ["CLUSTER"]

_FEWEST = 3


def _run(work: Work) -> None:
    explained = work.inputs["explain"]
    rows = explained.table("explained")["row"].to_numpy()
    unit = normalise_weights(explained.read_array("weights"))
    n_distinct = len(np.unique(unit, axis=0))
    if n_distinct < _FEWEST:
        raise StageSkipped(f"{n_distinct} different explanations; clusters need {_FEWEST}")
    seed = work.settings.explain.seed
    scan = scan_k(unit, seed=seed, callback=work.report)
    clusters = cluster_explanations(unit, min(work.settings.k, n_distinct - 1), seed=seed)
    draft, k = work.draft, len(clusters.centres)
    draft.write_table("clusters", pd.DataFrame({"row": rows, "cluster": clusters.labels}))
    draft.write_array("centres", clusters.centres)
    table = {"k": scan.k, "inertia": scan.inertia, "silhouette": scan.silhouette}
    draft.write_table("scan", pd.DataFrame(table))
    members = [clusters.labels == number for number in range(k)]
    spectra = _spectra_of(work, rows)
    draft.write_array("mean_spectra", np.stack([spectra[of].mean(axis=0) for of in members]))
    z = work.collection.catalog["z"].to_numpy(np.float64)[rows]
    summary = {
        "cluster": np.arange(k),
        "n": clusters.counts,
        "median_z": [np.median(z[of]) for of in members],
    }
    draft.write_table("summary", pd.DataFrame(summary))
    draft.metrics |= {"k": k, "elbow": scan.elbow, "best_silhouette": scan.best_silhouette}


def _spectra_of(work: Work, rows: np.ndarray) -> np.ndarray:
    prepared = work.inputs["prepare-o25"]
    positions = np.searchsorted(prepared.table("rows")["row"].to_numpy(), rows)
    spectra = prepared.array("spectra")
    return np.stack([np.asarray(spectra[int(at)]) for at in positions])


def _params(settings: BuildSettings) -> dict[str, Any]:
    return {"k": settings.k, "seed": settings.explain.seed}


CLUSTER = Stage("cluster", 1, needs=("prepare-o25", "explain"), params=_params, run=_run)
