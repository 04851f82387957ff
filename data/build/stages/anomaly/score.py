"""Stage score: O25's eight anomaly scores of each spectrum."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pandas as pd

from .....core.compute.device import device_name, fastest_device
from .....core.models.anomaly.rankings import equal_bins, rank, rank_within, top_overlap
from .....core.models.anomaly.residuals import eight_scores
from .....core.models.anomaly.scores import Score, kept_pixels
from ....batch.chunk_inputs import run_array, scoring_networks_at
from ....batch.chunk_runner import Arrays
from ....collection.collection import Collection
from ....collection.runs import Run
from ....collection.trained.autoencoders import load_autoencoders
from ...before import Before
from ...samples.lent import lender_of
from ...settings import BuildSettings
from ...stage import Stage, Work

__all__ = ["SCORE"]

_CHUNK_ROWS = 1024
_TOPS = (100, 1000)


def _run(work: Work) -> None:
    prepared = work.inputs["prepare-o25"]
    rows = prepared.table("rows")["row"].to_numpy()
    sn_median = work.collection.catalog["sn_median"].to_numpy(np.float64)[rows]
    old = {} if work.before is None else _of_before(work.before)
    scores, devices = _scores(work, sn_median, old)
    mse = scores["mse"]
    borders = equal_bins(sn_median, work.settings.sn_bins)
    table = pd.DataFrame({"row": rows, **scores, "rank": rank(mse)})
    table["sn_bin"] = np.searchsorted(borders, sn_median, side="right")
    table["rank_in_bin"] = rank_within(mse, table["sn_bin"])
    work.draft.write_table("scores", table)
    work.draft.write_table("overlap", _overlap(scores))
    if (lent_run := work.given.get("score")) is not None:
        work.draft.write_table("lender_scores", _lender_scores(lent_run))
        work.draft.metrics["lender"] = lender_of(lent_run)
    work.draft.metrics |= {
        "n_scored": len(rows),
        "median_mse": np.median(mse),
        "largest_mse": mse.max(),
        "sn_borders": borders.tolist(),
        "devices": devices,
        "in_all_tops": {str(top): top_overlap(scores, top)[1] for top in _TOPS},
    }
    if work.before is not None:
        work.draft.metrics["n_new"] = work.before.n_new(rows)


def _lender_scores(lent_run: Run) -> pd.DataFrame:
    """The scores of the lender's spectra with their S/N, copied: its folder may go."""
    table = lent_run.table("scores")
    catalog = Collection.open(lent_run.path.parent.parent).catalog
    sn_median = catalog["sn_median"].to_numpy(np.float64)[table["row"]]
    return table[[name for name in get_args(Score) if name in table]].assign(sn_median=sn_median)


def _of_before(before: Before) -> dict[str, np.ndarray]:
    """Score → (m,) of the first m spectra, by the kept networks."""
    table = before.run.table("scores", [*get_args(Score)])
    return {score: table[score].to_numpy() for score in get_args(Score)}


def _scores(
    work: Work, sn_median: np.ndarray, old: dict[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Score → (n,), and the devices that computed them.

    Each spectrum without known scores is decoded once, by the network of its bin.
    """
    n_old = len(old.get("mse", ()))
    prepared, vae = work.inputs["prepare-o25"], work.inputs["vae"]
    which = load_autoencoders(vae).number(sn_median)
    common = {
        "prepared": str(prepared.path),
        "vae": str(vae.path),
        "kept": kept_pixels(prepared.read_array("wavelength")),
    }
    chunks = [
        common | {"start": start, "which": which[start : start + _CHUNK_ROWS]}
        for start in range(n_old, len(which), _CHUNK_ROWS)
    ]
    new = [*work.chunks("scores", scores_of, chunks)]
    parts = [*([old] if old else []), *new]
    scores = {score: np.concatenate([part[score] for part in parts]) for score in get_args(Score)}
    # Parts left by an interrupted build of an earlier release lack it.
    return scores, sorted({str(part["device"]) for part in new if "device" in part})


def scores_of(
    *, prepared: str, vae: str, kept: np.ndarray, start: int, which: np.ndarray
) -> Arrays:
    """The eight scores of a few prepared spectra from position ``start`` on, and the ``device``.

    Parameters
    ----------
    prepared, vae
        Addresses of the runs.
    kept : (D,)
        Pixels counted by the filtered scores.
    start
        Position among the prepared spectra.
    which : (n,)
        Network of each spectrum.
    """
    x = np.asarray(run_array(prepared, "spectra")[start : start + len(which)])
    again, networks = np.empty_like(x), scoring_networks_at(vae)
    for at in np.unique(which):
        again[which == at] = networks.vaes[at].reconstruct(x[which == at])
    scores = {str(score): values for score, values in eight_scores(x, again, kept).items()}
    return scores | {"device": np.array(device_name(fastest_device()))}


def _overlap(scores: dict[str, np.ndarray]) -> pd.DataFrame:
    """One line for each top and pair of scores: the share of one top that is in the other."""
    names = list(scores)
    lines = []
    for top in _TOPS:
        shared, _ = top_overlap(scores, top)
        lines += [
            {"top": top, "score": a, "other": b, "shared": shared[i, j]}
            for i, a in enumerate(names)
            for j, b in enumerate(names)
        ]
    return pd.DataFrame(lines)


def _params(settings: BuildSettings) -> dict[str, Any]:
    return {"scores": list(get_args(Score)), "sn_bins": settings.sn_bins}


SCORE = Stage(
    "score",
    2,
    needs=("prepare-o25", "vae"),
    params=_params,
    run=_run,
    beside=("score",),
    resumable=True,
    grows=True,
)
