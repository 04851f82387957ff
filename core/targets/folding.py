"""A ReLU network over a neighbourhood is a smaller network, exactly.

A unit that is positive at every sample is linear there, and one that never is can be left out; only
units that change sign bend anything. For a trained autoencoder round one spectrum those are few:
of 640 units some 20. So activations are kept as an affine function of a few variables (the first
layer's waking units, then the latent, then the units that bend), and a layer computes only what
might bend. That nothing else does is known and not assumed: the bounds come from the range of the
variables over the very samples that are evaluated.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["Folded"]


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """What a layer of H units hands on, for m samples: at_base + valuesᵀ @ into.

    Attributes
    ----------
    values : (V, m)
        Variables, one a row, as differences from their value at the base.
    into : (V, H)
        What the activations gain from each.
    at_base : (H,)
        Activations at the base itself.
    """

    values: Tensor
    into: Tensor
    at_base: Tensor

    @classmethod
    def rectify(cls, entered: Tensor, units: Tensor, base: Tensor) -> Folded:
        """Step behind a ReLU with its units as the variables.

        Parameters
        ----------
        entered : (A, m)
            What enters the given units, as a difference from the base. Overwritten.
        units : (A,)
            Their indices; all others must be 0 at every sample and at the base.
        base : (H,)
            What enters every unit at the base.
        """
        floor = base.index_select(0, units)[:, None]
        values = entered.add_(floor).relu_().sub_(floor.relu())
        return cls(values, _rows_of_identity(units, base), base.relu())

    def through(self, weight: Tensor, bias: Tensor, *, rectified: bool) -> Folded:
        """The next layer, weight (H, H') and bias (H',), and its ReLU if it has one."""
        ahead = Folded(self.values, self.into @ weight, torch.addmv(bias, weight.T, self.at_base))
        return ahead._rectified() if rectified else ahead._linear()

    def _linear(self) -> Folded:
        if len(self.into) < len(self.at_base):
            return self
        units = torch.arange(len(self.at_base))
        identity = _rows_of_identity(units, self.at_base)
        return Folded(self.into.T @ self.values, identity, self.at_base)

    def _rectified(self) -> Folded:
        base = self.at_base
        low, high = self._bounds()
        unsure = torch.nonzero((low < 0) & (high > 0)).flatten()
        entered, low_unsure, high_unsure = self._computed(unsure)
        low.index_copy_(0, unsure, low_unsure)
        high.index_copy_(0, unsure, high_unsure)
        bends = torch.nonzero((low_unsure < 0) & (high_unsure > 0)).flatten()
        active = torch.nonzero(high > 0).flatten()
        if len(self.into) + len(bends) >= len(active):
            return Folded.rectify(self.into.index_select(1, active).T @ self.values, active, base)
        bent = unsure.index_select(0, bends)
        bending = Folded.rectify(entered.index_select(0, bends), bent, base)
        return Folded(
            torch.cat([self.values, bending.values]),
            torch.cat([self.into * (low >= 0), bending.into]),
            bending.at_base,
        )

    def _bounds(self) -> tuple[Tensor, Tensor]:
        """Least and most (H,) that can enter each unit, the base among the samples."""
        least, most = self.values.amin(1).clamp_(max=0), self.values.amax(1).clamp_(min=0)
        centre = torch.addmv(self.at_base, self.into.T, most + least, alpha=0.5)
        reach = torch.mv(self.into.abs().T, most - least).mul_(0.5)
        return centre - reach, centre + reach

    def _computed(self, units: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What enters some units, as a difference from the base, and its least and most."""
        entered = self.into.index_select(1, units).T @ self.values
        base = self.at_base.index_select(0, units)
        # No unit at all is the usual case, which has no least and most.
        if not len(units):
            return entered, base, base
        least, most = entered.amin(1).clamp_(max=0), entered.amax(1).clamp_(min=0)
        return entered, least.add_(base), most.add_(base)


def _rows_of_identity(units: Tensor, like: Tensor) -> Tensor:
    rows = torch.zeros(len(units), len(like), dtype=like.dtype)
    return rows.scatter_(1, units[:, None], 1)
