"""Stage cluster: which reasons recur among the anomalies, and what lines those spectra have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ....core.explain.clusters import (
    cluster_explanations,
    n_different,
    scan_k,
    unit_explanations,
)
from ....core.words import EXPLAINED_R2
from ...collection.runs import Run
from ..line_chunks import lines_of
from ..reddening import Reddening, reddening_of_lines
from ..settings import BuildSettings
from ..stage import Stage, StageSkipped, Work

__all__ = ["CLUSTER"]

_FEWEST = 3
# Of more explanations, spectra are not copied but read where they are.
_MANY = 20_000
_BLOCK = 1024
_LINE_ROWS = 256


def _run(work: Work) -> None:
    explained = work.inputs["explain"]
    facts = explained.table("explained", ["row", "r2", "value"])
    order = np.argsort(-facts["value"].to_numpy(), kind="stable")  # the most anomalous first
    facts = facts.iloc[order]
    rows, r2 = facts["row"].to_numpy(), facts["r2"].to_numpy(np.float64)
    sign = work.settings.weight_sign
    unit = _unit(work, explained)[order]
    n_distinct = n_different(unit)
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
    draft.write_table("lines", _lines(work, rows, dust))
    members = [clusters.labels == number for number in range(k)]
    _write_spectra(work, rows, members)
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


def _unit(work: Work, explained: Run) -> np.ndarray:
    """(n, K): what is clustered, a block of explanations at a time; of very many as float32."""
    weights, labels = explained.array("weights"), explained.array("labels")
    n, common = weights.shape[0], min(work.settings.explain.n_segments, labels.shape[-1])
    unit = np.empty((n, common), np.float64 if n <= _MANY else np.float32)
    for start in range(0, n, _BLOCK):
        here = slice(start, start + _BLOCK)
        some = np.asarray(labels[:] if labels.ndim == 1 else labels[here])
        sign = work.settings.weight_sign
        unit[here] = unit_explanations(np.asarray(weights[here]), some, common, sign=sign)
    return unit


def _lines(work: Work, rows: np.ndarray, dust: Reddening) -> pd.DataFrame:
    """The lines of rows in any order, measured in that of the collection."""
    collection, ascending = work.collection, np.sort(rows)
    z = collection.catalog["z"].to_numpy(np.float64)
    common = {"collection": str(collection.path), "key": collection.key}
    chunks = []
    for start in range(0, len(rows), _LINE_ROWS):
        mine = ascending[start : start + _LINE_ROWS]
        ebv = None if dust.ebv is None else dust.ebv[mine]
        chunks.append(common | {"rows": mine, "z": z[mine], "ebv": ebv})
    parts = work.chunks("lines", lines_of, chunks)
    table = pd.concat([pd.DataFrame(dict(part)) for part in parts], ignore_index=True)
    table = table.astype({"bpt": "str"})
    return table.iloc[np.searchsorted(ascending, rows)].reset_index(drop=True)


def _write_spectra(work: Work, rows: np.ndarray, members: list[np.ndarray]) -> None:
    """Each cluster's mean; the spectra themselves beside them, unless they are very many."""
    prepared = work.inputs["prepare-o25"]
    positions = np.searchsorted(prepared.table("rows")["row"].to_numpy(), rows)
    spectra = prepared.array("spectra")
    if len(rows) <= _MANY:
        found = np.stack([np.asarray(spectra[int(at)]) for at in positions])
        work.draft.write_array("spectra", found)
        means = [found[of].mean(axis=0) for of in members]
    else:
        number = np.full(spectra.shape[0], -1)
        for k, of in enumerate(members):
            number[positions[of]] = k
        sums = np.zeros((len(members), spectra.shape[1]))
        for start in range(0, len(number), _BLOCK):
            block, whose = np.asarray(spectra[start : start + _BLOCK]), number[start:][:_BLOCK]
            for k in range(len(members)):
                sums[k] += block[whose == k].sum(axis=0, dtype=np.float64)
        means = [total / max(int(of.sum()), 1) for total, of in zip(sums, members, strict=True)]
    work.draft.write_array("mean_spectra", np.stack(means).astype(np.float32))


def _params(settings: BuildSettings) -> dict[str, Any]:
    return {
        "k": settings.k,
        "seed": settings.explain.seed,
        "weight_sign": settings.weight_sign,
    }


CLUSTER = Stage(
    "cluster", 6, needs=("prepare-o25", "explain"), params=_params, run=_run, resumable=True
)
