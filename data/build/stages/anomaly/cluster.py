"""Stage cluster: clusters of explained anomalies, and their emission lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from .....core.explain.clusters import (
    Clusters,
    cluster_explanations,
    n_different,
    scan_k,
    unit_explanations,
)
from .....core.words import EXPLAINED_R2
from ....collection.runs import Run
from ...before import Before
from ...dust.reddening import Reddening, reddening_of_lines
from ...dust.row_lines import lines_of
from ...settings import BuildSettings
from ...stage import Stage, StageSkipped, Work

__all__ = ["CLUSTER"]

_FEWEST = 3
# With more explanations than this, their spectra are not copied into the run.
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
        raise StageSkipped(f"{n_distinct} different explanations; clustering needs {_FEWEST}")
    draft, seed = work.draft, work.settings.explain.seed
    clusters = None if work.before is None else _grown(work, work.before, rows, unit)
    if clusters is None:
        scan = scan_k(unit, seed=seed, callback=work.report)
        k = min(work.settings.k or scan.best_silhouette, n_distinct - 1)
        clusters = cluster_explanations(unit, k, seed=seed)
        draft.write_table("scan", pd.DataFrame(asdict(scan)))
        draft.write_table("clusters", pd.DataFrame({"row": rows, "cluster": clusters.labels}))
        draft.metrics |= {"elbow": scan.elbow, "best_silhouette": scan.best_silhouette}
    k = len(clusters.centres)
    draft.write_array("unit", unit)
    draft.write_array("centres", clusters.centres)
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
        "median_r2": np.median(r2),
        "n_not_explained": int((r2 < EXPLAINED_R2).sum()),
        "lines_dust": dust.source,
    }


def _grown(work: Work, before: Before, rows: np.ndarray, unit: np.ndarray) -> Clusters | None:
    """The earlier clusters with new explanations added to the nearest; None if one gets empty."""
    then = before.run.table("clusters").set_index("row")
    centres = before.run.read_array("centres")
    old = np.isin(rows, then.index)
    labels = np.empty(len(rows), np.int32)
    labels[old] = then["cluster"].reindex(rows[old]).to_numpy(np.int32)
    apart = [
        np.linalg.norm(unit[start : start + _BLOCK, None] - centres, axis=-1)
        for start in range(0, len(unit), _BLOCK)
    ]
    labels[~old] = np.concatenate(apart).argmin(axis=1)[~old]
    if np.bincount(labels, minlength=len(centres)).min() == 0:
        return None
    came = ~old
    if "came_later" in then:
        came[old] = then["came_later"].reindex(rows[old]).to_numpy(bool)
    before.keep(work.draft, "scan.parquet")
    table = pd.DataFrame({"row": rows, "cluster": labels, "came_later": came})
    work.draft.write_table("clusters", table)
    n, metrics = int(came.sum()), before.run.metrics
    note = f"found before {n:,} of these explanations came, each put with the nearest" if n else ""
    work.draft.metrics |= {"n_new": int(np.sum(~old)), "growth_note": note}
    work.draft.metrics |= {name: metrics[name] for name in ("elbow", "best_silhouette")}
    return Clusters(labels, centres, float("nan"))


def _explained_by(settings: Mapping[str, Any]) -> str:
    """Such as "mse by lime, scale 0.9"."""
    words = f"{settings['score']} by {settings['method']}"
    if settings["method"] == "saliency":
        return words
    return f"{words}, {settings['perturbation']} {settings['factor']:g}"


def _unit(work: Work, explained: Run) -> np.ndarray:
    """(n, K) unit explanations, computed in blocks; float32 if they are very many."""
    weights, labels = explained.array("weights"), explained.array("labels")
    n, common = weights.shape[0], min(work.settings.explain.n_segments, labels.shape[-1])
    unit = np.empty((n, common), np.float64 if n <= _MANY else np.float32)
    for start in range(0, n, _BLOCK):
        block = slice(start, start + _BLOCK)
        block_labels = np.asarray(labels[:] if labels.ndim == 1 else labels[block])
        sign = work.settings.weight_sign
        unit[block] = unit_explanations(np.asarray(weights[block]), block_labels, common, sign=sign)
    return unit


def _lines(work: Work, rows: np.ndarray, dust: Reddening) -> pd.DataFrame:
    """The lines of rows in any order, measured once each, in the collection's order."""
    collection, old = work.collection, None
    if work.before is not None:
        old = work.before.run.table("lines")
    ascending = np.sort(rows if old is None else rows[~np.isin(rows, old["row"])])
    z = collection.catalog["z"].to_numpy(np.float64)
    common = {"collection": str(collection.path), "key": collection.key}
    chunks = []
    for start in range(0, len(ascending), _LINE_ROWS):
        block_rows = ascending[start : start + _LINE_ROWS]
        ebv = None if dust.ebv is None else dust.ebv[block_rows]
        chunks.append(common | {"rows": block_rows, "z": z[block_rows], "ebv": ebv})
    parts = work.chunks("lines", lines_of, chunks)
    tables = [*([] if old is None else [old]), *(pd.DataFrame(dict(part)) for part in parts)]
    table = pd.concat(tables, ignore_index=True).astype({"bpt": "str"})
    return table.set_index("row").loc[rows].reset_index()


def _write_spectra(work: Work, rows: np.ndarray, members: list[np.ndarray]) -> None:
    """Write each cluster's mean and, unless they are very many, its spectra."""
    prepared = work.inputs["prepare-o25"]
    positions = np.searchsorted(prepared.table("rows")["row"].to_numpy(), rows)
    spectra = prepared.array("spectra")
    if len(rows) <= _MANY:
        stacked = np.stack([np.asarray(spectra[int(at)]) for at in positions])
        work.draft.write_array("spectra", stacked)
        means = [stacked[of].mean(axis=0) for of in members]
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
    "cluster",
    6,
    needs=("prepare-o25", "explain"),
    params=_params,
    run=_run,
    resumable=True,
    grows=True,
)
