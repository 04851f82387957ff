"""Taking samples through the steps of a folded network, compiled.

In one call, and in tiles that stay near to a core: threads that share out an explanation do not
take turns at the interpreter between a network's layers.

A variable that is 0 at every sample of a tile, as that of a unit asleep at all of them is, has no
part in what follows: the next products are of the others alone. In a trained network most units
sleep round any one spectrum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = [
    "ASLEEP",
    "BENDS",
    "LANES",
    "LINEAR",
    "PLAIN",
    "Packed",
    "Room",
    "Step",
    "at_rest",
    "copied",
    "room",
    "unwatched",
    "walk",
    "walk_tile",
]

# What a unit is from a step on: a variable behind its ReLU or without one; or no variable, for it
# keeps its slope or its peace at every sample, which must only be seen.
BENDS, PLAIN, LINEAR, ASLEEP = range(4)

LANES = 256
"""Samples that are taken together: at some 300 numbers each they fit the 2 MB nearest to a core."""

_compiled = njit(cache=True, nogil=True, fastmath={"contract", "nsz"})


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What a layer computes of each sample.

    Attributes
    ----------
    weight : (V, u)
        From variables to what enters u units, as a difference from the base; none for the first
        layer, whose units are entered from outside.
    floor : (u,)
        What enters them at the base.
    kind : (u,)
        Whether a unit is a variable from here on, behind its ReLU or without one, or must only be
        seen never to change sign. Of the first layer every unit is a variable.
    low, high : (v,)
        The range that the new variables must keep.
    reads, writes
        Where the V variables before it lie among all that are ever computed, and the new ones.
    keeps
        Whether the variables before it remain.
    """

    weight: NDArray[np.floating] | None
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


class Packed(NamedTuple):
    """Steps as a compiled loop takes them: one array of each kind, and where each step's part is.

    plan (n, 8) has of each step where its weight, floor and limits start, its units, and where the
    variables that it reads and writes start and stop.
    """

    plan: NDArray[np.int64]
    weights: NDArray[np.floating]
    floor: NDArray[np.floating]
    kind: NDArray[np.int8]
    low: NDArray[np.floating]
    high: NDArray[np.floating]

    @classmethod
    def of(cls, steps: Sequence[Step]) -> Packed:
        """Side by side."""
        plan = np.empty((len(steps), 8), np.int64)
        weight_at = floor_at = limit_at = 0
        for row, step in zip(plan, steps, strict=True):
            reads, writes = step.reads, step.writes
            row[:4] = weight_at, floor_at, limit_at, len(step.floor)
            row[4:] = reads.start, reads.stop, writes.start, writes.stop
            weight_at += 0 if step.weight is None else step.weight.size
            floor_at, limit_at = floor_at + len(step.floor), limit_at + len(step.low)
        weights = [step.weight.ravel() for step in steps if step.weight is not None]
        return cls(
            plan,
            np.concatenate([*weights, steps[0].floor[:0]]),
            np.concatenate([step.floor for step in steps]),
            np.concatenate([step.kind for step in steps]),
            np.concatenate([step.low for step in steps]),
            np.concatenate([step.high for step in steps]),
        )

    @property
    def n_units(self) -> NDArray[np.int64]:
        """Units that each step computes."""
        return self.plan[:, 3]


def unwatched(dtype: np.dtype) -> tuple[NDArray, NDArray, NDArray]:
    """What ``walk`` takes for least, most and ordinals if nobody asks for the ranges."""
    nothing = np.empty(0, dtype)
    return nothing, nothing, np.empty(0, f"i{dtype.itemsize}")


class Room(NamedTuple):
    """What a tile of samples is computed in.

    Attributes
    ----------
    rows : (R · n,)
        Of a tile: the variables that do not remain to the end, the known rows, the variables that
        do, and what enters the widest step. Those at rest are left out of either.
    weight
        A step's weight from the variables that are not at rest.
    held
        Which variables those are, in order.
    every
        0, 1, 2, …, of the widest step's units.
    """

    rows: NDArray[np.floating]
    weight: NDArray[np.floating]
    held: NDArray[np.int64]
    every: NDArray[np.int64]


@_compiled
def room(plan, n_known, n_samples, like):
    """The room that the steps take, beside so many known rows, in an array's precision."""
    end, widest, largest = plan[-1, 7], plan[:, 3].max(), 0
    for step in plan:
        largest = max(largest, step[3] * (step[5] - step[4]))
    n = min(LANES, n_samples)
    rows = np.empty((end + n_known + widest) * n, like.dtype)
    return Room(rows, np.empty(largest, like.dtype), np.empty(end, np.int64), np.arange(widest))


@_compiled
def walk(
    plan, weights, floor, kind, low, high, entered, left, right,
    variables, beyond, least, most, ordinals,
):  # fmt: skip
    """Take the steps.

    Parameters
    ----------
    plan, weights, floor, kind, low, high
        The steps, packed.
    entered : (A,)
        Which of the first step's units are entered; the others rest.
    left, right
        The factors of what enters them, (A, m).
    variables : (V, m)
        Written: the variables behind the last.
    beyond : (m,)
        Raised from 0 to how far a sample is out of any range.
    least, most : (U,)
        Widened to the range of what has entered each unit of each step; (0,) if nobody asks.
    ordinals : (0,)
        An array of the integers that are as long as their floats.
    """
    (n_variables, n_samples), n_known = variables.shape, len(right)
    here = room(plan, n_known, n_samples, variables)
    variables[:] = 0
    for first in range(0, n_samples, LANES):
        n = min(LANES, n_samples - first)
        behind = walk_tile(
            plan, weights, floor, kind, low, high, entered, left, right, first, n, n_variables,
            here, beyond[first : first + n], least, most, ordinals,
        )  # fmt: skip
        for j in range(n_known, len(behind)):
            row, out = behind[j], variables[here.held[j - n_known]]
            for i in range(n):
                out[first + i] = row[i]


@_compiled
def walk_tile(
    plan, weights, floor, kind, low, high, entered, left, right, first, n, n_variables,
    here, beyond, least, most, ordinals,
):  # fmt: skip
    """Take some samples through the steps, as ``walk`` does all.

    Parameters
    ----------
    first, n
        The first of them, of all, and how many.
    n_variables
        V.
    here
        Its room.

    Returns
    -------
    behind : (S + k, n)
        The right factor's rows, and the k variables that are not at rest: the first k of ``held``.
    """
    n_known, end = len(right), plan[-1, 7]
    n_rows, n_dropped, top = len(here.rows) // n, end - n_variables, end + n_known
    tile = here.rows[: n_rows * n].reshape((n_rows, n))
    known, lasting = tile[n_dropped : n_dropped + n_known], tile[n_dropped + n_known : top]
    copied(right, first, known)
    n_held, n_below = 0, 0
    for s in range(len(plan)):
        weight_at, floor_at, limit_at, n_units, read, stop, write, after = plan[s]
        if s == 0:
            units, entering = entered, tile[top : top + len(entered)]
            if n_known:
                np.dot(left, known, entering)
            else:
                copied(left, first, entering)
        else:
            units, entering = here.every[:n_units], tile[top : top + n_units]
            start = np.searchsorted(here.held[:n_held], read)
            rows = lasting[start - n_below :] if read >= n_dropped else tile[start:]
            weight = weights[weight_at : weight_at + n_units * (stop - read)]
            _product(
                weight.reshape((stop - read, n_units)), here.held[start:n_held] - read,
                rows[: n_held - start], here.weight, entering,
            )  # fmt: skip
        if write == n_dropped:
            n_below = n_held
        to = lasting[n_held - n_below :] if write >= n_dropped else tile[n_held:n_dropped]
        upto = slice(floor_at, floor_at + n_units)
        limits = slice(limit_at, limit_at + after - write)
        n_new = _stepped(
            entering, units, floor[upto], kind[upto], low[limits], high[limits],
            to, here.held[n_held:], beyond,
        )  # fmt: skip
        here.held[n_held : n_held + n_new] += write
        n_held += n_new
        if len(least):
            _watched(entering, units, least[upto], most[upto], ordinals)
    for j in range(n_below, n_held):
        here.held[j - n_below] = here.held[j] - n_dropped
    return tile[n_dropped : n_dropped + n_known + n_held - n_below]


@_compiled
def copied(source, first, out):
    """Some columns of source, row by row."""
    for r in range(len(out)):
        row, to = source[r], out[r]
        for i in range(len(to)):
            to[i] = row[first + i]


@_compiled
def at_rest(row):
    """Whether it is 0 throughout."""
    moved, zero = False, row.dtype.type(0)
    for i in range(len(row)):
        moved |= row[i] != zero
    return not moved


@_compiled
def _product(weight, held, rows, room, out):
    """What the rows (k, n) of some variables add up to by their rows of the weight (V, u)."""
    n_units = weight.shape[1]
    if len(held) == len(weight):
        np.dot(weight.T, rows, out)
    elif len(held):
        chosen = room[: len(held) * n_units].reshape((len(held), n_units))
        for j in range(len(held)):
            chosen[j] = weight[held[j]]
        np.dot(chosen.T, rows, out)
    else:
        out[:] = 0


@_compiled
def _stepped(entering, units, floor, kind, low, high, new, held, beyond):
    """Write the new variables that are not at rest, and which they are, and count them.

    Raises for each sample (n,) how far beyond its range it is. Only units that are variables may
    be missing among those entered.
    """
    # Loops over samples of nothing but sums and maxima, for these fill the vector registers.
    n_seen, n_new, zero = 0, 0, entering.dtype.type(0)
    for r in range(len(units)):
        u, row = units[r], entering[r]
        base = floor[u]
        if kind[u] == LINEAR:
            n_seen += 1
            for i in range(len(row)):
                beyond[i] = max(beyond[i], -base - row[i])
        elif kind[u] == ASLEEP:
            n_seen += 1
            for i in range(len(row)):
                beyond[i] = max(beyond[i], base + row[i])
        else:
            v, out = u - n_seen, new[n_new]
            bottom, waking = -base, max(base, zero) - base
            if kind[u] == PLAIN:
                # No ReLU is one whose bottom is out of reach.
                bottom, waking = -entering.dtype.type(np.inf), zero
            for i in range(len(row)):
                out[i] = max(row[i], bottom) - waking
            # At rest it is where the base is, which no range leaves out.
            if not at_rest(out):
                held[n_new] = v
                n_new += 1
                if not (np.isinf(low[v]) and np.isinf(high[v])):
                    _checked(out, low[v], high[v], beyond)
    return n_new


@_compiled
def _checked(row, least, most, beyond):
    """Raise for each sample (n,) how far beyond a range it is."""
    for i in range(len(row)):
        beyond[i] = max(beyond[i], max(least - row[i], row[i] - most))


@_compiled
def _watched(entering, units, least, most, ordinals):
    """Widen the range of each unit by what has entered it.

    By ordinals, for their order fills the vector registers and that of floats does not.
    """
    one = ordinals.dtype.type(1)
    sign = ordinals.dtype.type(8 * ordinals.itemsize - 1)
    others, ends = (one << sign) - one, np.empty(2, ordinals.dtype)
    for r in range(len(units)):
        bits, u = entering[r].view(ordinals.dtype), units[r]
        lowest = highest = _ordinal(bits[0], sign, others)
        for i in range(len(bits)):
            ordinal = _ordinal(bits[i], sign, others)
            lowest, highest = min(lowest, ordinal), max(highest, ordinal)
        ends[0], ends[1] = _ordinal(lowest, sign, others), _ordinal(highest, sign, others)
        reached = ends.view(least.dtype)
        least[u], most[u] = min(least[u], reached[0]), max(most[u], reached[1])


@_compiled
def _ordinal(bits, sign, others):
    """A float's bits as an integer of the same order, or back: of those below 0 others turn."""
    return bits ^ ((bits >> sign) & others)
