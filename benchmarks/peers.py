"""How fast LIME is here beside lime, shap and captum on the same model, spectrum and segments.

Every peer gets the same autoencoder as one vectorised call, the same 77 segments and perturbed
spectrum, and as many samples; where its definition is ours, the same kernel and ridge too, and
then its weights must be ours. All are timed in turn in one run. The peers live in an environment
of their own:

    make peers          # or: .venv-peers/bin/python benchmarks/peers.py
    .venv-peers/bin/python benchmarks/peers.py [--json] [--repeats 7] [--threads 2]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

os.environ["TQDM_DISABLE"] = "1"  # lime draws its progress whether asked to or not

import numpy as np
import shap
import torch
from captum._utils.models.linear_model import SkLearnRidge
from captum.attr import Lime
from captum.attr._core.lime import get_exp_kernel_similarity_function
from explain import MatrixRate, Row, autoencoder, describe, milliseconds, spectrum, table
from lime.lime_base import LimeBase
from lime.lime_image import LimeImageExplainer
from sklearn.metrics import pairwise_distances
from spexplain.core.compute.workers import Workers
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.surrogate.kernel import locality_weights
from spexplain.core.surrogate.ridge import weighted_ridge
from spexplain.core.targets import VaeScore, evaluate
from threadpoolctl import threadpool_limits

N_PIXELS = 3773
GFLOP = 1.9
AT_LEAST = 20.0
SLOW_S = 2.0
FEWEST = 3
_SEEDS = 10
SETTINGS = ExplainSettings()
STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Task:
    """What all of them explain, and how far apart its samples are."""

    def __init__(self, settings: ExplainSettings = SETTINGS) -> None:
        self.settings = settings
        self.x = spectrum(N_PIXELS, 0)
        self.target = VaeScore(autoencoder(), "mse")
        self.neighbourhood = lime_neighbourhood(self.x, settings)
        self.labels = self.neighbourhood.labels
        self.base = self.neighbourhood.base
        self.masks = self.neighbourhood.masks.dense(slice(None), np.dtype(np.uint8))
        # The text's kernel exp(−D²/σ²): σ² as locality.py defines it for a width of 1.
        self.sigma = float(np.sqrt(0.5 * np.sum((self.x - self.base).astype(np.float64) ** 2)))

    def spectra(self, masks: np.ndarray) -> np.ndarray:
        """Samples (n, D) of masks (n, S), all at once."""
        return np.where(masks[:, self.labels] != 0, self.x, self.base)

    def ours(self, masks: np.ndarray, kernel: str) -> np.ndarray:
        """Our weights for a peer's own masks."""
        pieces = self.x - self.base
        near = Neighbourhood(self.base, pieces, self.labels, BinaryMasks.pack(masks))
        values = evaluate(self.target, near)
        near_by = locality_weights(near, kernel=kernel)
        return weighted_ridge(near.masks, values, near_by).coefficients


@dataclass(frozen=True)
class Peer:
    """Another way to the weights: what to run, and what ours would be by the same definition."""

    name: str
    package: str
    run: Callable[[], np.ndarray]
    ours: Callable[[], np.ndarray]
    same: bool  # the definitions coincide, so the weights must


def lime_base(task: Task) -> np.ndarray:
    base = LimeBase(lambda distance: np.exp(-((distance / task.sigma) ** 2)), random_state=0)
    spectra = task.spectra(task.masks)
    distances = pairwise_distances(spectra, spectra[:1], metric="euclidean").ravel()
    values = task.target(spectra)[:, None]
    n_segments = task.masks.shape[1]
    found = base.explain_instance_with_data(
        task.masks, values, distances, 0, n_segments, feature_selection="none"
    )
    return by_segment(found[1], n_segments)


class LimeImage:
    """lime_image on an image one pixel high, as O25's code has it; it draws masks of its own."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.masks = task.masks

    def __call__(self) -> np.ndarray:
        """Weights; what masks it drew is in ``masks``."""
        task, n_segments = self.task, self.task.masks.shape[1]
        explainer = LimeImageExplainer(
            kernel=lambda d, kernel_width: np.sqrt(np.exp(-(d**2) / kernel_width**2)),
            random_state=0,
        )
        # As its explain_instance, which itself knows no perturbation but a colour.
        self.masks, values = explainer.data_labels(
            task.x[None, :, None],
            task.base[None, :, None],
            task.labels[None],
            lambda images: task.target(images[:, 0, :, 0])[:, None],
            task.settings.n_samples,
            batch_size=500,
        )
        distances = pairwise_distances(self.masks, self.masks[:1], metric="cosine").ravel()
        found = explainer.base.explain_instance_with_data(
            self.masks, values, distances, 0, n_segments, feature_selection="none"
        )
        return by_segment(found[1], n_segments)


def kernel_shap(task: Task, seed: int = 0) -> np.ndarray:
    n_segments = task.masks.shape[1]
    explainer = shap.KernelExplainer(
        lambda masks: task.target(task.spectra(masks)), np.zeros((1, n_segments))
    )
    np.random.seed(seed)  # noqa: NPY002 - the only seed it takes
    return explainer.shap_values(
        np.ones((1, n_segments)), nsamples=task.settings.n_samples, l1_reg=False, silent=True
    )[0]


def shapley_errors(task: Task) -> dict[str, float]:
    """Relative errors of Shapley values of MSE with as many evaluations, ours and shap's.

    Both against a run of ours thirty times as long, of another seed; means over ten seeds, since
    one seed's may be a quarter off.
    """
    chosen = replace(task.settings, method="shapley")
    long = replace(chosen, n_samples=30 * chosen.n_samples, seed=chosen.seed + _SEEDS)
    truth = explain(task.x, task.target, long).weights

    def error(found: np.ndarray) -> float:
        return float(np.linalg.norm(found - truth) / np.linalg.norm(truth))

    def of_seed(seed: int) -> np.ndarray:
        return explain(task.x, task.target, replace(chosen, seed=seed)).weights

    return {
        "evaluations": chosen.n_samples,
        "ours": float(np.mean([error(of_seed(seed)) for seed in range(_SEEDS)])),
        "shap-kernel": float(np.mean([error(kernel_shap(task, seed)) for seed in range(_SEEDS)])),
    }


def captum_lime(task: Task) -> np.ndarray:
    rows = iter(torch.from_numpy(task.masks).long())
    explainer = Lime(
        lambda spectra: torch.from_numpy(task.target(spectra.numpy())),
        interpretable_model=SkLearnRidge(alpha=task.settings.ridge_alpha),
        # Its kernel is exp(−D²/2w²).
        similarity_func=get_exp_kernel_similarity_function("euclidean", task.sigma / np.sqrt(2)),
        perturb_func=lambda *_, **__: next(rows)[None],
    )
    found = explainer.attribute(
        torch.from_numpy(task.x)[None],
        baselines=torch.from_numpy(task.base)[None],
        feature_mask=torch.from_numpy(task.labels).long()[None],
        n_samples=task.settings.n_samples,
        perturbations_per_eval=500,
        return_input_shape=False,
    )
    return found[0].numpy().astype(np.float64)


def by_segment(pairs: list[tuple[int, float]], n_segments: int) -> np.ndarray:
    weights = np.zeros(n_segments)
    for segment, weight in pairs:
        weights[segment] = weight
    return weights


def ours(task: Task, workers: Workers) -> np.ndarray:
    return explain(task.x, task.target, task.settings, workers=workers).weights


def peers(task: Task, workers: Workers) -> list[Peer]:
    mine = partial(ours, task, workers)
    image = LimeImage(task)
    return [
        Peer("lime_base", "lime", partial(lime_base, task), mine, True),
        Peer("lime_image", "lime", image, lambda: task.ours(image.masks, "code"), True),
        Peer("shap-kernel", "shap", partial(kernel_shap, task), mine, False),
        Peer("captum-lime", "captum", partial(captum_lime, task), mine, True),
    ]


@dataclass
class Timed:
    """A peer's times and how its weights compare with ours."""

    peer: Peer
    ms: list[float]
    correlation: float
    relative: float


def first_look(peer: Peer) -> Timed:
    """The warm-up run, for the agreement of the weights."""
    weights, expected = peer.run(), peer.ours()
    relative = float(np.abs(weights - expected).max() / np.abs(expected).max())
    return Timed(peer, [], float(np.corrcoef(weights, expected)[0, 1]), relative)


def measure(task: Task, workers: Workers, rate: MatrixRate, repeats: int) -> list[dict]:
    run = partial(ours, task, workers)
    rate.sample()
    run()
    found = [first_look(peer) for peer in peers(task, workers)]
    times, rates = [], []
    for i in range(repeats):
        for timed in found:
            # One that takes seconds varies by a few percent; a few runs say enough.
            if i < FEWEST or statistics.median(timed.ms) < 1e3 * SLOW_S:
                timed.ms.append(milliseconds(timed.peer.run))
            rates.append(rate.sample())
            times.append(milliseconds(run))
    ms, limit_ms = statistics.median(times), 1e3 * GFLOP / statistics.median(rates)
    fastest = min(found, key=lambda timed: statistics.median(timed.ms))
    rows = [row("lime-mse", ms, limit_ms, fastest, AT_LEAST)]
    return rows + [row(timed.peer.name, ms, limit_ms, timed, None) for timed in found]


def peak_mb_of(name: str) -> float | None:
    """Peak above idle of one explanation, in a process of its own; None where not known."""
    if not RESET.exists():
        return None
    command = [sys.executable, __file__, "--memory-of", name]
    return float(subprocess.run(command, check=True, capture_output=True).stdout)


def memory_alone(name: str, workers: Workers) -> float:
    def run(task: Task) -> None:
        runs = {peer.name: peer.run for peer in peers(task, workers)}
        runs.get(name, partial(ours, task, workers))()

    run(Task(ExplainSettings(n_samples=2 * SETTINGS.n_segments)))
    task = Task()
    RESET.write_text("5")  # forget the peak of starting up
    idle = kilobytes("VmRSS")
    run(task)
    return (kilobytes("VmHWM") - idle) / 1024


def kilobytes(field: str) -> int:
    lines = STATUS.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def row(name: str, ms: float, limit_ms: float, timed: Timed, least: float | None) -> dict:
    baseline_ms = statistics.median(timed.ms)
    ratio = baseline_ms / ms
    met = (least is None or ratio >= least) and (not timed.peer.same or timed.relative < 1e-3)
    label = f"{timed.peer.name} {version(timed.peer.package)}"
    figures = Row(
        name,
        ms,
        label,
        baseline_ms,
        ratio,
        limit_ms,
        times_limit=ms / limit_ms,
        peak_mb=None,
        cold_ms=None,
        met=bool(met),
    )
    return asdict(figures) | {
        "baseline_peak_mb": None,
        "baseline_runs": len(timed.ms),
        "same_definition": timed.peer.same,
        "correlation": timed.correlation,
        "relative_difference": timed.relative,
    }


def agreement(rows: list[dict]) -> str:
    """One line a peer: how its weights compare with ours, and its peak memory."""
    lines = []
    for r in rows[1:]:
        same = r["same_definition"]
        how = f"differ by {r['relative_difference']:.1e}" if same else "Shapley values"
        peak = "–" if r["baseline_peak_mb"] is None else f"{r['baseline_peak_mb']:.0f} MB"
        lines.append(
            f"{r['name']:28}weights correlate at {r['correlation']:.6f}, {how}; peak {peak}; "
            f"median of {r['baseline_runs']}"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rate = MatrixRate()
    with threadpool_limits(arguments.threads), Workers(arguments.threads) as workers:
        if arguments.memory_of:
            print(memory_alone(arguments.memory_of, workers))
            return
        rows = measure(Task(), workers, rate, arguments.repeats)
        errors = shapley_errors(Task())
    our_peak = peak_mb_of("ours")
    peaks = {r["name"]: peak_mb_of(r["name"]) for r in rows[1:]}
    for r in rows:
        r["peak_mb"], r["baseline_peak_mb"] = our_peak, peaks.get(r["baseline"].split()[0])
    machine = describe(rate, arguments.threads)
    if arguments.json:
        print(json.dumps({"machine": machine, "cases": rows, "shapley_errors": errors}, indent=2))
    else:
        names = Row.__dataclass_fields__
        print(machine)
        print(table([Row(**{name: r[name] for name in names}) for r in rows]))
        print(agreement(rows))
        print(f"Shapley values of MSE, relative error with as many evaluations: {errors}")


if __name__ == "__main__":
    main()
