"""What each step of the tuning of the fast path gains: how much longer a row takes without it.

Each step is switched off in a copy of core/ of its own, by the edit written here, and an
explanation by the copy is made in turns with one by the original, in one process and one thread.
The ratio is of the least processor time of each, for what else the machine does only adds. Beside
the rows stands how far the copy's weights are off, of the largest. First comes the plain version
in torch of core/targets/network/README.md.

    python benchmarks/steps.py [--only STEP ...] [--rows ROW ...] [--repeats 25] [--threads 1]
"""

from __future__ import annotations

import argparse
import importlib
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from explain import N_PIXELS, autoencoder, spectrum, untrained

CORE = Path(__file__).parents[1] / "core"
README = CORE / "targets/network/README.md"
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
            ("targets/network/matrices.py", "return self._folded()", "return self.whole"),
            ("targets/decoded_score.py", "whole() if way is folding().whole else ", ""),
        ),
    ),
    Step(
        "affine in few variables",
        (
            (
                "targets/network/folding.py",
                "(n_variables + n_bends < n_awake or n_bends == n_awake == 0)",
                "(n_bends == n_awake == 0)",
            ),
        ),
    ),
    Step(
        "the tried samples are the first answer",
        (
            (
                "targets/network/matrices.py",
                "if self._rows.step == 1 and rows.stop <= self._rows.stop:",
                "if False:",
            ),
        ),
    ),
    Step(
        "rest: units at 0 throughout a tile",
        (("targets/network/forward.py", "return not moved", "return False"),),
    ),
    Step(
        "rest, in decoding",
        (("targets/decoded_score.py", "if not moving.all():", "if False:"),),
    ),
    Step(
        "only units that may wake are entered",
        (
            (
                "targets/network/matrices.py",
                "if entered[h] + max(most[h], 0) > 0:",
                "if True:",
            ),
        ),
    ),
    Step(
        "tiles near to a core",
        (("targets/network/forward.py", "LANES = 256", "LANES = 1 << 20"),),
    ),
    Step(
        "the form summed where the tile lies",
        (
            (
                "targets/network/mean_square.py",
                "return form.walked(way, folding().entering(rows), masks, rows)",
                "variables, astray = way.values(folding().entering(rows))\n"
                "            return form.values(variables, masks, rows), astray",
            ),
        ),
    ),
    Step(
        "half of G, in bands",
        (("targets/network/quadratic_form.py", "BAND = 128", "BAND = 1 << 20"),),
    ),
    Step(
        "one changed segment a sample",
        (("targets/network/mean_square.py", "alone=alone", "alone=False"),),
    ),
    Step(
        "ranges by ordinals",
        (
            (
                "targets/network/ranges.py",
                "bits, u = entering[r].view(ordinals.dtype), units[r]",
                "bits, u = entering[r], units[r]\n"
                "        lo = hi = bits[0]\n"
                "        for i in range(len(bits)):\n"
                "            lo, hi = min(lo, bits[i]), max(hi, bits[i])\n"
                "        least[u], most[u] = min(least[u], lo), max(most[u], hi)\n"
                "        continue",
            ),
            (
                "targets/network/ranges.py",
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
                "targets/network/folded.py",
                "with one_blas_thread():",
                "if True:",
            ),
            (
                "targets/network/folding.py",
                "with one_blas_thread():",
                "if True:",
            ),
        ),
    ),
    Step(
        "sums that may be contracted",
        (
            ("targets/network/forward.py", 'compiled("contract", "nsz")', "compiled()"),
            ("targets/network/folded.py", 'compiled("contract", "nsz")', "compiled()"),
            ("targets/network/folding.py", 'compiled("contract", "nsz")', "compiled()"),
            ("targets/network/quadratic_form.py", 'compiled("contract", "nsz")', "compiled()"),
            ("targets/network/mean_square.py", '"contract", "nsz", "reassoc"', ""),
        ),
    ),
    Step(
        "whole network at the base skips sleepers",
        (("targets/network/folded.py", "if active[v] != 0:", "if True:"),),
    ),
    Step(
        "last layer read once",
        (
            (
                "targets/network/mean_square.py",
                "_Residual(*_behind(*projected, self._gram, at_base))",
                "_read_again(projected, at_base, *self._around)",
            ),
            (
                "targets/network/mean_square.py",
                "        bias, n_segments = network",
                "        self._around = network, labels, delta, base\n"
                "        bias, n_segments = network",
            ),
            (
                "targets/network/mean_square.py",
                "@_compiled\ndef _projected",
                READ_AGAIN + "@_compiled\ndef _projected",
            ),
        ),
    ),
)

ROWS: dict[str, tuple[str, dict]] = {
    "lime-mse": ("mse", {}),
    "lime-mse-factor-0.6": ("mse", {"factor": 0.6}),
    "lime-mse-untrained": ("mse", {}),
    "lime-filtered": ("filtered-mse", {}),
    "lime-chi2": ("chi2", {}),
    "lime-trimmed": ("trimmed-mse", {}),
    "lime-943": ("mse", {"n_segments": 943}),
    "lime-coarse": ("mse", {}),
    "lime-batch": ("mse", {}),
    "saliency-mse": ("mse", {"method": "saliency"}),
}


class House:
    """One copy of core/, and the rows of the table made with it."""

    def __init__(self, package: str, arrays: dict[str, dict], threads: int) -> None:
        def room(name: str) -> ModuleType:
            return importlib.import_module(f"{package}.core.{name}")

        self.entry, self.targets = room("explain.entry"), room("targets")
        self.workers = room("compute.workers").Workers(threads)
        vae = room("models.autoencoder.network").Vae
        self.vaes = {name: vae.from_arrays(of) for name, of in arrays.items()}
        self.prepared = room("targets.base").Prepared
        self._made: dict[tuple, object] = {}

    def target(self, row: str) -> object:
        score, of = ROWS[row][0], "untrained" if row.endswith("untrained") else "trained"
        if (score, of) not in self._made:
            kept = np.ones(N_PIXELS, bool)
            kept[np.random.default_rng(0).choice(N_PIXELS, 120, replace=False)] = False
            self._made[score, of] = self.targets.VaeScore(
                self.vaes[of], score, kept=kept if "filtered" in score else None
            )
        return self._made[score, of]

    def has(self, row: str) -> bool:
        return row in ROWS

    def run(self, row: str) -> Callable[[], object]:
        """What is timed; its answer has weights."""
        x, target = spectrum(N_PIXELS, 0), self.target(row)
        settings = self.entry.ExplainSettings(**ROWS[row][1])
        if row == "lime-coarse":
            return lambda: next(self.entry.explain_progressively(x, target, workers=self.workers))
        if row == "lime-batch":
            batch = np.stack([spectrum(N_PIXELS, i) for i in range(N_BATCH)])
            return lambda: list(self.entry.explain_many(batch, target, workers=self.workers))[-1]
        return lambda: self.entry.explain(x, target, settings, workers=self.workers)


class Plain(House):
    """The original, with the README's lines in place of the fast path."""

    def has(self, row: str) -> bool:
        return ROWS[row][0] in ("mse", "filtered-mse") and not row.startswith("saliency")

    def target(self, row: str) -> object:
        fast, house = super().target(row), self
        lines = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)[0]
        names: dict[str, Callable] = {}
        exec(lines, names)

        class Target:
            name = fast.name

            def __call__(self, spectra: np.ndarray) -> np.ndarray:
                return fast(spectra)

            def on_neighbourhood(self, around: object) -> object:
                parts = [torch.from_numpy(part) for part in (around.base, around.delta)]
                labels = torch.from_numpy(around.labels.astype(np.int64))
                with torch.no_grad():
                    scores = names["plain"](fast.vae, *parts, labels, fast._pixels)

                def values(rows: slice) -> np.ndarray:
                    with torch.no_grad():
                        masks = torch.from_numpy(around.masks.dense(rows, around.base.dtype))
                        return scores(masks).double().numpy()

                return house.prepared(values, 1e9)

        return Target()


def without(step: Step, folder: Path) -> str:
    """Write a copy of core/ without a step, and say what its package is called.

    Raises
    ------
    ValueError
        If an edit does not find its place, once.
    """
    package = "without_" + re.sub(r"\W+", "_", step.name)
    shutil.copytree(CORE, folder / package / "core", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / package / "__init__.py").touch()
    for name, old, new in step.edits:
        path = folder / package / "core" / name
        text = path.read_text("utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{step.name}: {text.count(old)} places in {name} read {old!r}")
        path.write_text(text.replace(old, new), "utf-8")
    return package


def milliseconds(run: Callable[[], object]) -> float:
    """Of the processor, so that what else the machine does counts little."""
    start = time.process_time()
    run()
    return 1e3 * (time.process_time() - start)


def compared(ours: House, theirs: House, row: str, repeats: int) -> tuple[float, float] | None:
    """How much longer the copy takes, and how far its weights are off, of the largest."""
    if not theirs.has(row):
        return None
    one, other = ours.run(row), theirs.run(row)
    weights, again = one().weights, other().weights
    times = [(milliseconds(one), milliseconds(other)) for _ in range(repeats)]
    quickest, longer = np.min(times, axis=0)
    return longer / quickest, float(np.abs(weights - again).max() / np.abs(weights).max())


def houses(steps: list[Step], threads: int, folder: Path) -> Iterator[tuple[str, House]]:
    arrays = {"trained": autoencoder().to_arrays(), "untrained": untrained().to_arrays()}
    yield "", House("spexplain", arrays, threads)
    yield "the plain version", Plain("spexplain", arrays, threads)
    for step in steps:
        yield step.name, House(without(step, folder), arrays, threads)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=[], help="names of steps, or starts of names")
    parser.add_argument("--rows", nargs="+", default=list(ROWS), choices=list(ROWS))
    parser.add_argument("--repeats", type=int, default=25)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    steps = [s for s in STEPS if not arguments.only or s.name.startswith(tuple(arguments.only))]
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        made = houses(steps, arguments.threads, Path(folder))
        _, ours = next(made)
        print(f"{'without':42}" + "".join(f"{row:>20}" for row in arguments.rows) + "  weights")
        for name, theirs in made:
            found = [compared(ours, theirs, row, arguments.repeats) for row in arguments.rows]
            cells = "".join(f"{'–' if of is None else f'{of[0]:.2f}':>20}" for of in found)
            print(f"{name:42}{cells}{max(of[1] for of in found if of):9.0e}", flush=True)


if __name__ == "__main__":
    main()
