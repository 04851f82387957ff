"""How long does it take to know whether another exposure would say the same?

Of a spectrum that is explained, all that the page does for it: 30 redraws of the noise, prepared
and explained with 500 masks each, and for a score 30 more round the reconstruction. The median of
some spectra after a first, with a thread for each core; what else runs counts in the seconds, and
little in the seconds of processor.
"""

from __future__ import annotations

import os
import time
from typing import Any, get_args

import numpy as np
from spexplain.core.compute.workers import Workers
from spexplain.core.explain.entry import explain
from spexplain.core.models.anomaly.scores import Score
from spexplain.core.settings import ExplainSettings
from spexplain.data.lenses.one_spectrum.other_exposures import exposures_of, recurring
from truth_case import FACTOR, SAMPLES, SEED, SEGMENTS, Case, row

__all__ = ["measure"]

_SPECTRA = 5
_MOST = {"predicted": 0.5, "mse": 0.5}  # seconds; any other score: 1
_SETTINGS = ExplainSettings(n_segments=SEGMENTS, factor=FACTOR, n_samples=SAMPLES, seed=SEED)


def measure(case: Case) -> dict[str, Any]:
    """Seconds for each score and for the log-odds of the predicted type."""
    of_types, found = case.agn.targets[0], {}
    for lens, name in [(case.agn, of_types), *((case.anomaly, s) for s in get_args(Score))]:
        most, (seconds, processor) = _MOST.get(name, 1.0), _median_seconds(case, lens, name)
        found[name] = {
            "seconds": row(round(seconds, 3), f"≤ {most:g}", met=seconds <= most),
            "of processor": round(processor, 3),
        }
    return {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1), "scores": found}


def _median_seconds(case: Case, lens: Any, name: str) -> np.ndarray:
    """Seconds, and seconds of processor."""
    spent = []
    rows = np.random.default_rng(5).permutation(lens.rows)[: _SPECTRA + 1]
    with Workers() as workers:
        for at in map(int, rows):
            target, x = lens.target(name, at), lens.prepared(at)
            made = explain(x, target, _SETTINGS, workers=workers)
            began = np.array([time.perf_counter(), time.process_time()])
            exposures = exposures_of(case.collection, lens, at)
            for _ in recurring(exposures, made, x, target, step=30, workers=workers):
                pass
            spent.append([time.perf_counter(), time.process_time()] - began)
    return np.median(spent[1:], axis=0)
