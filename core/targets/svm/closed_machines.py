"""Closed forms of support vector machine decisions around a spectrum, by kernel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from ...neighbourhood.neighbourhood import Neighbourhood
from ...surrogate.closed_form import ClosedForm, NoClosedForm
from .closed_polynomial import PolynomialForm
from .closed_rbf import RbfForm
from .svm_kernels import KernelMachine, Linear, Polynomial, Rbf, Standardised

__all__ = ["LinearForm", "closed_form"]


@dataclass(frozen=True, slots=True, eq=False)
class LinearForm:
    """f = constant + Σ_k z_k slope_k.

    Attributes
    ----------
    constant
    slopes : (S,)
    """

    constant: float
    slopes: NDArray[np.float64]

    @property
    def n_segments(self) -> int:
        """S."""
        return len(self.slopes)

    @property
    def degree(self) -> int:
        """Each segment acts alone."""
        return 1

    def value(self, present: bool) -> float:
        """With all slopes or none."""
        return self.constant + float(self.slopes.sum()) * present

    def mean_slopes(
        self, presences: NDArray[np.float64], shares: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The slopes, whatever else is present."""
        return self.slopes * shares.sum()

    def moments(self, presence: NDArray[np.float64]) -> tuple[float, float]:
        """Mean and variance of a sum of independent terms."""
        variance = float(self.slopes**2 @ (presence * (1 - presence)))
        return self.constant + float(self.slopes @ presence), variance

    def least(self) -> float:
        """With the falling slopes alone."""
        return self.constant + float(np.minimum(self.slopes, 0).sum())


@singledispatch
def closed_form(
    machine: KernelMachine, around: Neighbourhood, coefficients: NDArray[np.float64]
) -> ClosedForm:
    """A combination of a machine's decisions as a function of the masks.

    Parameters
    ----------
    machine
        Linear, RBF or polynomial, behind a scaler or not.
    around
        Base and difference in double precision; its masks do not matter.
    coefficients : (pairs,)
        What to multiply each pair's decision with.

    Raises
    ------
    NoClosedForm
        If the kernel is of another kind.
    """
    raise NoClosedForm(f"a kernel of type {type(machine).__name__} has no closed form")


@closed_form.register
def _(machine: Linear, around: Neighbourhood, coefficients: NDArray[np.float64]) -> ClosedForm:
    weights = machine.weights @ coefficients
    constant = float(around.base @ weights + machine.intercept @ coefficients)
    return LinearForm(constant, around.segment_sums(weights).astype(np.float64))


@closed_form.register
def _(machine: Rbf, around: Neighbourhood, coefficients: NDArray[np.float64]) -> ClosedForm:
    return RbfForm.of(
        around,
        machine.vectors,
        machine.gamma,
        alpha=machine.alpha @ coefficients,
        intercept=float(machine.intercept @ coefficients),
    )


@closed_form.register
def _(machine: Polynomial, around: Neighbourhood, coefficients: NDArray[np.float64]) -> ClosedForm:
    alpha = machine.alpha @ coefficients
    used = alpha != 0  # the others are of other pairs of classes
    vectors = machine.vectors if used.all() else np.ascontiguousarray(machine.vectors[:, used])
    pieces = around.segment_sums(vectors, times=machine.gamma)
    return PolynomialForm(
        start=machine.gamma * (around.base @ vectors) + machine.constant,
        pieces=pieces.astype(np.float64),
        alpha=alpha[used],
        intercept=float(machine.intercept @ coefficients),
        power=machine.degree,
    )


@closed_form.register
def _(
    machine: Standardised, around: Neighbourhood, coefficients: NDArray[np.float64]
) -> ClosedForm:
    base, delta = (around.base - machine.mean) / machine.scale, around.delta / machine.scale
    return closed_form(machine.machine, replace(around, base=base, delta=delta), coefficients)
