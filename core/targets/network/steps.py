"""The steps of a folded network: what each layer computes of a sample, and where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["ASLEEP", "BENDS", "LINEAR", "PLAIN", "Packed", "Step"]

# What a unit is from a step on: a variable behind its ReLU or without one; or no variable, for it
# keeps its slope or its peace at every sample, which must only be seen.
BENDS, PLAIN, LINEAR, ASLEEP = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Computation of a layer for each sample.

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
