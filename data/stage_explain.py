"""Stage explain: why the most anomalous spectra are so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..core.explain import explain
from ..core.targets.vae import VaeScore
from .build_settings import BuildSettings
from .stage import Stage, Work
from .trained import load_vae

__all__ = ["EXPLAIN"]


def _run(work: Work) -> None:
    settings, spectra = work.settings, work.inputs["prepare-o25"].array("spectra")
    scores = work.inputs["score"].table("scores")
    n = max(round(settings.top_percent / 100 * len(scores)), settings.top_at_least)
    positions = np.flatnonzero(scores["rank"].to_numpy() <= n)
    positions = positions[np.argsort(scores["rank"].to_numpy()[positions])]
    target = VaeScore(load_vae(work.inputs["vae"]), "mse")
    facts, weights = [], []
    for done, position in enumerate(positions):
        work.report(done, len(positions))
        found = explain(np.asarray(spectra[int(position)]), target, settings.explain)
        weights.append(found.weights)
        facts.append(
            {
                "row": int(scores["row"].iat[position]),
                "value": found.value,
                "intercept": found.intercept,
                "r2": found.r2,
                "local_prediction": found.local_prediction,
            }
        )
        if not done:
            work.draft.write_array("labels", found.labels)
    work.draft.write_table("explained", pd.DataFrame(facts))
    work.draft.write_array("weights", np.array(weights))
    work.draft.write_facts("settings", settings.explain.asdict())
    work.draft.metrics |= {"n": len(facts), "median_r2": np.median([f["r2"] for f in facts])}


def _params(settings: BuildSettings) -> dict[str, Any]:
    return {
        "explain": settings.explain.asdict(),
        "top_percent": settings.top_percent,
        "top_at_least": settings.top_at_least,
    }


EXPLAIN = Stage("explain", 1, needs=("prepare-o25", "vae", "score"), params=_params, run=_run)
