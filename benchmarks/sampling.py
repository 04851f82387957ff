"""Which way of sampling LIME's masks brings the weights closest to their limit in a millisecond?

    python benchmarks/sampling.py [COLLECTION] [--json] [--samples 1000 5000] [--runs 20]

COLLECTION is a built collection, the demo by default; its autoencoder's mean squared error is
explained at the most anomalous and at a middling spectrum. Every way has the same limit, the
weights without penalty of infinitely many samples, here those of a million in complementary
pairs, whose own error is given. ``error`` is the root mean square error of the weights over their
root mean square, over runs with different seeds; ``ms`` the processor time to draw, evaluate and
fit; ``gain`` how many times faster than the paper's sampling a way reaches the same error, taking
the error to fall as 1/√time. The closed form takes no samples and has a fixed error.

``paper`` is independent sampling whose first sample is always the spectrum itself and counts like
any other; in all other ways it does not count. ``stratified`` draws the number of segments present
evenly, ``balanced`` has every segment present in half of the masks, ``orthogonal`` takes rows of
randomly permuted Hadamard matrices and their complements. ``matched`` draws presences with the
odds that the kernel amounts to, at most 0.8, and weighs by what is left of the kernel. ``low rank``
adds to the regression the few products of segments that its residuals show; it changes neither
masks nor target. ``linearised`` is the control variate of
``core/targets/network/linearised_autoencoder.py``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from statistics import median

import numpy as np
from anomaly_case import Case, add_collection, case, limit, ranked, read_lens
from scipy.linalg import hadamard
from scipy.stats import binom
from spexplain.core.neighbourhood.mask_draws import draw_masks
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.settings import ExplainSettings
from spexplain.core.surrogate.ridge import weighted_ridge
from spexplain.core.surrogate.stand_in import Quadratic
from spexplain.core.targets import evaluate
from spexplain.core.targets.network.linearised_autoencoder import linearised_mse
from threadpoolctl import threadpool_limits

NO_PENALTY = 1e-9
N_FORMS = 5
MOST_ODDS = 0.8


@dataclass(frozen=True)
class Row:
    """One way of sampling at one number of samples."""

    case: str
    sampling: str
    n_samples: int
    error: float
    ms: float
    gain: float


def stratified(one: Case, n: int, seed: int) -> BinaryMasks:
    rng, n_segments = np.random.default_rng(seed), one.empty.n_segments
    counts = binom.ppf((np.arange(n) + rng.uniform(size=n)) / n, n_segments, 0.5)
    ranks = np.argsort(np.argsort(rng.random((n, n_segments)), axis=1), axis=1)
    return BinaryMasks.pack(ranks < counts[:, None])


def balanced(one: Case, n: int, seed: int) -> BinaryMasks:
    half = np.arange(n)[:, None] < n // 2
    columns = np.tile(half, (1, one.empty.n_segments))
    return BinaryMasks.pack(np.random.default_rng(seed).permuted(columns, axis=0))


def orthogonal(one: Case, n: int, seed: int) -> BinaryMasks:
    rng, n_segments = np.random.default_rng(seed), one.empty.n_segments
    order = 1 << max(n_segments - 1, 1).bit_length()
    matrix = hadamard(order) > 0
    blocks = []
    for _ in range(-(-n // (2 * order))):
        rows = matrix[:, rng.permutation(order)[:n_segments]] ^ (rng.random(n_segments) < 0.5)
        rows = rows[rng.permutation(order)]
        blocks.append(np.stack([rows, ~rows], axis=1).reshape(-1, n_segments))
    return BinaryMasks.pack(np.concatenate(blocks)[:n])


def independent(one: Case, n: int, seed: int) -> BinaryMasks:
    return draw_masks(n, one.empty.n_segments, seed=seed)


def antithetic(one: Case, n: int, seed: int) -> BinaryMasks:
    return draw_masks(n, one.empty.n_segments, seed=seed, sampling="antithetic")


def matched(one: Case, n: int, seed: int) -> BinaryMasks:
    odds = np.minimum(one.presence, MOST_ODDS)
    return BinaryMasks.pack(np.random.default_rng(seed).random((n, len(odds))) < odds)


Sampler = Callable[[Case, int, int], BinaryMasks]
Way = Callable[[Case, int, int], np.ndarray]
# Rows of each sampler that are the same for all seeds.
FIXED = {independent: 1, antithetic: 2}


def kernel_of(one: Case, around: Neighbourhood, sampler: Sampler, fixed: int) -> np.ndarray:
    weights = one.weights(around)
    if sampler is matched:
        odds = np.minimum(one.presence, MOST_ODDS)
        pull = np.log(odds / (1 - odds))
        weights = weights * np.exp(odds @ pull - around.masks.apply(pull, slice(0, around.n)))
    weights[:fixed] = 0
    return weights


def plain(sampler: Sampler, *, fixed: int | None = None) -> Way:
    def weights(one: Case, n: int, seed: int) -> np.ndarray:
        around = one.around(sampler(one, n, seed))
        values = evaluate(one.target, around)
        uncounted = FIXED.get(sampler, 0) if fixed is None else fixed
        kernel = kernel_of(one, around, sampler, uncounted)
        return weighted_ridge(around.masks, values, kernel, alpha=NO_PENALTY).coefficients

    return weights


def stand_in(one: Case, around: Neighbourhood) -> Quadratic:
    return linearised_mse(one.vae, around, one.presence)


def linearised(sampler: Sampler) -> Way:
    def weights(one: Case, n: int, seed: int) -> np.ndarray:
        around = one.around(sampler(one, n, seed))
        known = stand_in(one, around)
        missed = evaluate(one.target, around) - known.values(around.masks)
        kernel = kernel_of(one, around, sampler, FIXED.get(sampler, 0))
        fit = weighted_ridge(around.masks, missed, kernel, alpha=NO_PENALTY)
        return known.lime_weights() + fit.coefficients

    return weights


def low_rank(sampler: Sampler) -> Way:
    """Regress also on quadratic forms that the kernel makes orthogonal to every mask."""

    def weights(one: Case, n: int, seed: int) -> np.ndarray:
        around = one.around(sampler(one, n, seed))
        values, odds = evaluate(one.target, around), one.presence
        kernel = kernel_of(one, around, sampler, FIXED.get(sampler, 0))
        z = around.masks.dense(slice(0, n), np.dtype(float))
        unit = (z - odds) / np.sqrt(odds * (1 - odds))
        first = weighted_ridge(around.masks, values, kernel, alpha=NO_PENALTY)
        residual = kernel * (values - z @ first.coefficients - first.intercept)
        pairs = (unit * residual[:, None]).T @ unit
        np.fill_diagonal(pairs, 0)
        strength, axes = np.linalg.eigh(pairs)
        axes = axes[:, np.argsort(-np.abs(strength))[:N_FORMS]]
        forms = (unit @ axes) ** 2 - unit**2 @ axes**2
        design = np.column_stack([unit, forms, np.ones(n)])
        moments = (design * kernel[:, None]).T @ np.column_stack([design, values])
        solved = np.linalg.solve(moments[:, :-1], moments[:, -1])
        return solved[: len(odds)] / np.sqrt(odds * (1 - odds))

    return weights


def closed_form(one: Case, n: int, seed: int) -> np.ndarray:
    return stand_in(one, one.empty).lime_weights()


WAYS: Mapping[str, Way] = {
    "paper": plain(independent, fixed=0),
    "independent": plain(independent),
    "stratified": plain(stratified),
    "balanced": plain(balanced),
    "orthogonal": plain(orthogonal),
    "antithetic": plain(antithetic),
    "matched": plain(matched),
    "independent, low rank": low_rank(independent),
    "antithetic, low rank": low_rank(antithetic),
    "independent, linearised": linearised(independent),
    "antithetic, linearised": linearised(antithetic),
}


def measure(one: Case, name: str, way: Way, n: int, truth: np.ndarray, runs: int) -> Row:
    squares, times = [], []
    for seed in range(runs):
        start = time.process_time()
        found = way(one, n, seed)
        times.append(1e3 * (time.process_time() - start))
        squares.append(np.mean((found - truth) ** 2))
    error = float(np.sqrt(np.mean(squares) / np.mean(truth**2)))
    return Row(one.name, name, n, error, median(times), float("nan"))


def compare(one: Case, counts: list[int], runs: int, limit_samples: int) -> tuple[list[Row], float]:
    truth, own_error = limit(one, limit_samples)
    closed = measure(one, "closed form", closed_form, 0, truth, runs=5)
    rows = [closed]
    for n in counts:
        at_n = [measure(one, name, way, n, truth, runs) for name, way in WAYS.items()]
        cost = at_n[0].error ** 2 * at_n[0].ms
        rows += [Row(**(asdict(row) | {"gain": cost / (row.error**2 * row.ms)})) for row in at_n]
    return rows, own_error


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_collection(parser)
    parser.add_argument("--samples", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--limit-samples", type=int, default=1_000_000)
    options = parser.parse_args()
    lens = read_lens(parser, options.collection)
    rows = ranked(lens)
    wide, narrow = ExplainSettings(), ExplainSettings(kernel_width=0.3)
    strong = ExplainSettings(factor=0.6)
    result = []
    with threadpool_limits(options.threads):
        for name, row, chosen in (
            ("most anomalous", rows[0], wide),
            ("most anomalous, factor 0.6", rows[0], strong),
            ("most anomalous, kernel width 0.3", rows[0], narrow),
            ("middling", rows[len(rows) // 2], wide),
        ):
            print(f"… {name}", file=sys.stderr, flush=True)
            one = case(name, lens.vae, lens.prepared(row), chosen)
            found, own_error = compare(one, options.samples, options.runs, options.limit_samples)
            result.append({"case": name, "limit_error": own_error, "ways": found})
    if options.json:
        print(json.dumps(result, indent=1, default=asdict))
        return 0
    for part in result:
        print(f"\n{part['case']} (the limit itself is known to {part['limit_error']:.1e})")
        print(f"{'':26}{'samples':>8}{'error':>10}{'ms':>8}{'gain':>8}")
        for row in part["ways"]:
            print(
                f"{row.sampling:26}{row.n_samples:8}{row.error:10.2e}{row.ms:8.1f}{row.gain:8.1f}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
