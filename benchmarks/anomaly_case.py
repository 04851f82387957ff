"""A trained autoencoder's score at one spectrum, as a function of masks: shared by benchmarks."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.settings import ExplainSettings
from spexplain.core.surrogate.kernel import locality_weights, presence
from spexplain.core.targets import VaeScore, evaluate
from spexplain.data.collection.collection import Collection, CollectionError
from spexplain.data.files.folders import demo_path
from spexplain.data.lenses.lenses import AnomalyLens, open_lenses

LIMIT_BLOCK = 20_000


@dataclass(frozen=True, eq=False)
class Case:
    """The mean squared error of one spectrum under LIME's masks."""

    name: str
    vae: Vae
    target: VaeScore
    x: np.ndarray
    settings: ExplainSettings
    empty: Neighbourhood  # of two samples: its pieces are all that is needed

    @property
    def presence(self) -> np.ndarray:
        """Odds that the text kernel amounts to, (S,)."""
        return presence(self.empty, width=self.settings.kernel_width)

    def around(self, masks: BinaryMasks) -> Neighbourhood:
        """The spectrum's pieces with other masks."""
        return Neighbourhood(self.empty.base, self.empty.delta, self.empty.labels, masks)

    def weights(self, neighbourhood: Neighbourhood) -> np.ndarray:
        """The kernel's weights (n,)."""
        return locality_weights(
            neighbourhood, kernel=self.settings.kernel, width=self.settings.kernel_width
        )


def case(name: str, vae: Vae, x: np.ndarray, settings: ExplainSettings) -> Case:
    empty = lime_neighbourhood(x, replace(settings, n_samples=2))
    return Case(name, vae, VaeScore(vae, "mse"), x, settings, empty)


def read_lens(parser: argparse.ArgumentParser, path: Path) -> AnomalyLens:
    try:
        lens = open_lenses(Collection.open(path)).get("anomaly")
    except CollectionError as error:
        parser.error(str(error))
    if not isinstance(lens, AnomalyLens):
        parser.error(f"{path} has no scored spectra; build it first")
    return lens


def add_collection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("collection", type=Path, nargs="?", default=demo_path())
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--threads", type=int, default=1)


def ranked(lens: AnomalyLens) -> list[int]:
    """Rows by score, the most anomalous first."""
    return [int(row) for row in lens.columns.sort_values("rank").index]


def limit(one: Case, n: int) -> tuple[np.ndarray, float]:
    """Unpenalised weights of n samples in complementary pairs, and their own relative error.

    The pairs make the limit several times more accurate than n independent samples would; the
    error is judged from the halves of the sample, which were drawn apart.
    """
    halves = [_fit(one, n // 2, seed) for seed in (10**6, 2 * 10**6)]
    weights = (halves[0] + halves[1]) / 2
    error = np.linalg.norm(halves[0] - halves[1]) / 2 / np.linalg.norm(weights)
    return weights, float(error)


def _fit(one: Case, n: int, seed: int) -> np.ndarray:
    size = one.empty.n_segments + 2
    moments = np.zeros((size, size))
    for z, y, w in _samples(one, n, seed):
        design = np.column_stack([z - one.presence, np.ones(len(z)), y])
        moments += (design * w[:, None]).T @ design
    return np.linalg.solve(moments[:-1, :-1], moments[:-1, -1])[:-1]


def _samples(one: Case, n: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    n_segments = one.empty.n_segments
    for block in range(n // LIMIT_BLOCK):
        rng = np.random.default_rng([seed, block])
        half = rng.integers(0, 2, (LIMIT_BLOCK // 2, n_segments), dtype=np.uint8)
        z = np.concatenate([half, 1 - half])
        neighbourhood = one.around(BinaryMasks.pack(z))
        yield z.astype(float), evaluate(one.target, neighbourhood), one.weights(neighbourhood)
