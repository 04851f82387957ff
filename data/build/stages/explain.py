"""Stage explain: why the most anomalous spectra are so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ....core.compute.workers import Workers
from ....core.explain.entry import Explanation, explain_many
from ....core.models.anomaly.rankings import rank, rank_within
from ....core.models.anomaly.scores import kept_pixels
from ....core.targets.anomaly_score import VaeScore
from ...collection.autoencoders import load_autoencoders
from ...files.arrays import ModelFileError, load_arrays, save_arrays
from ..settings import BuildSettings
from ..stage import Stage, Work

__all__ = ["EXPLAIN"]

_PART = 64  # explanations that a broken-off build may lose
_FACTS = ("value", "intercept", "r2", "local_prediction")


def _run(work: Work) -> None:
    positions, networks = _chosen(work)
    parts = []
    for start in range(0, len(positions), _PART):
        here = slice(start, start + _PART)
        parts.append(_part(work, start, len(positions), positions[here], networks[here]))
    joined = {name: _padded([part[name] for part in parts]) for name in parts[0]}
    rows = work.inputs["score"].table("scores", ["row"])["row"].to_numpy()[positions]
    facts = pd.DataFrame({"row": rows} | {name: joined[name] for name in _FACTS})
    draft, labels = work.draft, joined["labels"]
    draft.write_table("explained", facts)
    draft.write_array("weights", joined["weights"])
    # Uniform segments are the same for all; others follow each spectrum.
    draft.write_array("labels", labels[0] if (labels == labels[0]).all() else labels)
    settings = work.settings
    draft.write_facts("settings", settings.explain.asdict() | {"score": settings.explain_score})
    draft.metrics |= {"n": len(facts), "median_r2": np.median(facts["r2"])}
    for path in draft.path.glob("part-*.safetensors"):
        path.unlink()


def _chosen(work: Work) -> tuple[np.ndarray, np.ndarray]:
    """Positions among the prepared spectra, the most anomalous first; and each one's network."""
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
    positions = np.flatnonzero(inside)
    positions = positions[np.argsort(ranks[positions])]
    sn_median = work.collection.catalog["sn_median"].to_numpy(np.float64)
    sn_median = sn_median[scores["row"].to_numpy()[positions]]
    return positions, load_autoencoders(work.inputs["vae"]).number(sn_median)


def _part(
    work: Work, start: int, total: int, positions: np.ndarray, networks: np.ndarray
) -> dict[str, np.ndarray]:
    """A few explanations as arrays, from the file of a build broken off if there is one."""
    path = work.draft.path / f"part-{start}.safetensors"
    try:
        return load_arrays(path)[0]
    except ModelFileError:
        pass  # not there, or broken off while writing
    found: dict[int, Explanation] = {}
    for number in np.unique(networks):
        mine = positions[networks == number]
        for at, one in zip(mine, _explained(work, mine, int(number)), strict=True):
            found[int(at)] = one
            work.report(start + len(found), total)
    ordered = [found[int(at)] for at in positions]
    arrays: dict[str, np.ndarray] = {
        name: np.array([getattr(one, name) for one in ordered]) for name in _FACTS
    }
    arrays["weights"] = _padded([one.weights[None] for one in ordered])
    arrays["labels"] = np.stack([one.labels for one in ordered])
    _keep(path, arrays)
    return arrays


def _explained(work: Work, positions: np.ndarray, number: int) -> Iterator[Explanation]:
    prepared, settings = work.inputs["prepare-o25"], work.settings
    spectra, score = prepared.array("spectra"), settings.explain_score
    filtered = score.startswith("filtered")
    target = VaeScore(
        load_autoencoders(work.inputs["vae"]).vaes[number],
        score,
        kept=kept_pixels(prepared.read_array("wavelength")) if filtered else None,
    )
    with Workers(work.threads) as workers:
        flux = (np.asarray(spectra[int(at)]) for at in positions)
        yield from explain_many(flux, target, settings.explain, workers=workers)


def _keep(path: Path, arrays: dict[str, np.ndarray]) -> None:
    beside = path.with_suffix(".part")
    save_arrays(beside, arrays)
    beside.replace(path)


def _padded(parts: list[np.ndarray]) -> np.ndarray:
    """Joined along the first axis; rows that are shorter (fewer segments) end in zeros."""
    if parts[0].ndim == 1:
        return np.concatenate(parts)
    width = max(part.shape[1] for part in parts)
    return np.concatenate([np.pad(p, ((0, 0), (0, width - p.shape[1]))) for p in parts])


def _params(settings: BuildSettings) -> dict[str, Any]:
    return {
        "explain": settings.explain.asdict(),
        "score": settings.explain_score,
        "top_percent": settings.top_percent,
        "top_at_least": settings.top_at_least,
        "top_in_bins": settings.top_in_bins,
    }


EXPLAIN = Stage(
    "explain",
    2,
    needs=("prepare-o25", "vae", "score"),
    params=_params,
    run=_run,
    resumable=True,
    threads=True,
)
