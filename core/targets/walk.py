"""Taking samples through the steps of a folded network, compiled.

In one call, and in tiles that stay near to a core: threads that share out an explanation do not
take turns at the interpreter between a network's layers.
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
    "Step",
    "bench_rows",
    "copied",
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

    def entered_by(self, entry: NDArray[np.floating], floor: NDArray[np.floating]) -> Packed:
        """The same steps, where only some of the units of the first may wake.

        Parameters
        ----------
        entry : (u, A)
            The second step's weight, from these units; the first has none.
        floor
            Of these units, then of all others.
        """
        spare = self.n_units[0] - entry.shape[1]
        plan = self.plan.copy()
        plan[2:, 0] -= spare * len(entry)
        plan[1:, 1:3] -= spare
        plan[0, 3] -= spare
        # The variables keep their places, of which the first are then left out.
        plan[0, 6] += spare
        plan[1, 4] += spare
        rest = self.weights[self.plan[1, 3] * self.n_units[0] :]
        return Packed(
            plan,
            np.concatenate([entry.ravel(), rest]),
            floor,
            self.kind[spare:],
            self.low[spare:],
            self.high[spare:],
        )


@_compiled
def walk(
    plan, weights, floor, kind, low, high, left, right, variables, beyond, least, most, watching
):
    """Take the steps.

    Parameters
    ----------
    plan, weights, floor, kind, low, high
        The steps, packed.
    left, right
        The factors of what enters the first, (A, m).
    variables : (V, m)
        Written: the variables behind the last.
    beyond : (m,)
        Raised from 0 to how far a sample is out of any range.
    least, most : (U,)
        Widened, if ``watching``, to the range of what has entered each unit of each step.
    """
    (n_variables, n_samples), n_known = variables.shape, len(right)
    room = np.empty((n_known + n_variables) * min(LANES, n_samples), weights.dtype)
    bench = np.empty(bench_rows(plan) * min(LANES, n_samples), weights.dtype)
    for first in range(0, n_samples, LANES):
        n = min(LANES, n_samples - first)
        tile = room[: (n_known + n_variables) * n].reshape((n_known + n_variables, n))
        copied(right, first, tile[:n_known])
        walk_tile(
            plan, weights, floor, kind, low, high, left, first, n_known, tile, bench,
            beyond[first : first + n], least, most, watching,
        )  # fmt: skip
        for v in range(n_variables):
            row, out = tile[n_known + v], variables[v]
            for i in range(n):
                out[first + i] = row[i]


@_compiled
def walk_tile(
    plan, weights, floor, kind, low, high, left, first, n_known, tile, bench,
    beyond, least, most, watching,
):  # fmt: skip
    """Take some samples through the steps, as ``walk`` does all.

    Parameters
    ----------
    first
        The first of them, of all.
    n_known
        S, how many rows the right factor has.
    tile : (S + V, n)
        In: the right factor. Out: the variables behind it.
    bench
        Room for what is computed on the way, ``bench_rows(plan)`` rows.
    """
    n = tile.shape[1]
    end, last = plan[-1, 7], len(plan) - 1
    final, before = tile[n_known:], bench[: end * n].reshape((end, n))
    for s in range(len(plan)):
        weight_at, floor_at, limit_at, n_units, read, stop, write, after = plan[s]
        entering = bench[end * n : (end + n_units) * n].reshape((n_units, n))
        if s > 0:
            weight = weights[weight_at : weight_at + n_units * (stop - read)]
            np.dot(weight.reshape((n_units, stop - read)), before[read:stop], entering)
        elif n_known:
            np.dot(left, tile[:n_known], entering)
        else:
            copied(left, first, entering)
        units = slice(floor_at, floor_at + n_units)
        limits = slice(limit_at, limit_at + after - write)
        # Where the last step leaves nothing but its own, that need not be moved.
        new = final if s == last and after - write == len(final) else before[write:after]
        _stepped(entering, floor[units], kind[units], low[limits], high[limits], new, beyond)
        if watching:
            _watched(entering, least[units], most[units], np.empty(n, tile.dtype))
    if plan[last, 7] - plan[last, 6] < len(final):
        copied(before[end - len(final) :], 0, final)


@_compiled
def bench_rows(plan):
    """Rows of room that the steps take: all variables, and what enters the widest."""
    return plan[-1, 7] + plan[:, 3].max()


@_compiled
def copied(source, first, out):
    """Some columns of source, row by row."""
    for r in range(len(out)):
        row, to = source[r], out[r]
        for i in range(len(to)):
            to[i] = row[first + i]


@_compiled
def _stepped(entering, floor, kind, low, high, new, beyond):
    """Write the new variables (v, n); raise for each sample (n,) how far beyond its range it is."""
    # Loops over samples of nothing but sums and maxima, for these fill the vector registers.
    n_new, zero = 0, entering.dtype.type(0)
    for u in range(len(floor)):
        row, base = entering[u], floor[u]
        if kind[u] == LINEAR:
            for i in range(len(row)):
                beyond[i] = max(beyond[i], -base - row[i])
        elif kind[u] == ASLEEP:
            for i in range(len(row)):
                beyond[i] = max(beyond[i], base + row[i])
        else:
            out, least, most = new[n_new], low[n_new], high[n_new]
            bottom, waking = -base, max(base, zero) - base
            if kind[u] == PLAIN:
                # No ReLU is one whose bottom is out of reach.
                bottom, waking = -entering.dtype.type(np.inf), zero
            for i in range(len(row)):
                value = max(row[i], bottom) - waking
                out[i] = value
                beyond[i] = max(beyond[i], max(least - value, value - most))
            n_new += 1


@_compiled
def _watched(entering, least, most, room):
    """Widen the range of each unit by what has entered it."""
    for u in range(len(entering)):
        # The highest of what enters, then of its negative.
        for sign in (1, -1):
            n = len(room)
            for i in range(n):
                room[i] = sign * entering[u, i]
            # By halves, for these fill the vector registers and a running maximum does not.
            while n > 1:
                half = (n + 1) // 2
                for i in range(n - half):
                    room[i] = max(room[i], room[half + i])
                n = half
            if sign == 1:
                most[u] = max(most[u], room[0])
            else:
                least[u] = min(least[u], -room[0])
