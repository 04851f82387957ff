"""A ReLU network as a chain of steps, each of which computes some units of one layer.

Samples take the whole chain in tiles that stay near to a core, in one compiled call: threads that
share out an explanation do not take turns at the interpreter in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from ...compute.blas import one_blas_thread
from ...compute.compiled_loops import compiled
from ...neighbourhood.masks import Factors
from .forward import forward_pass
from .ranges import Range, unwatched
from .steps import BENDS, PLAIN, Packed, Step

__all__ = ["Folded", "Layer", "Whole"]

Layer = tuple[NDArray[np.floating], NDArray[np.floating], bool]
"""Weight (H, H'), bias (H',), and whether a ReLU follows."""

_compiled = compiled("contract", "nsz")


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """Activations of H units as an affine function of V variables.

    The variables are differences from their value at the base.

    Attributes
    ----------
    at_base : (H,)
        Activations at the base.
    steps
        How the variables come about.
    entered : (A,)
        Which of the first step's units are ever entered.
    n_variables
        V.
    units : (V,), or None
        The units that the variables are, where all others rest at the base's activation.
    slopes : (V, H), or None
        What the activations gain from each variable, where those are not just units. If there are
        neither units nor slopes, every unit is a variable, in order.
    """

    at_base: NDArray[np.floating]
    steps: Packed
    entered: NDArray[np.intp]
    n_variables: int
    units: NDArray[np.intp] | None = None
    slopes: NDArray[np.floating] | None = None

    @property
    def work(self) -> int:
        """Multiplications a sample takes."""
        return self.steps.weights.size

    def through(self, linear: NDArray[np.floating]) -> NDArray[np.floating]:
        """A linear function of activations, (H, c), as one of the variables, (V, c)."""
        if self.units is not None:
            return linear[self.units]
        if self.slopes is None:
            return linear
        return (torch.from_numpy(self.slopes) @ torch.from_numpy(linear)).numpy()

    def squared(self, square: NDArray[np.floating]) -> NDArray[np.floating]:
        """A symmetric form in the activations, (H, H), as one in the variables, (V, V)."""
        if self.units is not None:
            return square[np.ix_(self.units, self.units)]
        return square if self.slopes is None else self.through(self.through(square).T)

    def values(self, entering: Factors) -> tuple[NDArray[np.floating], NDArray[np.intp]]:
        """Variables (V, m), and the indices of the samples that leave what was folded for.

        Parameters
        ----------
        entering : (A, m)
            What enters the first layer's units that may wake, as a difference from the base.
        """
        variables, beyond = self._forward(entering, *unwatched(self.at_base.dtype))
        return variables, np.flatnonzero(beyond)

    def watched(self, entering: Factors) -> tuple[NDArray[np.floating], Range]:
        """Variables (V, m), and the range of what enters each unit of every step."""
        _, _, ordinals = unwatched(self.at_base.dtype)
        least, most = np.zeros((2, len(self.steps.floor)), self.at_base.dtype)
        variables, _ = self._forward(entering, least, most, ordinals)
        return variables, Range(least, most)

    def apart(self, seen: Range) -> tuple[Range, ...]:
        """Such a range by steps; of the first, of the units that are ever entered."""
        ends = np.cumsum([0, *self.steps.n_units])
        first, *others = (Range(seen.least[a:b], seen.most[a:b]) for a, b in pairwise(ends))
        return (Range(first.least[self.entered], first.most[self.entered]), *others)

    def _forward(self, entering: Factors, *watch: NDArray) -> tuple[NDArray, NDArray]:
        variables = np.empty((self.n_variables, entering.n_columns), self.at_base.dtype)
        beyond = np.zeros(entering.n_columns, self.at_base.dtype)
        with one_blas_thread():
            forward_pass(*self.steps, self.entered, *entering, variables, beyond, *watch)
        return variables, beyond


class Whole:
    """A network whose every unit is computed, for samples however far.

    Parameters
    ----------
    layers
        Those behind the first.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        start = np.zeros(len(layers[0][0]), layers[0][1].dtype)
        steps = [_whole_step(None, start, slice(0, 0), rectified=True)]
        for weight, bias, rectified in layers:
            steps.append(_whole_step(weight, bias, steps[-1].writes, rectified=rectified))
        self._steps = Packed.of(steps)

    def at(self, base: NDArray[np.floating], units: NDArray[np.intp]) -> Folded:
        """The network round a base.

        Parameters
        ----------
        base : (H,)
            What enters every unit of the first layer at the base.
        units : (A,)
            The units of the first layer that may wake.
        """
        plan, weights, biases, kind, _, _ = self._steps
        floor, active = _floors(plan, weights, biases, kind, base)
        return Folded(active, self._steps._replace(floor=floor), units, len(active))


def _whole_step(
    weight: NDArray[np.floating] | None,
    bias: NDArray[np.floating],
    reads: slice,
    *,
    rectified: bool,
) -> Step:
    """Every unit of a layer, wherever it gets."""
    kind, limit = (
        np.full(len(bias), BENDS if rectified else PLAIN, np.int8),
        np.full_like(bias, np.inf),
    )
    writes = slice(reads.stop, reads.stop + len(bias))
    return Step(weight, bias, kind, -limit, limit, reads, writes, keeps=False)


@_compiled
def _floors(plan, weights, biases, kind, base):
    """Input of every unit at the base, and the last activations, summed in double precision."""
    floors = biases.astype(np.float64)
    floors[: len(base)] = base
    active = np.maximum(floors[: len(base)], 0)
    for s in range(1, len(plan)):
        weight_at, floor_at, n_units = plan[s, 0], plan[s, 1], plan[s, 3]
        floor = floors[floor_at : floor_at + n_units]
        for v in range(len(active)):
            # Most units sleep.
            if active[v] != 0:
                weight = weights[weight_at + v * n_units : weight_at + (v + 1) * n_units]
                for u in range(n_units):
                    floor[u] += active[v] * weight[u]
        active = floor.copy() if kind[floor_at] == PLAIN else np.maximum(floor, 0)
    return floors.astype(base.dtype), active.astype(base.dtype)
