"""A ReLU network as a chain of steps, each of which computes some units of one layer.

Samples take the whole chain in tiles that stay near to a core, in one compiled call: threads that
share out an explanation do not take turns at the interpreter in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from numba import njit
from numpy.typing import NDArray
from torch import Tensor

from ..masks import Factors
from ..one_blas_thread import one_blas_thread
from .walk import BENDS, PLAIN, Packed, walk

__all__ = ["Folded", "Layer", "Range", "Step", "Whole"]

Layer = tuple[Tensor, Tensor, bool]
"""Weight (H, H'), bias (H',), and whether a ReLU follows."""

_compiled = njit(cache=True, nogil=True, fastmath={"contract", "nsz"})


class Range(NamedTuple):
    """Least and most, (u,) each, of what enters some units, as a difference from the base."""

    least: NDArray[np.floating]
    most: NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What a layer computes of each sample.

    Attributes
    ----------
    weight : (u, V)
        From variables to what enters u units, as a difference from the base; none for the first
        layer, whose units are entered from outside.
    floor : (u,)
        What enters them at the base.
    kind : (u,)
        Whether a unit is a variable from here on, behind its ReLU or without one, or must only be
        seen never to change sign.
    low, high : (v,)
        The range that the new variables must keep.
    reads, writes
        Where the V variables before it lie among all that are ever computed, and the new ones.
    keeps
        Whether the variables before it remain.
    """

    weight: Tensor | None
    floor: NDArray[np.floating]
    kind: NDArray[np.int8]
    low: NDArray[np.floating]
    high: NDArray[np.floating]
    reads: slice
    writes: slice
    keeps: bool

    @property
    def leaves(self) -> slice:
        """Where the variables lie that there are behind it."""
        return slice((self.reads if self.keeps else self.writes).start, self.writes.stop)


@dataclass(frozen=True, eq=False)
class Folded:
    """Activations of H units as an affine function of V variables.

    The variables are differences from their value at the base.

    Attributes
    ----------
    at_base : (H,)
        Activations at the base.
    steps
        How the variables come about.
    units : (V,), or None
        The units that the variables are, where all others rest at the base's activation.
    slopes : (V, H), or None
        What the activations gain from each variable, where those are not just units. If there are
        neither units nor slopes, every unit is a variable, in order.
    """

    at_base: NDArray[np.floating]
    steps: tuple[Step, ...]
    units: NDArray[np.intp] | None
    slopes: NDArray[np.floating] | None

    @property
    def n_variables(self) -> int:
        """V."""
        leaves = self.steps[-1].leaves
        return leaves.stop - leaves.start

    @property
    def work(self) -> int:
        """Multiplications a sample takes."""
        return sum(step.weight.numel() for step in self.steps if step.weight is not None)

    @property
    def widest(self) -> int:
        """Units of the step that computes most."""
        return max(len(step.floor) for step in self.steps)

    def through(self, linear: NDArray[np.floating]) -> NDArray[np.floating]:
        """A linear function of activations, (H, c), as one of the variables, (V, c)."""
        if self.units is not None:
            return linear[self.units]
        if self.slopes is None:
            return linear
        return (torch.from_numpy(self.slopes) @ torch.from_numpy(linear)).numpy()

    def values(self, entering: Factors) -> tuple[NDArray[np.floating], NDArray[np.intp]]:
        """Variables (V, m), and the indices of the samples that leave what was folded for.

        Parameters
        ----------
        entering : (A, m)
            What enters the first layer's units that may wake, as a difference from the base.
        """
        variables, beyond, _, _ = self._walked(entering, watching=False)
        return variables, np.flatnonzero(beyond)

    def watched(self, entering: Factors) -> tuple[NDArray[np.floating], tuple[Range, ...]]:
        """Variables (V, m), and the range of what enters each step, the base included."""
        variables, _, least, most = self._walked(entering, watching=True)
        ends = np.cumsum([0, *(len(step.floor) for step in self.steps)])
        return variables, tuple(Range(least[a:b], most[a:b]) for a, b in pairwise(ends))

    @cached_property
    def packed(self) -> Packed:
        """The steps for compiled code."""
        return Packed.of(self.steps)

    def _walked(self, entering: Factors, *, watching: bool) -> tuple[NDArray, ...]:
        dtype = entering.left.dtype
        variables = np.empty((self.n_variables, entering.n_columns), dtype)
        beyond = np.zeros(entering.n_columns, dtype)
        least, most = np.zeros((2, len(self.packed.floor)), dtype)
        with one_blas_thread():
            walk(*self.packed, *entering, variables, beyond, least, most, watching)
        return variables, beyond, least, most


class Whole:
    """A network whose every unit is computed, for samples however far.

    Parameters
    ----------
    layers
        Those behind the first.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._weights = tuple(weight.numpy() for weight, _, _ in layers)
        self._biases = tuple(bias.numpy() for _, bias, _ in layers)
        self._rectified = tuple(rectified for _, _, rectified in layers)
        reads, self._steps = slice(0, len(self._weights[0])), []
        for weight, bias, rectified in layers:
            kind = np.full(len(bias), BENDS if rectified else PLAIN, np.int8)
            limit = np.full_like(bias.numpy(), np.inf)
            writes = slice(reads.stop, reads.stop + len(bias))
            out = weight.T.contiguous()
            self._steps.append(Step(out, limit, kind, -limit, limit, reads, writes, keeps=False))
            reads = writes

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
        limit, at = (
            np.full(len(units), np.inf, base.dtype),
            slice(len(base) - len(units), len(base)),
        )
        kind = np.full(len(units), BENDS, np.int8)
        steps = [Step(None, base[units], kind, -limit, limit, slice(0, 0), at, keeps=False)]
        first, *others = self._steps
        entry = torch.from_numpy(np.take(first.weight.numpy(), units, axis=1))
        for step in (replace(first, weight=entry, reads=at), *others):
            start = step.writes.start - len(base)
            steps.append(replace(step, floor=floors[start : start + len(step.kind)]))
        return Folded(active, tuple(steps), None, None)


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
