"""Deletion and insertion curves of an explanation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..explain.explanation import Explanation
from ..neighbourhood import BinaryMasks, Neighbourhood
from ..neighbourhood.perturbations import perturbed
from ..targets import Target, evaluate

__all__ = ["Curves", "contributions", "deletion_insertion"]


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The target while segments are perturbed, or put back, those that raise it most first.

    Attributes
    ----------
    fraction : (m,)
        Of the pixels perturbed (deletion) or put back (insertion), 0 to 1.
    deletion : (m,)
        Target, from the spectrum itself to the fully perturbed one.
    insertion : (m,)
        Target, from the fully perturbed spectrum back.
    random : (r, m)
        Deletion in r random orders, on the same fractions.
    """

    fraction: NDArray[np.float64]
    deletion: NDArray[np.float64]
    insertion: NDArray[np.float64]
    random: NDArray[np.float64]

    @property
    def deletion_area(self) -> float:
        """Mean of the deletion curve: the lower, the better the weights find what matters."""
        return float(np.trapezoid(self.deletion, self.fraction))

    @property
    def gain(self) -> float:
        """How far deletion lies below the mean random order, in standard deviations of those.

        Above 2 the weights order the segments better than chance; 0 if no order matters.
        """
        areas = np.trapezoid(self.random, self.fraction, axis=1)
        spread = float(areas.std(ddof=1))
        return (float(areas.mean()) - self.deletion_area) / spread if spread > 0 else 0.0


def contributions(explanation: Explanation, x: NDArray[np.floating]) -> NDArray[np.float64]:
    """Contribution of each segment to the target, relative to its perturbation, (S,).

    LIME's and occlusion's weights are that. A saliency map's are slopes: times the change that
    the perturbation makes.
    """
    if explanation.method != "saliency":
        return explanation.weights
    x = np.asarray(x, dtype=np.float64)
    return explanation.weights * (x - perturbed(x, explanation.labels, explanation.settings))


def deletion_insertion(
    explanation: Explanation,
    x: NDArray[np.floating],
    target: Target,
    *,
    n_steps: int = 100,
    n_random: int = 20,
) -> Curves:
    """Perturb segments from the one that raises the target most to the one that lowers it most.

    Petsiuk et al. (2018), with the perturbation of the explanation's settings for their blank.

    Parameters
    ----------
    explanation, x : (D,), target
        An explanation, and what was explained.
    n_steps
        At most that many steps; where segments are more, several go in each.
    n_random
        Random orders to compare with, at least 2, drawn with the settings' seed.

    Raises
    ------
    ValueError
        If there are fewer than 2 random orders or 1 step.
    """
    if n_random < 2 or n_steps < 1:
        raise ValueError(f"need n_random ≥ 2 and n_steps ≥ 1, got {n_random} and {n_steps}")
    x = np.asarray(x, dtype=np.float32)
    base = perturbed(x, explanation.labels, explanation.settings)
    labels, n_segments = explanation.labels, len(explanation.weights)
    steps = np.unique(np.linspace(0, n_segments, min(n_steps, n_segments) + 1).astype(int))
    best = np.argsort(-contributions(explanation, x), kind="stable")
    rng = np.random.default_rng(explanation.settings.seed)
    orders = [best, *(rng.permutation(n_segments) for _ in range(n_random))]
    # (len(steps), S) of each order: True where a segment is among its first.
    gone = np.concatenate([np.argsort(order) < steps[:, None] for order in orders])
    masks = BinaryMasks.pack(np.concatenate([~gone, gone[: len(steps)]]))
    values = evaluate(target, Neighbourhood(base, x - base, labels, masks))
    deletion, *random, insertion = values.reshape(-1, len(steps))
    sizes = np.bincount(labels, minlength=n_segments)
    fractions = (gone @ sizes / len(labels)).reshape(-1, len(steps))
    on_grid = [np.interp(fractions[0], f, v) for f, v in zip(fractions[1:], random, strict=True)]
    return Curves(fractions[0], deletion, insertion, np.array(on_grid))
