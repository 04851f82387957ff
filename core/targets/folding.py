"""A ReLU network over a neighbourhood is a smaller network, exactly.

A unit that is positive at every sample is linear there, and one that never is can be left out; only
units that change sign bend anything. For a trained autoencoder round one spectrum those are few:
of 640 units some 20. So activations are kept as an affine function of a few variables (the first
layer's waking units, then the latent, then the units that bend), and a layer computes only what
might bend.

Which units those are is told by a few of the samples, and checked on all: a network folded for a
wider range than its samples need is as exact, and one that a sample leaves is folded anew. So few
calls remain for each block of samples; in a network this small they cost more than its arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numba import njit
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["Folded", "fold"]

Layer = tuple[Tensor, Tensor, bool]
"""Weight (H, H'), bias (H',), and whether a ReLU follows."""

_BENDS, _PLAIN, _LINEAR, _ASLEEP = range(4)

_compiled = njit(cache=True, nogil=True, fastmath={"contract", "nsz"})


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """What a layer computes of each sample.

    Attributes
    ----------
    weight : (u, V)
        From variables to what enters u units, as a difference from the base.
    floor : (u,)
        What enters them at the base.
    kind : (u,)
        Whether a unit is a variable from here on, behind its ReLU or without one, or must only be
        seen never to change sign.
    low, high : (v,)
        The range that the new variables must keep.
    keeps
        Whether the V variables before it remain.
    """

    weight: Tensor
    floor: NDArray[np.floating]
    kind: NDArray[np.int8]
    low: NDArray[np.floating]
    high: NDArray[np.floating]
    keeps: bool


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """Activations of H units as an affine function of V variables: [values; 1]ᵀ @ affine.

    Attributes
    ----------
    affine : (V + 1, H)
        What the activations gain from each variable, which are differences from their value at
        the base; last the activations at the base itself.
    steps
        How the variables come about.
    """

    affine: NDArray[np.floating]
    steps: tuple[_Step, ...]

    @property
    def into(self) -> NDArray[np.floating]:
        """What the activations gain from each variable, (V, H)."""
        return self.affine[:-1]

    @property
    def at_base(self) -> NDArray[np.floating]:
        """Activations at the base itself, (H,)."""
        return self.affine[-1]

    def values(self, entered: NDArray[np.floating]) -> tuple[NDArray[np.floating], bool]:
        """Variables (V, m), and whether all samples keep within what was folded for.

        Parameters
        ----------
        entered : (A, m)
            What enters the first layer's units that may wake, as a difference from the base.
        """
        n_rows = sum(len(step.low) for step in self.steps)
        variables = np.empty((n_rows, entered.shape[1]), entered.dtype)
        start, stop, within = 0, 0, True
        for i, step in enumerate(self.steps):
            new = variables[stop : stop + len(step.low)]
            if i:
                entered = (step.weight @ torch.from_numpy(variables[start:stop])).numpy()
            within &= _stepped(entered, step.floor, step.kind, step.low, step.high, new)
            start = start if step.keeps else stop
            stop += len(new)
        return variables[start:stop], within


def fold(
    layers: Iterable[Layer],
    probe: NDArray[np.floating],
    units: NDArray[np.intp],
    base: NDArray[np.floating],
    *,
    reach: float = 1.0,
) -> Folded:
    """Fold the layers behind a first one and its ReLU.

    Parameters
    ----------
    layers
        The others, in order.
    probe : (A, m)
        What enters the first layer's given units at some samples, as a difference from the base.
    units : (A,)
        Their indices; all others must be 0 at every sample and at the base.
    base : (H,)
        What enters every unit of the first layer at the base.
    reach
        How far samples may be, in units of how far those of the probe are; from 1, at which the
        probe's own samples are all that is folded for.
    """
    affine = np.zeros((len(units) + 1, len(base)), base.dtype)
    affine[np.arange(len(units)), units] = 1
    affine[-1] = base
    none = np.zeros(len(base), np.bool_)
    chosen = _Chosen(units, np.full(len(units), _BENDS, np.int8), none, keeps=False)
    state = _behind(chosen, _State(affine, probe, base[:0], base[:0]), reach)
    steps = [state.step]
    for weight, bias, rectified in layers:
        entering = torch.from_numpy(state.affine) @ weight
        entering[-1] += bias
        state = _State(entering.numpy(), state.values, state.low, state.high)
        choose = _rectified if rectified else _linear
        state = _behind(choose(state, reach), state, reach)
        steps.append(state.step)
    return Folded(state.affine, tuple(step for step in steps if step is not None))


class _State(NamedTuple):
    """What is known half-way.

    affine (V + 1, H) are the activations in terms of the variables; values (V, m) these at the
    samples of the probe; low, high (V,) their range; step is what led here.
    """

    affine: NDArray[np.floating]
    values: NDArray[np.floating]
    low: NDArray[np.floating]
    high: NDArray[np.floating]
    step: _Step | None = None


class _Chosen(NamedTuple):
    """What a layer must compute: units and kinds (u,), and whether the variables remain.

    The units with linear (H,) True are known to keep their slopes.
    """

    units: NDArray[np.intp]
    kind: NDArray[np.int8]
    linear: NDArray[np.bool_]
    keeps: bool


def _linear(state: _State, reach: float) -> _Chosen:
    """A layer without ReLU: its units take the variables' place if they are fewer."""
    n_units = state.affine.shape[1]
    n_new = n_units if len(state.values) >= n_units else 0
    kind = np.full(n_new, _PLAIN, np.int8)
    return _Chosen(np.arange(n_new), kind, np.ones(n_units, np.bool_), keeps=not n_new)


def _rectified(state: _State, reach: float) -> _Chosen:
    """A layer with a ReLU: the units that might bend, or all that are ever awake if fewer."""
    low, high = _bounds(state.low, state.high, state.affine)
    unsure = np.flatnonzero((low < 0) & (high > 0))
    kind = _kinds(_entering(state, unsure), state.affine[-1], unsure, low, high, reach)
    active = np.flatnonzero(high > 0)
    if len(state.values) + np.count_nonzero(kind == _BENDS) < len(active):
        return _Chosen(unsure, kind, low >= 0, keeps=True)
    units = np.concatenate([active, unsure[kind == _ASLEEP]])
    kind = np.full(len(units), _ASLEEP, np.int8)
    kind[: len(active)] = _BENDS
    return _Chosen(units, kind, np.zeros(len(low), np.bool_), keeps=False)


def _behind(chosen: _Chosen, state: _State, reach: float) -> _State:
    """Take the step."""
    units, kind, linear, keeps = chosen
    if keeps and not len(units):
        # Nothing to compute, but those asleep for certain have no slope.
        return state._replace(affine=_extended(state.affine, units, kind, linear))
    floor, variables = state.affine[-1, units], kind <= _PLAIN
    entered = _entering(state, units[variables])
    low, high = _new(entered, floor[variables], kind[variables], reach)
    new = entered
    weight = np.ascontiguousarray(state.affine[:-1, units].T)
    step = _Step(torch.from_numpy(weight), floor, kind, low, high, keeps)
    if keeps:
        affine = _extended(state.affine, units, kind, linear)
        values = np.concatenate([state.values, new])
        low, high = np.concatenate([state.low, low]), np.concatenate([state.high, high])
        return _State(affine, values, low, high, step)
    affine = _extended(state.affine[-1:], units, kind, linear)
    return _State(affine, new, low, high, step)


@_compiled
def _bounds(least, most, affine):
    """Least and most (H,) that can enter each unit, the base among the samples."""
    n_variables = len(least)
    low, high = affine[n_variables].copy(), affine[n_variables].copy()
    for v in range(n_variables):
        for h in range(len(low)):
            one, other = affine[v, h] * least[v], affine[v, h] * most[v]
            low[h] += min(one, other)
            high[h] += max(one, other)
    return low, high


def _entering(state: _State, units: NDArray[np.intp]) -> NDArray[np.floating]:
    """What enters some units at the probe, (u, m), as a difference from the base."""
    chosen = np.ascontiguousarray(state.affine[:-1, units].T)
    return (torch.from_numpy(chosen) @ torch.from_numpy(state.values)).numpy()


@_compiled
def _kinds(entered, base, unsure, low, high, reach):
    """What the probe says of the unsure units; their bounds are put right."""
    kind = np.empty(len(unsure), np.int8)
    for u in range(len(unsure)):
        unit = unsure[u]
        least, most = _ends(entered[u], reach)
        low[unit], high[unit] = base[unit] + least, base[unit] + most
        kind[u] = _ASLEEP if high[unit] <= 0 else _LINEAR if low[unit] >= 0 else _BENDS
    return kind


@_compiled
def _ends(row, reach):
    """Least and most of a row and 0, and as much more as the reach says."""
    low = high = row.dtype.type(0)
    for i in range(len(row)):
        low, high = min(low, row[i]), max(high, row[i])
    further = row.dtype.type(0.5 * (reach - 1)) * (high - low)
    return low - further, high + further


@_compiled
def _new(entered, floor, kind, reach):
    """Make new variables of what enters their units, in place; their range."""
    zero = entered.dtype.type(0)
    low, high = np.empty(len(floor), entered.dtype), np.empty(len(floor), entered.dtype)
    for u in range(len(floor)):
        row, base = entered[u], floor[u]
        least, most = _ends(row, reach)
        if kind[u] == _BENDS:
            waking = max(base, zero)
            for i in range(len(row)):
                row[i] = max(row[i] + base, zero) - waking
            least, most = max(base + least, zero) - waking, max(base + most, zero) - waking
        low[u], high[u] = least, most
    return low, high


@_compiled
def _extended(affine, units, kind, linear):
    """Activations behind a step: slopes of the linear units, then one more for each variable."""
    n_before, n_new, rectified = len(affine) - 1, 0, True
    for u in range(len(units)):
        n_new += kind[u] <= _PLAIN
        rectified &= kind[u] != _PLAIN
    after = np.zeros((n_before + n_new + 1, affine.shape[1]), affine.dtype)
    for h in range(affine.shape[1]):
        base = affine[n_before, h]
        after[n_before + n_new, h] = base if linear[h] or not rectified else max(base, 0 * base)
        if linear[h]:
            for v in range(n_before):
                after[v, h] = affine[v, h]
    new = n_before
    for u in range(len(units)):
        if kind[u] <= _PLAIN:
            after[new, units[u]] = 1
            new += 1
    return after


@_compiled
def _stepped(entered, floor, kind, low, high, new):
    """Write the new variables; whether all is within its range."""
    # Counted rather than asked one by one: so the loops fill the vector registers.
    n_outside, n_new, zero = 0, 0, entered.dtype.type(0)
    for u in range(len(floor)):
        row, base = entered[u], floor[u]
        if kind[u] == _LINEAR:
            for i in range(len(row)):
                n_outside += row[i] + base < zero
        elif kind[u] == _ASLEEP:
            for i in range(len(row)):
                n_outside += row[i] + base > zero
        else:
            out, least, most = new[n_new], low[n_new], high[n_new]
            bottom, waking = zero, max(base, zero)
            if kind[u] == _PLAIN:
                # No ReLU is one whose bottom is out of reach.
                bottom, base, waking = -entered.dtype.type(np.inf), zero, zero
            for i in range(len(row)):
                value = max(row[i] + base, bottom) - waking
                out[i] = value
                n_outside += (value < least) | (value > most)
            n_new += 1
    return n_outside == 0
