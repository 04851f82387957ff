"""Stage explain: explanations of the most anomalous spectra."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import pandas as pd

from .....core.models.anomaly.rankings import rank, rank_within
from ....batch.chunk_runner import Arrays
from ....collection.trained.autoencoders import load_autoencoders
from ....files import RowsWriter
from ...before import Before
from ...dust.reddening import find_reddening
from ...settings import BuildSettings
from ...stage import Stage, Work
from .explain_added import write_among
from .explain_chunks import FACTS, explanations_of

__all__ = ["EXPLAIN"]

_CHUNK = 64  # explanations that an interrupted build may lose
_ARRAYS = ("weights", "errors", "survival")


def _run(work: Work) -> None:
    positions, networks = _chosen(work)
    n, draft = len(positions), work.draft
    rows = work.inputs["score"].table("scores", ["row"])["row"].to_numpy()[positions]
    if work.before is not None:
        _grow(work, work.before, positions, networks, rows)
        return
    chunks = _chunks(work, positions, networks, rows)

    def report(done: int, _total: int) -> None:
        work.report(min(done * _CHUNK, n), n)

    # Two passes over the files: the width of the arrays is known only after the first.
    width, facts, alike = _looked_through(work.chunks("explain", explanations_of, chunks, report))
    draft.write_table("explained", pd.DataFrame({"row": rows} | facts))
    parts = work.chunks("explain", explanations_of, chunks, report)
    _write(work, parts, n, width, alike)
    _record(work, facts["r2"])


def _grow(
    work: Work, before: Before, positions: np.ndarray, networks: np.ndarray, rows: np.ndarray
) -> None:
    """Explain spectra that are newly among the most anomalous, and keep the other explanations.

    Spectra no longer among them are left out.
    """
    new = ~np.isin(rows, before.run.table("explained", ["row"])["row"])
    chunks = _chunks(work, positions[new], networks[new], rows[new])
    parts = [*work.chunks("explain", explanations_of, chunks)]
    write_among(work.draft, before.run, rows, parts)
    work.draft.metrics["n_new"] = int(new.sum())
    _record(work, pd.read_parquet(work.draft.path / "explained.parquet")["r2"].to_numpy())


def _record(work: Work, r2: np.ndarray) -> None:
    settings, draft = work.settings, work.draft
    draft.write_facts("settings", settings.explain.asdict() | {"score": settings.explain_score})
    draft.metrics |= {
        "n": len(r2),
        "median_r2": np.median(r2),
        "exposures": settings.explain_exposures,
    }


def _looked_through(parts: Iterator[Arrays]) -> tuple[int, dict[str, np.ndarray], bool]:
    """Largest number of segments, the facts of all, and whether all have the same segments."""
    width, alike, first = 0, True, np.empty(0)
    facts: dict[str, list[np.ndarray]] = {name: [] for name in FACTS}
    for part in parts:
        for name in FACTS:
            facts[name].append(part[name])
        labels = part["labels"]
        first = first if first.size else labels[0]
        width = max(width, part["weights"].shape[1])
        alike &= len(labels) == 1 and np.array_equal(labels[0], first)
    return width, {name: np.concatenate(values) for name, values in facts.items()}, alike


def _write(work: Work, parts: Iterator[Arrays], n: int, width: int, alike: bool) -> None:
    """Write weights, errors and survival by chunks of rows, with one part in memory at a time."""
    draft = work.draft
    names = _ARRAYS if work.settings.explain_exposures else _ARRAYS[:1]
    with ExitStack() as open_:
        writers = {
            name: open_.enter_context(
                draft.rows_writer(
                    name, n, width, dtype="float64" if name == "weights" else "float32"
                )
            )
            for name in names
        }
        labels: RowsWriter | None = None
        for at, part in enumerate(parts):
            m, short = len(part["r2"]), width - part["weights"].shape[1]
            for name, writer in writers.items():
                writer.append(np.pad(part[name], ((0, 0), (0, short))))
            if alike and at == 0:
                draft.write_array("labels", part["labels"][0])
            elif not alike:
                if labels is None:
                    n_pixels = part["labels"].shape[1]
                    labels = draft.rows_writer("labels", n, n_pixels, dtype="int32")
                    open_.enter_context(labels)
                labels.append(np.broadcast_to(part["labels"], (m, part["labels"].shape[1])))


def _chunks(
    work: Work, positions: np.ndarray, networks: np.ndarray, rows: np.ndarray
) -> list[dict[str, Any]]:
    """Arguments of chunks of a few explanations each."""
    settings = work.settings
    common = {
        "prepared": str(work.inputs["prepare-o25"].path),
        "vae": str(work.inputs["vae"].path),
        "settings": settings.explain,
        "score": settings.explain_score,
    }
    chunks: list[dict[str, Any]] = []
    for start in range(0, len(positions), _CHUNK):
        rows_here = slice(start, start + _CHUNK)
        own = {
            "positions": positions[rows_here],
            "networks": networks[rows_here],
            "exposures": None,
        }
        chunks.append(common | own)
    if settings.explain_exposures:
        collection, prepared = work.collection, work.inputs["prepare-o25"]
        dust = find_reddening(collection, prepared.metrics.get("dust", "none"))
        surveys = collection.catalog["survey"].to_numpy(str)[rows]
        for number, chunk in enumerate(chunks):
            rows_here = slice(number * _CHUNK, (number + 1) * _CHUNK)
            chunk["exposures"] = {
                "collection": str(collection.path),
                "key": collection.key,
                "rows": rows[rows_here],
                "surveys": surveys[rows_here].tolist(),
                "ebv": None if dust.ebv is None else dust.ebv[rows[rows_here]],
                "n": settings.explain_exposures,
            }
    return chunks


def _chosen(work: Work) -> tuple[np.ndarray, np.ndarray]:
    """Positions among the prepared spectra, ascending, and the network of each."""
    settings = work.settings
    scores = work.inputs["score"].table("scores")
    values, share = scores[settings.explain_score].to_numpy(), settings.top_percent / 100
    ranks = rank(values)
    if settings.top_in_bins:
        bins = scores["sn_bin"].to_numpy()
        size = np.bincount(bins)[bins]
        inside = rank_within(values, bins) <= np.ceil(share * size)
    else:
        inside = ranks <= max(round(share * len(scores)), settings.top_at_least)
    positions = np.flatnonzero(inside)  # ascending, as they are stored
    sn_median = work.collection.catalog["sn_median"].to_numpy(np.float64)
    sn_median = sn_median[scores["row"].to_numpy()[positions]]
    return positions, load_autoencoders(work.inputs["vae"]).number(sn_median)


def _params(settings: BuildSettings) -> dict[str, Any]:
    return {
        "explain": settings.explain.asdict(),
        "score": settings.explain_score,
        "top_percent": settings.top_percent,
        "top_at_least": settings.top_at_least,
        "top_in_bins": settings.top_in_bins,
        "exposures": settings.explain_exposures,
    }


EXPLAIN = Stage(
    "explain",
    3,
    needs=("prepare-o25", "vae", "score"),
    params=_params,
    run=_run,
    resumable=True,
    threads=True,
    grows=True,
)
