"""What each step of the tuning of the fast path gains: how much longer a row takes without it.

Each step is switched off in a copy of core/targets/ of its own, by the edit written here, and an
explanation by the copy is made in turns with one by the original, in one process and one thread.
The ratio is of the least processor time of each, for what else the machine does only adds. Beside
the rows stands how far the copy's weights are off, of the largest. First comes the plain version
in torch of core/targets/network/README.md.

    python benchmarks/steps.py [--only STEP ...] [--rows ROW ...] [--repeats 41] [--threads 1]
"""

from __future__ import annotations

import argparse
import importlib
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Protocol

import numpy as np
import torch
from explain import N_PIXELS, autoencoder, spectrum, untrained
from spexplain import core
from spexplain.core import targets as ours
from spexplain.core.compute.workers import Workers
from spexplain.core.explain.entry import (
    ExplainSettings,
    Explanation,
    explain,
    explain_many,
    explain_progressively,
)
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.targets import VaeScore
from spexplain.core.targets.base import RowEvaluator

TARGETS = Path(__file__).parents[1] / "core/targets"
README = TARGETS / "network/README.md"
N_BATCH = 10


@dataclass(frozen=True)
class Step:
    """A step of the tuning, and the edits that take it back: of a file, what and by what."""

    name: str
    edits: tuple[tuple[str, str, str], ...]


READ_AGAIN = """
def _read_again(projected, at_base, network, labels, delta, base):
    out = torch.from_numpy(network.out)
    rest = (out @ torch.from_numpy(at_base) + network.out_bias).numpy() - base
    along = 2 * (out.T @ torch.from_numpy(rest)).numpy()
    own = np.bincount(labels, delta * (delta - 2 * rest), len(projected.pieces))
    across = np.ascontiguousarray(-2 * projected.pieces.T.astype(base.dtype))
    square = float(rest.astype(float) @ rest.astype(float))
    return _Residual(across, along, own.astype(base.dtype), square)


"""

STEPS = (
    Step(
        "fold what never changes sign",
        (
            ("network/matrices.py", "return self._folded()", "return self.whole"),
            ("network/decoded_score.py", "whole() if way is folding().whole else ", ""),
        ),
    ),
    Step(
        "affine in few variables",
        (
            (
                "network/folding.py",
                "(n_variables + n_bends < n_awake or n_bends == n_awake == 0)",
                "(n_bends == n_awake == 0)",
            ),
        ),
    ),
    Step(
        "the tried samples are the first answer",
        (
            (
                "network/matrices.py",
                "if self._rows.step == 1 and rows.stop <= self._rows.stop:",
                "if False:",
            ),
        ),
    ),
    Step(
        "rest: units at 0 throughout a tile",
        (("network/forward.py", "return not moved", "return False"),),
    ),
    Step(
        "rest, in decoding",
        (("network/decoded_score.py", "if not moving.all():", "if False:"),),
    ),
    Step(
        "only units that may wake are entered",
        (
            (
                "network/matrices.py",
                "if entered[h] + max(most[h], 0) > 0:",
                "if True:",
            ),
        ),
    ),
    Step(
        "tiles near to a core",
        (("network/forward.py", "LANES = 256", "LANES = 1 << 20"),),
    ),
    Step(
        "the form summed where the tile lies",
        (
            (
                "network/mean_square.py",
                "return form.evaluate(way, folding().entering(rows), masks, rows)",
                "variables, astray = way.values(folding().entering(rows))\n"
                "            return form.values(variables, masks, rows), astray",
            ),
        ),
    ),
    Step(
        "half of G, in bands",
        (("network/quadratic_form.py", "BAND = 128", "BAND = 1 << 20"),),
    ),
    Step(
        "one changed segment a sample",
        (("network/mean_square.py", "alone=alone", "alone=False"),),
    ),
    Step(
        "ranges by ordinals",
        (
            (
                "network/ranges.py",
                "bits, u = entering[r].view(ordinals.dtype), units[r]",
                "bits, u = entering[r], units[r]\n"
                "        lo = hi = bits[0]\n"
                "        for i in range(len(bits)):\n"
                "            lo, hi = min(lo, bits[i]), max(hi, bits[i])\n"
                "        least[u], most[u] = min(least[u], lo), max(most[u], hi)\n"
                "        continue",
            ),
            (
                "network/ranges.py",
                "lowest = highest = _ordinal(bits[0], sign, others)",
                "bits = bits.view(ordinals.dtype)\n"
                "        lowest = highest = _ordinal(bits[0], sign, others)",
            ),
        ),
    ),
    Step(
        "products on the thread that asks",
        (
            (
                "network/folded.py",
                "with one_blas_thread():",
                "if True:",
            ),
            (
                "network/folding.py",
                "with one_blas_thread():",
                "if True:",
            ),
        ),
    ),
    Step(
        "sums that may be contracted",
        (
            ("network/forward.py", 'compiled("contract", "nsz")', "compiled()"),
            ("network/folded.py", 'compiled("contract", "nsz")', "compiled()"),
            ("network/folding.py", 'compiled("contract", "nsz")', "compiled()"),
            ("network/quadratic_form.py", 'compiled("contract", "nsz")', "compiled()"),
            ("network/mean_square.py", '"contract", "nsz", "reassoc"', ""),
        ),
    ),
    Step(
        "whole network at the base skips sleepers",
        (("network/folded.py", "if active[v] != 0:", "if True:"),),
    ),
    Step(
        "last layer read once",
        (
            (
                "network/mean_square.py",
                "_Residual(*_behind(*projected(), self._gram, folding().whole.at_base))",
                "_read_again(projected(), folding().whole.at_base, *self._around)",
            ),
            (
                "network/mean_square.py",
                "        bias, n_segments = network",
                "        self._around = network, labels, delta, base\n"
                "        bias, n_segments = network",
            ),
            (
                "network/mean_square.py",
                "@_compiled\ndef _projected",
                READ_AGAIN + "@_compiled\ndef _projected",
            ),
        ),
    ),
)

ROWS: dict[str, tuple[str, dict]] = {
    "lime-mse": ("mse", {}),
    "lime-mse-untrained": ("mse", {}),
    "lime-chi2": ("chi2", {}),
    "lime-943": ("mse", {"n_segments": 943}),
    "lime-coarse": ("mse", {}),
    "lime-batch": ("mse", {}),
    "saliency-mse": ("mse", {"method": "saliency"}),
}


class Target(Protocol):
    """What is explained."""

    name: str

    def on_neighbourhood(self, around: Neighbourhood) -> RowEvaluator: ...


def target(targets: ModuleType, vaes: dict[str, Vae], row: str) -> Target:
    vae = vaes["untrained" if row.endswith("untrained") else "trained"]
    return targets.VaeScore(vae, ROWS[row][0])


class Plain:
    """The README's lines in place of the fast path."""

    def __init__(self, fast: VaeScore) -> None:
        self.name, self._fast = "mse", fast
        (lines,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
        names: dict[str, Callable] = {}
        exec(lines, names)
        self._plain = names["plain"]

    def __call__(self, spectra: np.ndarray) -> np.ndarray:
        return self._fast(spectra)

    @torch.no_grad()
    def on_neighbourhood(self, around: Neighbourhood) -> RowEvaluator:
        base, delta = torch.from_numpy(around.base), torch.from_numpy(around.delta)
        labels = torch.from_numpy(around.labels.astype(np.int64))
        scores = self._plain(self._fast.vae, base, delta, labels)

        def values(rows: slice) -> np.ndarray:
            with torch.no_grad():
                masks = torch.from_numpy(around.masks.dense(rows, around.base.dtype))
                return scores(masks).double().numpy()

        return values


def run(row: str, target: Target, workers: Workers) -> Callable[[], Explanation]:
    """What is timed."""
    x, settings = spectrum(N_PIXELS, 0), ExplainSettings(**ROWS[row][1])
    if row == "lime-coarse":
        return lambda: next(explain_progressively(x, target, workers=workers))
    if row == "lime-batch":
        batch = np.stack([spectrum(N_PIXELS, i) for i in range(N_BATCH)])
        return lambda: list(explain_many(batch, target, workers=workers))[-1]
    return lambda: explain(x, target, settings, workers=workers)


def without(step: Step, folder: Path) -> str:
    """Write a copy of core/targets/ without a step, and say what it is called.

    Modules that the edits do not reach are the original's own, and so are not compiled again.

    Raises
    ------
    ValueError
        If an edit does not find its place, once.
    """
    copy = "targets_without_" + re.sub(r"\W+", "_", step.name)
    shutil.copytree(TARGETS, folder / copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name, old, new in step.edits:
        path = folder / copy / name
        text = path.read_text("utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{step.name}: {text.count(old)} places in {name} read {old!r}")
        path.write_text(text.replace(old, new), "utf-8")
    modules = {path.relative_to(TARGETS) for path in TARGETS.rglob("*.py")}
    reached = _reached({Path(name) for name, _, _ in step.edits}, modules)
    for name in modules - reached:
        if name.name != "__init__.py":
            home = ".".join((ours.__name__, *name.with_suffix("").parts))
            lines = f"import sys\nimport {home} as own\nsys.modules[__name__] = own\n"
            (folder / copy / name).write_text(lines, "utf-8")
    return copy


def _reached(edited: set[Path], modules: set[Path]) -> set[Path]:
    """What is edited, and what imports it, and so on."""
    imports = re.compile(r"^from (\.+)([\w.]+) import", re.MULTILINE)
    needs = {
        name: {
            Path(*name.parts[: len(name.parts) - len(dots)], *of.split(".")).with_suffix(".py")
            for dots, of in imports.findall((TARGETS / name).read_text("utf-8"))
        }
        for name in modules
    }
    reached = set(edited)
    while more := {name for name in modules - reached if needs[name] & reached}:
        reached |= more
    return reached


def milliseconds(run: Callable[[], object]) -> float:
    """Of the processor, so that what else the machine does counts little."""
    start = time.process_time()
    run()
    return 1e3 * (time.process_time() - start)


def compared(
    one: Callable[[], Explanation], other: Callable[[], Explanation], repeats: int
) -> tuple[float, float]:
    """How much longer the other takes, and how far its weights are off, of the largest."""
    weights, again = one().weights, other().weights
    times = [(milliseconds(one), milliseconds(other)) for _ in range(repeats)]
    least, longer = np.min(times, axis=0)
    return longer / least, float(np.abs(weights - again).max() / np.abs(weights).max())


def variants(steps: Sequence[Step], vaes: dict[str, Vae]) -> Iterator[tuple[str, dict]]:
    """Of the plain version and without each step, the target of each row that it has."""
    mse = [row for row in ROWS if ROWS[row] == ("mse", {}) or row == "lime-943"]
    yield "the plain version", {row: Plain(target(ours, vaes, row)) for row in mse}
    with tempfile.TemporaryDirectory() as folder:
        core.__path__.append(folder)
        for step in steps:
            copy = importlib.import_module(f"{core.__name__}.{without(step, Path(folder))}")
            yield step.name, {row: target(copy, vaes, row) for row in ROWS}
        core.__path__.remove(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=[], help="names of steps, or starts of names")
    parser.add_argument("--rows", nargs="+", default=list(ROWS), choices=list(ROWS))
    parser.add_argument("--repeats", type=int, default=41)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    steps = [s for s in STEPS if not arguments.only or s.name.startswith(tuple(arguments.only))]
    vaes = {"trained": autoencoder(), "untrained": untrained()}
    print(f"{'without':42}" + "".join(f"{row:>20}" for row in arguments.rows) + "  weights")
    with Workers(arguments.threads) as workers:
        for name, theirs in variants(steps, vaes):
            cells, furthest = "", 0.0
            for row in arguments.rows:
                if row not in theirs:
                    cells += f"{'–':>20}"
                    continue
                pair = (run(row, of, workers) for of in (target(ours, vaes, row), theirs[row]))
                ratio, apart = compared(*pair, arguments.repeats)
                cells, furthest = cells + f"{ratio:20.2f}", max(furthest, apart)
            print(f"{name:42}{cells}{furthest:9.0e}", flush=True)


if __name__ == "__main__":
    main()
