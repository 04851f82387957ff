"""Scores of Quantus 0.6 on a small game, with every array that went in: what a test holds ours to.

.venv-peers/bin/python benchmarks/quantus_arrays.py tests/core/trust/quantus.json
"""

from __future__ import annotations

import json
import sys
import warnings
from importlib.metadata import version

import numpy as np
import torch
from quantus import Completeness, FaithfulnessCorrelation, Infidelity, MaxSensitivity, RandomLogit
from quantus.functions.similarity_func import correlation_pearson

S, N, SEED = 16, 3, 7
RNG = np.random.default_rng(SEED)
LINEAR = RNG.integers(-8, 9, (2, S)) / 8
CROSS = RNG.integers(-4, 5, (2, S, S)) / 16


class Game(torch.nn.Module):
    """Two classes of a quadratic game; whatever is asked is written down.

    All numbers are multiples of 1/16, so that single precision makes no difference.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[np.ndarray] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Values (n, 2)."""
        z = x.numpy().reshape(len(x), S).astype(np.float64)
        self.asked.append(z)
        return torch.from_numpy(values_of(z)).float()


def values_of(z: np.ndarray) -> np.ndarray:
    both = [z @ LINEAR[c] + np.einsum("ni,nj,ij->n", z, z, CROSS[c]) for c in (0, 1)]
    return np.stack(both, 1)


def weights_of(model, inputs, targets, **_):
    z = np.asarray(inputs).reshape(-1, S)
    found = [LINEAR[t] + one * CROSS[t].sum(axis=0) for t, one in zip(targets, z, strict=True)]
    return np.array(found).reshape(np.asarray(inputs).shape)


def scored(metric, shape, **more):
    game, y = Game().eval(), np.array([0, 1, 0])
    x = np.ones((N, *shape))
    a = weights_of(game, x, y)
    np.random.seed(SEED)  # noqa: NPY002 - the only seed it takes
    scores = metric(model=game, x_batch=x, y_batch=y, a_batch=a, **more)
    masks = np.array(game.asked)
    values = [values_of(z)[np.arange(N), y].tolist() for z in masks]
    return {"scores": np.asarray(scores).tolist(), "shares": a.reshape(N, S).tolist(),
            "masks": masks.tolist(), "values": values}  # fmt: skip


def main() -> None:
    warnings.simplefilter("ignore")
    quiet = {"disable_warnings": True, "normalise": False, "abs": False}
    black = {"perturb_baseline": 0.0}  # its "black" is the least value of x: here 1
    perturbed: list[np.ndarray] = []

    def explained(model, inputs, targets, **kwargs):
        found = weights_of(model, inputs, targets)
        perturbed.append(found.reshape(-1, S))
        return found

    found = {
        "made_with": f"quantus {version('quantus')}",
        "faithfulness_correlation": scored(
            FaithfulnessCorrelation(
                nr_runs=40, subset_size=4, return_aggregate=False, **black, **quiet
            ),
            (1, S),
        ),
        "infidelity": scored(
            Infidelity(perturb_patch_sizes=[2], n_perturb_samples=1, **black, **quiet), (1, 4, 4)
        ),
        "completeness": scored(Completeness(**black, **quiet), (1, S)),
        "max_sensitivity": scored(
            MaxSensitivity(nr_samples=5, lower_bound=0.1, **quiet), (1, S), explain_func=explained
        ),
        "max_sensitivity_weights": [one.tolist() for one in perturbed],
        "random_logit": scored(
            RandomLogit(num_classes=2, similarity_func=correlation_pearson, **quiet),
            (1, S),
            explain_func=weights_of,
        ),
        "random_logit_weights": weights_of(None, np.ones((N, S)), [1, 0, 1]).tolist(),
    }
    with open(sys.argv[1], "w") as file:
        json.dump(found, file)


if __name__ == "__main__":
    main()
