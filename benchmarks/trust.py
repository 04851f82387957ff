"""Do the intervals of LIME weights cover, are orders as sure as told, and is it quick?

    python benchmarks/trust.py [COLLECTION] [--json] [--seeds 200] [--limit-samples 1000000]
        [--only TEXT]

COLLECTION is a built collection, the demo by default; its autoencoder's mean squared error is
explained with 77 segments and 5000 samples, and with 1000 and 200. ``coverage`` is the share of 95
% intervals that hold the weight in the limit of very many samples, over seeds and segments;
``told`` the mean probability that the top 5 keep their order, ``held`` how often they did;
``wrong_when_settled`` how often an order called settled at 95 % was not that of the limit.
``bootstrap_ratio`` is our standard error over that of 200 resamplings of one run, the median over
segments. ``ms`` is the time of ``assess`` as the page calls it, ``cpu_ms`` its processor time.
``early_stops`` is of many spectra and seeds, from the most anomalous to the plainest: how often
``stop_when_settled=0.95`` ends LIME before 5000 samples, after how many, and in which share of
those the top 5 stand otherwise than in the limit; at most 0.05 is what the setting promises.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from dataclasses import asdict, dataclass, replace
from statistics import median

import numpy as np
import torch
from anomaly_case import Case, add_collection, case, limit, ranked, read_lens
from spexplain.core.compute.workers import Workers
from spexplain.core.explain.entry import Explanation, explain
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.settings import ExplainSettings
from spexplain.core.surrogate.influential import influence
from spexplain.core.surrogate.ridge import weighted_ridge
from spexplain.core.trust.trust import assess
from spexplain.data.lenses.lenses import AnomalyLens
from threadpoolctl import threadpool_limits

K = 5
RESAMPLINGS = 200
COVERAGE = (0.93, 0.97)
CONFIDENCE = 0.95
AT_MOST_MS = 30.0


@dataclass(frozen=True)
class Row:
    """What was measured for one spectrum and settings."""

    name: str
    n_samples: int
    n_segments: int
    limit_error: float
    coverage: float
    told: float
    held: float
    settled: float
    wrong_when_settled: float
    bootstrap_ratio: float
    ms: float
    cpu_ms: float
    sentence: str
    met: bool


def order(weights: np.ndarray, k: int) -> list[int]:
    return np.argsort(-np.abs(weights), kind="stable")[:k].tolist()


def bootstrap_ratio(one: Case, found: Explanation) -> float:
    around = lime_neighbourhood(one.x, found.settings)
    weights, values = one.weights(around), found.sample_values
    weights[0] = 0
    ours = influence(around.masks, values, weights).standard_error
    rng, n = np.random.default_rng(0), around.n
    again = []
    for _ in range(RESAMPLINGS):
        # Drawing rows anew is counting each as often as it was drawn.
        counts = rng.multinomial(n, np.full(n, 1 / n))
        fit = weighted_ridge(around.masks, values, weights * counts, alpha=1e-9)
        again.append(fit.coefficients)
    return float(np.median(ours / np.std(again, axis=0)))


def measure(one: Case, seeds: int, limit_samples: int, workers: Workers) -> Row:
    truth, own_error = limit(one, limit_samples)
    inside, told, held, settled, wrong, ms, cpu = [], [], [], [], [], [], []
    for seed in range(seeds):
        found = explain(one.x, one.target, replace(one.settings, seed=seed), workers=workers)
        start, cpu_start = time.perf_counter(), time.process_time()
        trust = assess(found, one.x, one.target, k=K)
        ms.append(1e3 * (time.perf_counter() - start))
        cpu.append(1e3 * (time.process_time() - cpu_start))
        inside.append((trust.intervals.low <= truth) & (truth <= trust.intervals.high))
        shown = order(found.weights, K)
        told.append(trust.stability.probability())
        held.append(shown == order(truth, K))
        settled.append(trust.stability.settled())
        wrong.append(shown[: settled[-1]] != order(truth, settled[-1]))
    coverage = float(np.mean(inside))
    return Row(
        one.name,
        one.settings.n_samples,
        one.empty.n_segments,
        own_error,
        coverage,
        float(np.mean(told)),
        float(np.mean(held)),
        float(np.mean(settled)),
        float(np.mean(wrong)),
        bootstrap_ratio(one, found),
        median(ms),
        median(cpu),
        trust.sentence(),
        COVERAGE[0] <= coverage <= COVERAGE[1],
    )


def early_stops(
    lens: AnomalyLens, spectra: int, seeds: int, limit_samples: int, workers: Workers
) -> dict[str, float]:
    rows, eager = ranked(lens), ExplainSettings(stop_when_settled=CONFIDENCE)
    chosen = [rows[int(at) - 1] for at in np.geomspace(1, len(rows), spectra)]
    samples, wrong = [], []
    for row in chosen:
        one = case(str(row), lens.vae, lens.prepared(row), eager)
        truth, _ = limit(one, limit_samples)
        for seed in range(seeds):
            found = explain(one.x, one.target, replace(eager, seed=seed), workers=workers)
            if found.stopped:
                samples.append(found.n_samples)
                wrong.append(order(found.weights, K) != order(truth, K))
    return {
        "runs": spectra * seeds,
        "stopped": len(wrong),
        "median_samples": float(np.median(samples)) if samples else float("nan"),
        "wrong": float(np.mean(wrong)) if wrong else float("nan"),
        "promised": round(1 - CONFIDENCE, 4),
    }


def cases(lens: AnomalyLens) -> list[Case]:
    rows, plain = ranked(lens), ExplainSettings()
    first, middle = rows[0], rows[len(rows) // 2]
    few = [(f", {n} samples", replace(plain, n_samples=n)) for n in (1000, 200)]
    others = [
        (", factor 0.6", replace(plain, factor=0.6)),
        (", kernel width 0.5", replace(plain, kernel_width=0.5)),
        (", kernel of the code", replace(plain, kernel="code")),
    ]
    return [
        case(name + more, lens.vae, lens.prepared(row), chosen)
        for name, row, extra in (("most anomalous", first, []), ("middling", middle, others))
        for more, chosen in [("", plain), *few, *extra]
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_collection(parser)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--limit-samples", type=int, default=1_000_000)
    parser.add_argument("--stop-spectra", type=int, default=24, help="of early_stops; 0 for none")
    parser.add_argument("--stop-seeds", type=int, default=20, help="for each of them")
    parser.add_argument("--only", metavar="TEXT", default="", help="cases whose name holds it")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    lens = read_lens(parser, options.collection)
    found = []
    with threadpool_limits(options.threads), Workers(options.threads) as workers:
        for one in cases(lens):
            if options.only not in one.name:
                continue
            print(f"… {one.name}", file=sys.stderr, flush=True)
            found.append(measure(one, options.seeds, options.limit_samples, workers))
        stops: dict[str, float] = {}
        if options.stop_spectra:
            print("… early stops", file=sys.stderr, flush=True)
            stops = early_stops(
                lens, options.stop_spectra, options.stop_seeds, options.limit_samples, workers
            )
    if options.json:
        machine = {
            "processor": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "threads": options.threads,
            "load": round(os.getloadavg()[0], 2),
            "at_most_ms": AT_MOST_MS,
        }
        rows = [asdict(row) for row in found]
        print(
            json.dumps(
                {"machine": machine, "cases": rows, "early_stops": stops},
                indent=1,
                ensure_ascii=False,
            )
        )
        return 0
    print(f"{'':30}{'cover':>7}{'told':>7}{'held':>7}{'wrong':>7}{'boot':>7}{'ms':>8}{'cpu':>8}")
    for row in found:
        print(
            f"{row.name:30}{row.coverage:7.3f}{row.told:7.2f}{row.held:7.2f}"
            f"{row.wrong_when_settled:7.2f}{row.bootstrap_ratio:7.2f}{row.ms:8.1f}{row.cpu_ms:8.1f}"
        )
        print(f"  {row.sentence}")
    print("early stops", stops)
    return 0


if __name__ == "__main__":
    sys.exit(main())
