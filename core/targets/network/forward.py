"""Compiled forward pass of samples through the steps of a folded network.

In one call, and in tiles that stay near to a core: threads that share out an explanation do not
take turns at the interpreter between a network's layers.

A variable that is 0 at every sample of a tile, as that of a unit asleep at all of them is, has no
part in what follows: the next products are of the others alone. In a trained network most units
sleep round any one spectrum.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...compute.compiled_loops import compiled
from .ranges import widened
from .steps import ASLEEP, LINEAR, PLAIN

__all__ = [
    "LANES",
    "Room",
    "at_rest",
    "copied",
    "forward_pass",
    "forward_tile",
    "room",
]

LANES = 256
"""Samples that are taken together: at some 300 numbers each they fit the 2 MB nearest to a core."""

_compiled = compiled("contract", "nsz")


class Room(NamedTuple):
    """Work arrays for a tile of samples.

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
def forward_pass(
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
        Widened to the range of what has entered each unit of each step; (0,) if not wanted.
    ordinals : (0,)
        An array of the integers that are as long as their floats.
    """
    (n_variables, n_samples), n_known = variables.shape, len(right)
    here = room(plan, n_known, n_samples, variables)
    variables[:] = 0
    for first in range(0, n_samples, LANES):
        n = min(LANES, n_samples - first)
        behind = forward_tile(
            plan, weights, floor, kind, low, high, entered, left, right, first, n, n_variables,
            here, beyond[first : first + n], least, most, ordinals,
        )  # fmt: skip
        for j in range(n_known, len(behind)):
            row, out = behind[j], variables[here.held[j - n_known]]
            for i in range(n):
                out[first + i] = row[i]


@_compiled
def forward_tile(
    plan, weights, floor, kind, low, high, entered, left, right, first, n, n_variables,
    here, beyond, least, most, ordinals,
):  # fmt: skip
    """Take some samples through the steps, as ``forward_pass`` does all.

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
    n_known, n_lost = len(right), plan[-1, 7] - n_variables
    n_rows, top = len(here.rows) // n, plan[-1, 7] + n_known
    tile = here.rows[: n_rows * n].reshape((n_rows, n))
    known = tile[n_lost : n_lost + n_known]
    copied(right, first, known)
    n_held = 0
    for s in range(len(plan)):
        weight_at, floor_at, limit_at, n_units, read, stop, write, after = plan[s]
        units = entered if s == 0 else here.every[:n_units]
        entering = tile[top : top + len(units)]
        # Those that remain to the end lie behind the known rows.
        n_held_lost = np.searchsorted(here.held[:n_held], n_lost)
        beyond_known = n_lost + n_known - n_held_lost
        if s > 0:
            read_from = np.searchsorted(here.held[:n_held], read)
            at = read_from + (beyond_known if read >= n_lost else 0)
            weight = weights[weight_at : weight_at + n_units * (stop - read)]
            _product(
                weight.reshape((stop - read, n_units)), here.held[read_from:n_held] - read,
                tile[at : at + n_held - read_from], here.weight, entering,
            )  # fmt: skip
        elif n_known:
            np.dot(left, known, entering)
        else:
            copied(left, first, entering)
        at = n_held + (beyond_known if write >= n_lost else 0)
        upto = slice(floor_at, floor_at + n_units)
        limits = slice(limit_at, limit_at + after - write)
        n_new = _stepped(
            entering, units, floor[upto], kind[upto], low[limits], high[limits],
            tile[at:top], here.held[n_held:], beyond,
        )  # fmt: skip
        here.held[n_held : n_held + n_new] += write
        n_held += n_new
        if len(least):
            widened(entering, units, least[upto], most[upto], ordinals)
    n_held_lost = np.searchsorted(here.held[:n_held], n_lost)
    here.held[: n_held - n_held_lost] = here.held[n_held_lost:n_held] - n_lost
    return tile[n_lost : n_lost + n_known + n_held - n_held_lost]


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
    """Product of the rows (k, n) of some variables with their rows of the weight (V, u)."""
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
