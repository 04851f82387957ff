"""Stage score: how badly the autoencoder reconstructs each spectrum."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..core.targets.vae import VaeScore
from .build_settings import BuildSettings
from .stage import Stage, Work
from .trained import load_vae

__all__ = ["SCORE"]

_CHUNK_ROWS = 1024


def _run(work: Work) -> None:
    prepared = work.inputs["prepare-o25"]
    spectra = prepared.array("spectra")
    target = VaeScore(load_vae(work.inputs["vae"]), "mse")
    n, parts = spectra.shape[0], []
    for start in range(0, n, _CHUNK_ROWS):
        parts.append(target(np.asarray(spectra[start : start + _CHUNK_ROWS])))
        work.report(min(start + _CHUNK_ROWS, n), n)
    mse = np.concatenate(parts)
    rank = np.empty(n, np.int64)
    rank[np.argsort(-mse, kind="stable")] = np.arange(1, n + 1)
    rows = prepared.table("rows")["row"].to_numpy()
    work.draft.write_table("scores", pd.DataFrame({"row": rows, "mse": mse, "rank": rank}))
    work.draft.metrics |= {"n_scored": n, "median_mse": np.median(mse), "largest_mse": mse.max()}


def _params(_settings: BuildSettings) -> dict[str, object]:
    return {"scores": ["mse"]}


SCORE = Stage("score", 1, needs=("prepare-o25", "vae"), params=_params, run=_run)
