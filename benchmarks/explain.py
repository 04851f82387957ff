"""How fast explanations are, against dense evaluation, scikit-learn and the machine's own limit.

Each row is a ratio taken in one run: its baseline and a single-precision matrix product are timed
in turn with it. The limit is the row's arithmetic at the rate of that product. What is quick is
called again until a tenth of a second has gone by, as timeit does, and its mean is one of the
figures whose median is printed; beside it, as cold, the first call after a pause. Run it with
nothing else at work:

    python benchmarks/explain.py [--json] [--only NAME ...] [--repeats 7] [--threads 2]
    python benchmarks/explain.py --profile

The second prints the stages of lime-mse, in one thread, beside the arithmetic and the bytes of
each; the first answer of lime-coarse is the stages up to the fit of 200.

What bounds these two, by that arithmetic: folded, and without the units that sleep throughout a
tile, a sample of this network takes some 38 thousand multiplications (51 with them), so 5000 take
0.38 GFLOP: 2.0 ms at 185 GFLOP/s. Products of so few rows reach three quarters of that rate. Their
equations take no product: 0.7 million additions, 2 ns each. Either layer is 3.9 MB read once, from
a shared cache in 0.1 to 0.4 ms. The rest is what little there is for a second thread to do:
segments and masks, 200 samples through the whole network, what to fold for the others, and the
fit. The first answer is all of these but the folding; the products printed for its stages are
those of a network none of whose units sleeps.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.svm import SVC
from spexplain.core.compute.workers import Workers
from spexplain.core.explain.entry import (
    ExplainSettings,
    explain,
    explain_many,
    explain_progressively,
)
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.explain.methods.lime_samples import LimeSamples
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.models.autoencoder.training import VaeSettings, VaeTrainer
from spexplain.core.models.svm.coupled_svc import CoupledSvc
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.targets import CallableTarget, SvmTarget, VaeScore
from spexplain.core.targets.network.matrices import Network

N_PIXELS = 3773
N_SVM_PIXELS = 1000
N_TRAINING, EPOCHS = 2000, 15
BATCH = 1000
GFLOP = 1e9
SLOW_BASELINE_S = 1.5
SETTLE_S, ENOUGH_S = 0.02, 0.1
FIRST = 200


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    name: str
    run: Callable[[], object]
    baseline: str = ""
    baseline_run: Callable[[], object] | None = None
    gflop: float | None = None
    per_run: int = 1
    at_most: float | None = None  # times the limit
    at_least: float | None = None  # times the baseline


@dataclass
class Row:
    """What was measured; None where a row has no such figure."""

    name: str
    ms: float
    baseline: str
    baseline_ms: float | None
    ratio: float | None
    limit_ms: float | None
    times_limit: float | None
    peak_mb: float | None
    cold_ms: float | None
    met: bool


def spectrum(n_pixels: int, seed: int) -> np.ndarray:
    """A slope, a break and ten lines at fixed places and of random strength, and noise."""
    rng = np.random.default_rng(seed)
    place = np.linspace(-1, 1, n_pixels)
    flux = 1 + rng.uniform(-0.4, 0.4) * place + rng.uniform(0, 0.3) * np.tanh(30 * (place + 0.5))
    for i, centre in enumerate(np.linspace(-0.9, 0.9, 10)):
        strength = rng.uniform(-0.2, 0.1) if i % 3 else rng.lognormal(-1, 1)
        flux += strength * np.exp(-0.5 * ((place - centre) * n_pixels / 10) ** 2)
    return (flux + 0.05 * rng.normal(size=n_pixels)).astype(np.float32)


def autoencoder(*, epochs: int = EPOCHS) -> Vae:
    """The paper's network, trained for a moment: how many units switch is a trained one's trait."""
    spectra = np.stack([spectrum(N_PIXELS, 10_000 + i) for i in range(N_TRAINING)])
    trainer = VaeTrainer(spectra, VaeSettings(epochs=epochs))
    while not trainer.finished:
        trainer.run_epoch()
    return trainer.best()


def untrained() -> Vae:
    """Random weights and an output near the spectra: the engine's hard case."""
    vae = Vae(N_PIXELS, seed=1)
    with torch.no_grad():
        vae.output.bias += 1
        vae.output.weight *= 0.3
    return vae


def machine(kernel: str) -> CoupledSvc:
    """Three classes hard to tell apart, so that about 1400 spectra are support vectors."""
    rng = np.random.default_rng(0)
    labels = np.arange(1440) % 3
    x = np.stack([spectrum(N_SVM_PIXELS, i) for i in range(len(labels))]).astype(np.float64)
    x[:, 100:110] += 0.15 * labels[:, None]
    x += 0.1 * rng.normal(size=x.shape)
    svc = SVC(kernel=kernel, C=0.05, gamma=0.003, degree=2, coef0=1, class_weight="balanced")
    return CoupledSvc(svc, folds=2).fit(x, labels)


def lime_cases(workers: Workers) -> Iterator[Case]:
    vae, x = autoencoder(), spectrum(N_PIXELS, 0)
    kept = np.ones(N_PIXELS, bool)
    kept[np.random.default_rng(0).choice(N_PIXELS, 120, replace=False)] = False
    batch = np.stack([spectrum(N_PIXELS, i) for i in range(BATCH)])
    fine = ExplainSettings(n_segments=943)
    default = ExplainSettings()

    def scored(score: str, settings: ExplainSettings = default, vae: Vae = vae) -> dict:
        target = VaeScore(vae, score, kept=kept if "filtered" in score else None)
        dense = CallableTarget(target)
        return {
            "run": lambda: explain(x, target, settings, workers=workers),
            "baseline_run": lambda: explain(x, dense, settings, workers=workers),
        }

    mse = VaeScore(vae, "mse")
    dense = "our dense path"
    yield Case("lime-mse", **scored("mse"), baseline=dense, gflop=1.9, at_most=1.8, at_least=20)
    wide = ExplainSettings(factor=0.6)
    yield Case("lime-mse-factor-0.6", **scored("mse", wide), baseline=dense, gflop=1.9)
    yield Case("lime-mse-untrained", **scored("mse", vae=untrained()), baseline=dense, gflop=1.9)
    yield Case("lime-filtered", **scored("filtered-mse"), baseline=dense, gflop=1.9, at_most=2)
    yield Case("lime-chi2", **scored("chi2"), baseline=dense, gflop=11, at_most=2)
    yield Case("lime-trimmed", **scored("trimmed-mse"), baseline=dense, gflop=11, at_most=2.5)
    yield Case(
        "lime-filtered-trimmed-chi2",
        **scored("filtered-trimmed-chi2"),
        baseline=dense,
        gflop=11,
        at_most=2.5,
    )
    yield Case("lime-943", **scored("mse", fine), baseline=dense, gflop=16, at_most=1.8)
    yield Case(
        "lime-coarse",
        lambda: next(explain_progressively(x, mse, workers=workers)),
        "lime-mse",
        lambda: explain(x, mse, workers=workers),
        at_least=5,
    )
    yield Case(
        "lime-batch",
        lambda: list(explain_many(batch, mse, workers=workers)),
        gflop=1.9,
        per_run=BATCH,
        at_most=1.5,
    )


def svm_cases(workers: Workers) -> Iterator[Case]:
    x = spectrum(N_SVM_PIXELS, 5).astype(np.float64)
    saliency = ExplainSettings(method="saliency")
    lime = ExplainSettings()
    pixels = Neighbourhood.one_pixel_each(x, 0.01 * x).spectra()
    samples = lime_neighbourhood(x, lime).spectra().astype(np.float64)
    wanted = {"rbf": (60, 25), "linear": (40, 10), "poly": (50, 10)}
    for kernel, (times_saliency, times_lime) in wanted.items():
        classifier = machine(kernel)
        target = SvmTarget(classifier, 1, "log p")
        name = "poly2" if kernel == "poly" else kernel
        for method, settings, spectra, times in (
            ("saliency", saliency, pixels, times_saliency),
            ("lime-svm", lime, samples, times_lime),
        ):
            yield Case(
                f"{method}-{name}",
                lambda target=target, settings=settings: explain(
                    x, target, settings, workers=workers
                ),
                "scikit-learn predict_proba",
                lambda classifier=classifier, spectra=spectra: classifier.predict_proba(spectra),
                at_least=times,
            )


def milliseconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return 1e3 * (time.perf_counter() - start)


def mean_milliseconds(run: Callable[[], object]) -> float:
    """Of as many calls as take a while, one at least."""
    start, n_calls = time.perf_counter(), 0
    while n_calls == 0 or time.perf_counter() - start < ENOUGH_S:
        run()
        n_calls += 1
    return 1e3 * (time.perf_counter() - start) / n_calls


class MatrixRate:
    """Single-precision GFLOP/s of a 2048² matrix product, sampled throughout the run."""

    def __init__(self) -> None:
        self._left, self._right = torch.randn(2, 2048, 2048)
        self._out = torch.empty(2048, 2048)
        self.samples: list[float] = []

    def sample(self) -> float:
        ms = milliseconds(lambda: torch.mm(self._left, self._right, out=self._out))
        self.samples.append(2 * 2048**3 / GFLOP / (ms / 1e3))
        return self.samples[-1]


def measure(case: Case, rate: MatrixRate, repeats: int) -> Row:
    case.run()
    ours, theirs, rates, cold = [], [], [], []
    if case.baseline_run:
        slow = milliseconds(case.baseline_run) > 1e3 * SLOW_BASELINE_S
    for i in range(repeats):
        rates.append(rate.sample())
        # The product's threads spin on for some milliseconds, in the way of whoever comes next.
        time.sleep(SETTLE_S)
        cold.append(milliseconds(case.run) / case.per_run)
        ours.append(mean_milliseconds(case.run) / case.per_run)
        # A baseline of seconds varies by a few percent; three of them say enough.
        if case.baseline_run and not (slow and i >= 3):
            theirs.append(mean_milliseconds(case.baseline_run))
    ms = statistics.median(ours)
    baseline_ms = statistics.median(theirs) if theirs else None
    limit_ms = 1e3 * case.gflop / statistics.median(rates) if case.gflop else None
    ratio = baseline_ms / ms if baseline_ms else None
    times_limit = ms / limit_ms if limit_ms else None
    met = (case.at_least is None or ratio >= case.at_least) and (
        case.at_most is None or times_limit <= case.at_most
    )
    return Row(
        case.name,
        ms,
        case.baseline,
        baseline_ms,
        ratio,
        limit_ms,
        times_limit,
        peak_mb=None,
        cold_ms=statistics.median(cold),
        met=bool(met),
    )


def memory_row() -> Row:
    """Peak above idle of one dense 5000-sample explanation, in a process of its own."""
    command = [sys.executable, __file__, "--memory-alone"]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    peak_mb = answer["peak_mb"]
    return Row("memory", answer["ms"], "", None, None, None, None, peak_mb, None, peak_mb <= 150)


def memory_alone() -> None:
    x, target = spectrum(N_PIXELS, 0), VaeScore(untrained(), "mse")
    dense = CallableTarget(target)
    explain(x, dense, ExplainSettings(n_samples=2))
    status = Path("/proc/self/status")
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of starting up
    idle = _kilobytes(status, "VmRSS")
    ms = milliseconds(lambda: explain(x, dense))
    print(json.dumps({"ms": ms, "peak_mb": (_kilobytes(status, "VmHWM") - idle) / 1024}))


def _kilobytes(status: Path, field: str) -> int:
    line = next(line for line in status.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1])


@dataclass(frozen=True)
class Stage:
    """A part of an explanation, which others come before."""

    name: str
    run: Callable[[], object]
    millions: float = 0  # of multiplications
    megabytes: float = 0  # of weights read


def stages(target: VaeScore, x: np.ndarray, chosen: ExplainSettings) -> list[Stage]:
    """What one explanation does, in an order in which one thread may do it."""
    around = lime_neighbourhood(x, chosen)
    samples, prepared = LimeSamples.of(around, target, chosen), target.on_neighbourhood(around)
    few, many = samples.ridge(FIRST), samples.ridge(around.n)
    values = np.random.default_rng(0).random(around.n)
    (first, last, tried, form), n_segments = prepared.ahead, around.n_segments
    way = Network.of(target.vae, around.base.dtype, slice(None)).folding(around)
    layer, megabytes = 2 * N_PIXELS * 256 / 1e6, 4 * N_PIXELS * 256 / 1e6
    through = way.whole.work / 1e6
    scored, folded = (
        way.n_variables * (way.n_variables + n_segments) / 1e6 for way in (way.whole, way.folded)
    )
    folded += way.folded.work / 1e6
    rest = around.n - FIRST
    return [
        Stage(
            "segments, perturbation, masks",
            lambda: lime_neighbourhood(x, chosen),
        ),
        Stage("kernel", lambda: LimeSamples.of(around, target, chosen).weights(around.n)),
        Stage("first layer", first, layer, megabytes),
        Stage("last layer", last, layer, megabytes),
        Stage("200 samples whole", tried, FIRST * through),
        Stage("their score's coefficients", form),
        Stage("score of 200", lambda: prepared(slice(0, FIRST)), FIRST * scored),
        Stage("equations of 200", few.ahead[0]),
        Stage("fit of 200", lambda: few.fit(values[:FIRST])),
        Stage("folding", lambda: prepared(slice(FIRST, FIRST + 1))),
        Stage("4800 samples", lambda: prepared(slice(FIRST, around.n)), rest * folded),
        Stage("equations of 5000", lambda: [prepare() for prepare in many.ahead]),
        Stage("fit of 5000", lambda: many.fit(values)),
    ]


def profile(rate: MatrixRate, repeats: int) -> str:
    """Stages of lime-mse: ms in one thread, million multiplications, MB read."""
    target, x, chosen = VaeScore(autoencoder(), "mse"), spectrum(N_PIXELS, 0), ExplainSettings()
    torch.set_num_threads(1)
    times: dict[str, list[float]] = {}
    for _ in range(repeats + 1):
        run = stages(target, x, chosen)
        for stage in run:
            times.setdefault(stage.name, []).append(milliseconds(stage.run))
    one_thread = statistics.median(rate.sample() for _ in range(repeats))
    lines = [f"one thread, {one_thread:.0f} GFLOP/s", f"{'':34}{'ms':>7}{'M mult.':>9}{'MB':>7}"]
    lines += [
        f"{stage.name:34}{statistics.median(times[stage.name][1:]):7.2f}"
        f"{stage.millions:9.1f}{stage.megabytes:7.1f}"
        for stage in run
    ]
    return "\n".join(lines)


def describe(rate: MatrixRate, threads: int) -> dict[str, object]:
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "threads": threads,
        "sgemm_gflops": round(statistics.median(rate.samples), 1) if rate.samples else None,
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
    }


def table(rows: list[Row]) -> str:
    heads = ("ms", "baseline", "ratio", "limit", "× limit", "cold")
    lines = [f"{'case':28}" + "".join(f"{head:>10}" for head in heads) + "  met"]
    for row in rows:
        figures = (row.ms, row.baseline_ms, row.ratio, row.limit_ms, row.times_limit, row.cold_ms)
        cells = ["–" if figure is None else f"{figure:.2f}" for figure in figures]
        met = "yes" if row.met else "NO"
        peak = "" if row.peak_mb is None else f"  peak {row.peak_mb:.0f} MB"
        lines.append(f"{row.name:28}" + "".join(f"{cell:>10}" for cell in cells) + f"  {met}{peak}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--only", nargs="+", default=[], help="names of rows, or starts of names")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--profile", action="store_true", help="where the time of lime-mse goes")
    parser.add_argument("--memory-alone", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.memory_alone:
        memory_alone()
        return
    wanted = tuple(arguments.only)
    rate, rows = MatrixRate(), []
    rate.sample()
    if arguments.profile:
        print(profile(rate, arguments.repeats))
        return
    with Workers(arguments.threads) as workers:
        for cases in (lime_cases, svm_cases):
            chosen = (c for c in cases(workers) if not wanted or c.name.startswith(wanted))
            rows.extend(measure(case, rate, arguments.repeats) for case in chosen)
    if not wanted or "memory" in wanted:
        rows.append(memory_row())
    if arguments.json:
        found = {"machine": describe(rate, arguments.threads), "cases": [asdict(r) for r in rows]}
        print(json.dumps(found, indent=2))
    else:
        print(describe(rate, arguments.threads))
        print(table(rows))


if __name__ == "__main__":
    main()
