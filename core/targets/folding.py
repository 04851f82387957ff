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

import numpy as np
import torch
from numba import njit
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["Folded", "fold"]

Layer = tuple[Tensor, Tensor, bool]
"""Weight (H, H'), bias (H',), and whether a ReLU follows."""

_BENDS, _PLAIN, _LINEAR, _ASLEEP = range(4)


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
    first, state = _first(probe, units, base, reach)
    steps = [_Step(torch.from_numpy(first[0]), *first[1:], False)]
    for weight, bias, rectified in layers:
        affine = torch.from_numpy(state[0]) @ weight
        affine[-1] += bias
        step, keeps, state = _next(affine.numpy(), *state[1:], reach, rectified)
        if len(step[1]) or not keeps:
            steps.append(_Step(torch.from_numpy(step[0]), *step[1:], keeps))
    return Folded(state[0], tuple(steps))


@njit(cache=True, fastmath={"contract", "nsz"})
def _first(probe, units, base, reach):
    """The step behind the first layer's ReLU, and the state behind it."""
    affine = np.zeros((len(units) + 1, len(base)), base.dtype)
    for u in range(len(units)):
        affine[u, units[u]] = 1
    affine[len(units)] = base
    least, most = _ends(probe, reach)
    kind = np.full(len(units), _BENDS, np.int8)
    step, values = _step(affine, units, kind, probe, least, most)
    return step, (_replaced(affine, units, kind, True), values, step[3], step[4])


@njit(cache=True, fastmath={"contract", "nsz"})
def _next(affine, values, low, high, reach, rectified):
    """A layer's step, whether it keeps the variables, and the state behind it.

    A state is the activations (V + 1, H) as an affine function of the variables, these (V, m) at
    the samples of the probe, and their range, twice (V,).
    """
    if not rectified:
        units = np.arange(affine.shape[1])
        if len(values) < len(units):
            units = units[:0]
        kind = np.full(len(units), _PLAIN, np.int8)
        keeps, linear = len(units) == 0, np.full(affine.shape[1], True)
    else:
        units, kind, keeps, linear = _chosen(affine, values, low, high, reach)
    entered = _entering(affine, values, units)
    least, most = _ends(entered, reach)
    step, new = _step(affine, units, kind, entered, least, most)
    if not keeps:
        return step, keeps, (_replaced(affine, units, kind, rectified), new, step[3], step[4])
    return (
        step,
        keeps,
        (
            _extended(affine, units, kind, linear, rectified),
            np.concatenate((values, new)),
            np.concatenate((low, step[3])),
            np.concatenate((high, step[4])),
        ),
    )


@njit(cache=True, fastmath={"contract", "nsz"})
def _chosen(affine, values, low, high, reach):
    """What a layer with a ReLU must compute: units, kinds, whether in addition; who is linear."""
    least, most, unsure = _bounds(low, high, affine)
    base = affine[len(values)]
    ends = _ends(_entering(affine, values, unsure), reach)
    kind = np.empty(len(unsure), np.int8)
    for u in range(len(unsure)):
        unit = unsure[u]
        least[unit], most[unit] = base[unit] + ends[0][u], base[unit] + ends[1][u]
        kind[u] = _ASLEEP if most[unit] <= 0 else _LINEAR if least[unit] >= 0 else _BENDS
    active = np.flatnonzero(most > 0)
    if len(values) + np.sum(kind == _BENDS) < len(active):
        return unsure, kind, True, least >= 0
    # Fewer units are ever awake than there are variables: they take their place.
    asleep = unsure[kind == _ASLEEP]
    kinds = np.full(len(active) + len(asleep), _ASLEEP, np.int8)
    kinds[: len(active)] = _BENDS
    return np.concatenate((active, asleep)), kinds, False, least >= 0


@njit(cache=True, fastmath={"contract", "nsz"})
def _bounds(least, most, affine):
    """Least and most (H,) that can enter each unit, the base included; which are unsure."""
    n_variables = len(least)
    low, high = affine[n_variables].copy(), affine[n_variables].copy()
    for v in range(n_variables):
        for h in range(len(low)):
            one, other = affine[v, h] * least[v], affine[v, h] * most[v]
            low[h] += min(one, other)
            high[h] += max(one, other)
    return low, high, np.flatnonzero((low < 0) & (high > 0))


@njit(cache=True, fastmath={"contract", "nsz"})
def _entering(affine, values, units):
    """What enters some units at the probe, (u, m), as a difference from the base."""
    entered = np.zeros((len(units), values.shape[1]), values.dtype)
    for u in range(len(units)):
        row = entered[u]
        for v in range(len(values)):
            slope = affine[v, units[u]]
            if slope != 0:
                for i in range(len(row)):
                    row[i] += slope * values[v, i]
    return entered


@njit(cache=True, fastmath={"contract", "nsz"})
def _ends(rows, reach):
    """Least and most of each row and 0, twice (r,), and as much more as the reach says."""
    least, most = np.zeros(len(rows), rows.dtype), np.zeros(len(rows), rows.dtype)
    for r in range(len(rows)):
        low = high = rows.dtype.type(0)
        for i in range(rows.shape[1]):
            low, high = min(low, rows[r, i]), max(high, rows[r, i])
        further = rows.dtype.type(0.5 * (reach - 1)) * (high - low)
        least[r], most[r] = low - further, high + further
    return least, most


@njit(cache=True, fastmath={"contract", "nsz"})
def _step(affine, units, kind, entered, least, most):
    """Weight, floor, kind, low and high of a step, and its new variables at the probe."""
    n_variables, zero = len(affine) - 1, affine.dtype.type(0)
    weight = np.empty((len(units), n_variables), affine.dtype)
    floor = np.empty(len(units), affine.dtype)
    n_new = int(np.sum(kind <= _PLAIN))
    low, high = np.empty(n_new, affine.dtype), np.empty(n_new, affine.dtype)
    new = 0
    for u in range(len(units)):
        floor[u] = affine[n_variables, units[u]]
        for v in range(n_variables):
            weight[u, v] = affine[v, units[u]]
        if kind[u] == _PLAIN:
            low[new], high[new] = least[u], most[u]
            new += 1
        elif kind[u] == _BENDS:
            waking = max(floor[u], zero)
            low[new] = max(floor[u] + least[u], zero) - waking
            high[new] = max(floor[u] + most[u], zero) - waking
            new += 1
    variables = np.empty((n_new, entered.shape[1]), affine.dtype)
    _stepped(entered, floor, kind, low[:0], high[:0], variables)
    return (weight, floor, kind, low, high), variables


@njit(cache=True)
def _replaced(affine, units, kind, rectified):
    """Activations behind a step whose units are all the variables there are."""
    return _extended(
        affine[len(affine) - 1 :], units, kind, np.full(affine.shape[1], False), rectified
    )


@njit(cache=True)
def _extended(affine, units, kind, linear, rectified):
    """Activations behind a step: slopes of the linear units, then one more for each variable."""
    n_before, n_new = len(affine) - 1, int(np.sum(kind <= _PLAIN))
    after = np.zeros((n_before + n_new + 1, affine.shape[1]), affine.dtype)
    for h in range(affine.shape[1]):
        base = affine[n_before, h]
        after[n_before + n_new, h] = max(base, affine.dtype.type(0)) if rectified else base
        if linear[h]:
            for v in range(n_before):
                after[v, h] = affine[v, h]
    new = n_before
    for u in range(len(units)):
        if kind[u] == _BENDS or kind[u] == _PLAIN:
            after[new, units[u]] = 1
            new += 1
    return after


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _stepped(entered, floor, kind, low, high, new):
    """Write the new variables; whether all is within range, where a range is given."""
    checked, n_new = len(low) > 0, 0
    within, zero = True, entered.dtype.type(0)
    for u in range(len(floor)):
        row, base = entered[u], floor[u]
        if kind[u] == _BENDS or kind[u] == _PLAIN:
            waking = max(base, zero)
            out = new[n_new]
            if kind[u] == _BENDS:
                for i in range(len(row)):
                    out[i] = max(row[i] + base, zero) - waking
            else:
                for i in range(len(row)):
                    out[i] = row[i]
            if checked:
                for i in range(len(row)):
                    within &= low[n_new] <= out[i] <= high[n_new]
            n_new += 1
        elif kind[u] == _LINEAR:
            for i in range(len(row)):
                within &= row[i] + base >= zero
        else:
            for i in range(len(row)):
                within &= row[i] + base <= zero
    return within
