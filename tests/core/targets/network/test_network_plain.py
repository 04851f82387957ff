"""The fast path is the plain version that its README prints, to single precision."""

import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.targets import VaeScore, evaluate
from spexplain.core.targets.base import Prepared

README = Path(__file__).parents[4] / "core/targets/network/README.md"
N_PIXELS = 3773
KEPT = np.random.default_rng(1).random(N_PIXELS) < 0.9


@pytest.fixture(scope="module")
def plain() -> Callable:
    """The README's lines."""
    (lines,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    code = [line for line in lines.splitlines() if line.strip()]
    assert len(code) <= 32  # thirty lines, and the import
    names = {}
    exec(lines, names)
    return names["plain"]


@pytest.fixture(scope="module")
def vae() -> Vae:
    """The paper's network; its output is near the spectra, as a trained one's is."""
    made = Vae(N_PIXELS, seed=4)
    with torch.no_grad():
        made.output.bias += 1
        made.output.weight *= 0.3
    return made


class Plain:
    """The plain version as a target, in double precision."""

    name = "plain"

    def __init__(self, plain: Callable, vae: Vae, pixels: np.ndarray | slice) -> None:
        self._plain, self._vae, self._pixels = plain, deepcopy(vae).double(), pixels

    @torch.no_grad()
    def __call__(self, spectra: np.ndarray) -> np.ndarray:
        """By the network itself."""
        x = torch.from_numpy(spectra.astype(np.float64))
        residuals = self._vae.decode(self._vae.encode(x)[0]) - x
        return residuals[:, self._pixels].square().mean(1).numpy()

    @torch.no_grad()
    def on_neighbourhood(self, around) -> Prepared:
        base, delta = (
            torch.from_numpy(of.astype(np.float64)) for of in (around.base, around.delta)
        )
        labels = torch.from_numpy(around.labels.astype(np.int64))
        scores = self._plain(self._vae, base, delta, labels, self._pixels)

        def values(rows: slice) -> np.ndarray:
            with torch.no_grad():
                masks = around.masks.dense(rows, np.dtype(np.float64))
                return scores(torch.from_numpy(masks)).numpy()

        return Prepared(values, 1e9)


def spectrum(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (1 + 0.1 * rng.normal(size=N_PIXELS)).astype(np.float32)


@pytest.mark.parametrize("score", ["mse", "filtered-mse"])
@pytest.mark.parametrize(
    "settings",
    [ExplainSettings(), ExplainSettings(factor=0.6), ExplainSettings(n_segments=300)],
    ids=["default", "far", "fine"],
)
def test_scores_and_weights_are_those_of_the_plain_version(plain, vae, score, settings):
    kept = KEPT if score.startswith("filtered") else None
    ours = VaeScore(vae, score, kept=kept)
    theirs = Plain(plain, vae, slice(None) if kept is None else np.flatnonzero(kept))
    x = spectrum(7)
    around = lime_neighbourhood(x, settings)
    found, expected = evaluate(ours, around), evaluate(theirs, around)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-6 * expected.max())
    found, expected = (explain(x, target, settings).weights for target in (ours, theirs))
    np.testing.assert_allclose(found, expected, rtol=0, atol=4e-6 * np.abs(expected).max())


@pytest.mark.parametrize("pixels", [slice(None), np.flatnonzero(KEPT)], ids=["all", "kept"])
def test_the_plain_version_is_the_mean_square_of_the_residuals(plain, vae, pixels):
    around = lime_neighbourhood(spectrum(3), ExplainSettings(n_samples=40))
    target = Plain(plain, vae, pixels)
    np.testing.assert_allclose(evaluate(target, around), target(around.spectra()), rtol=1e-6)
