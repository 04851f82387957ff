"""A ReLU network as a chain of steps, each of which computes some units of one layer.

Samples take the whole chain in tiles that stay near to a core, in one compiled call: threads that
share out an explanation do not take turns at the interpreter in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from numba import njit
from numpy.typing import NDArray

from ..masks import Factors
from ..one_blas_thread import one_blas_thread
from .walk import BENDS, PLAIN, Packed, Step, unwatched, walk

__all__ = ["Folded", "Layer", "Range", "Whole"]

Layer = tuple[NDArray[np.floating], NDArray[np.floating], bool]
"""Weight (H, H'), bias (H',), and whether a ReLU follows."""

_compiled = njit(cache=True, nogil=True, fastmath={"contract", "nsz"})


class Range(NamedTuple):
    """Least and most, (u,) each, of what enters some units, as a difference from the base."""

    least: NDArray[np.floating]
    most: NDArray[np.floating]


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
        variables, beyond = self._walked(entering, *unwatched(self.at_base.dtype))
        return variables, np.flatnonzero(beyond)

    def watched(self, entering: Factors) -> tuple[NDArray[np.floating], tuple[Range, ...]]:
        """Variables (V, m), and the range of what enters each step, the base included.

        Of the first step, of the units that are ever entered.
        """
        _, _, ordinals = unwatched(self.at_base.dtype)
        least, most = np.zeros((2, len(self.steps.floor)), self.at_base.dtype)
        variables, _ = self._walked(entering, least, most, ordinals)
        ends = np.cumsum([0, *self.steps.n_units])
        first, *others = (Range(least[a:b], most[a:b]) for a, b in pairwise(ends))
        return variables, (Range(*(limit[self.entered] for limit in first)), *others)

    def _walked(self, entering: Factors, *watch: NDArray) -> tuple[NDArray, NDArray]:
        variables = np.empty((self.n_variables, entering.n_columns), self.at_base.dtype)
        beyond = np.zeros(entering.n_columns, self.at_base.dtype)
        with one_blas_thread():
            walk(*self.steps, self.entered, *entering, variables, beyond, *watch)
        return variables, beyond


class Whole:
    """A network whose every unit is computed, for samples however far.

    Parameters
    ----------
    layers
        Those behind the first.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._weights, self._biases, self._rectified = zip(*layers, strict=True)
        start = np.zeros(len(self._weights[0]), self._biases[0].dtype)
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
        with one_blas_thread():
            floors, active = _floors(base, self._weights, self._biases, self._rectified)
        steps = self._steps._replace(floor=np.concatenate([base, floors]))
        return Folded(active, steps, units, len(active))


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
    return Step(weight, limit, kind, -limit, limit, reads, writes, keeps=False)


@_compiled
def _floors(base, weights, biases, rectified):
    """What enters every unit behind the first layer at the base, and the last activations."""
    size = 0
    for bias in biases:
        size += len(bias)
    zero = base.dtype.type(0)
    floors, active, start = np.empty(size, base.dtype), np.maximum(base, zero), 0
    for i in range(len(weights)):
        floor = floors[start : start + len(biases[i])]
        start += len(floor)
        floor[:] = np.dot(active, weights[i]) + biases[i]
        active = np.maximum(floor, zero) if rectified[i] else floor.copy()
    return floors, active
