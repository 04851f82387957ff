"""Decision values of support vector machines from their support vectors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...compute.compiled_loops import compiled
from ...compute.tensors import tensor_of
from ...neighbourhood.neighbourhood import Neighbourhood

__all__ = ["KernelMachine", "Linear", "Polynomial", "Rbf", "Standardised"]

DecisionEvaluator = Callable[[slice], NDArray[np.float64]]


class KernelMachine(Protocol):
    """Decision values of every pair of classes, in double precision."""

    def decisions(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Values (n, pairs) of spectra (n, D); one column, positive for class 1, if C = 2."""
        ...

    def on_neighbourhood(self, neighbourhood: Neighbourhood) -> DecisionEvaluator:
        """Values (m, pairs) of any rows of a neighbourhood, from its pieces."""
        ...

    def gradient(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """∂ decisions/∂ flux, (D, pairs), at one spectrum (D,)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """f = x·w + b: the support vectors are summed once and for all.

    Attributes
    ----------
    weights : (D, pairs)
    intercept : (pairs,)
    """

    weights: NDArray[np.float64]
    intercept: NDArray[np.float64]

    def decisions(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """x·w + b."""
        x = spectra.astype(np.float64, copy=False)
        return _product(x, self.weights).numpy() + self.intercept

    def on_neighbourhood(self, neighbourhood: Neighbourhood) -> DecisionEvaluator:
        """p·w + b + Z (Δ·w by segment)."""
        base = _product(neighbourhood.base, self.weights).numpy() + self.intercept
        pieces = neighbourhood.segment_sums(self.weights)
        return lambda rows: base + neighbourhood.masks.apply(pieces, rows)

    def gradient(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """w."""
        return self.weights


@dataclass(frozen=True, slots=True, eq=False)
class Rbf:
    """f = Σ_s α_s exp(−γ‖x − v_s‖²) + b.

    Attributes
    ----------
    vectors : (D, n_sv)
        Support vectors as columns.
    alpha : (n_sv, pairs)
    intercept : (pairs,)
    gamma
        γ.
    squares : (n_sv,)
        ‖v_s‖².
    """

    vectors: NDArray[np.float64]
    alpha: NDArray[np.float64]
    intercept: NDArray[np.float64]
    gamma: float
    squares: NDArray[np.float64]

    def decisions(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """The kernel matrix times α."""
        x = spectra.astype(np.float64, copy=False)
        exponent = _product(2 * self.gamma * x, self.vectors)
        exponent -= self.gamma * torch.from_numpy((x**2).sum(axis=1)[:, None])
        return self._expand(exponent.sub_(self.gamma * torch.from_numpy(self.squares)))

    def on_neighbourhood(self, neighbourhood: Neighbourhood) -> DecisionEvaluator:
        """‖x' − v‖² = ‖p − v‖² + Σ z_k (‖Δ_k‖² + 2Δ_k·p − 2Δ_k·v): no distance is recomputed.

        Pixel by pixel, Δ_k·v is a row of the vectors but for Δ_k.
        """
        base, masks = neighbourhood.base, neighbourhood.masks
        start = _product(2 * self.gamma * base, self.vectors)
        start -= self.gamma * (float(base @ base) + torch.from_numpy(self.squares))
        own = neighbourhood.segment_sums(neighbourhood.delta + 2 * base, times=self.gamma)
        pieces, times = _pieces(neighbourhood, self.vectors, 2 * self.gamma)
        row = start.numpy()

        def values(rows: slice) -> NDArray[np.float64]:
            products, away = masks.apply(pieces, rows), masks.apply(own, rows)
            return self._expand(torch.from_numpy(_exponents(products, times[rows], row, away)))

        return _in_parts(neighbourhood, values)

    def gradient(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """2γ Σ_s α_s k_s (v_s − x)."""
        distance = float(x @ x) + self.squares - 2 * _product(x[None], self.vectors).numpy()[0]
        kernel = self.alpha * np.exp(-self.gamma * distance)[:, None]
        towards = _product(self.vectors, kernel).numpy()
        return 2 * self.gamma * (towards - x[:, None] * kernel.sum(axis=0))

    def _expand(self, exponent: Tensor) -> NDArray[np.float64]:
        return _product(exponent.exp_().numpy(), self.alpha).numpy() + self.intercept


@dataclass(frozen=True, slots=True, eq=False)
class Polynomial:
    """f = Σ_s α_s (γ x·v_s + c)^d + b.

    Attributes
    ----------
    vectors : (D, n_sv)
        Support vectors as columns.
    alpha : (n_sv, pairs)
    intercept : (pairs,)
    gamma, constant, degree
        γ, c, d.
    """

    vectors: NDArray[np.float64]
    alpha: NDArray[np.float64]
    intercept: NDArray[np.float64]
    gamma: float
    constant: float
    degree: int

    def decisions(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """The kernel matrix times α."""
        x = spectra.astype(np.float64, copy=False)
        return self._expand(_product(self.gamma * x, self.vectors).add_(self.constant))

    def on_neighbourhood(self, neighbourhood: Neighbourhood) -> DecisionEvaluator:
        """x'·v = p·v + Σ z_k Δ_k·v; pixel by pixel, Δ_k·v is a row of the vectors but for Δ_k."""
        start = _product(self.gamma * neighbourhood.base, self.vectors) + self.constant
        pieces, times = _pieces(neighbourhood, self.vectors, self.gamma)
        masks, row, alpha = neighbourhood.masks, start.numpy(), np.ascontiguousarray(self.alpha.T)

        def values(rows: slice) -> NDArray[np.float64]:
            products = masks.apply(pieces, rows)
            return _powers(products, times[rows], row, self.degree, alpha) + self.intercept

        return _in_parts(neighbourhood, values)

    def gradient(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """dγ Σ_s α_s (γ x·v_s + c)^(d−1) v_s."""
        products = _product(self.gamma * x[None], self.vectors).numpy()[0] + self.constant
        slope = self.degree * self.gamma * products ** (self.degree - 1)
        return _product(self.vectors, self.alpha * slope[:, None]).numpy()

    def _expand(self, products: Tensor) -> NDArray[np.float64]:
        return _product(products.pow_(self.degree).numpy(), self.alpha).numpy() + self.intercept


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """A machine trained on (x − μ)/s.

    Attributes
    ----------
    machine
        The machine behind the scaler.
    mean, scale : (D,)
        μ and s.
    """

    machine: KernelMachine
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]

    def decisions(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Values at the standardised spectra."""
        return self.machine.decisions((spectra - self.mean) / self.scale)

    def on_neighbourhood(self, neighbourhood: Neighbourhood) -> DecisionEvaluator:
        """Standardised pieces make standardised spectra."""
        return self.machine.on_neighbourhood(
            replace(
                neighbourhood,
                base=(neighbourhood.base - self.mean) / self.scale,
                delta=neighbourhood.delta / self.scale,
            )
        )

    def gradient(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """The machine's, per unit of flux rather than of s."""
        return self.machine.gradient((x - self.mean) / self.scale) / self.scale[:, None]


def _pieces(
    neighbourhood: Neighbourhood, vectors: NDArray[np.float64], scale: float
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Pieces (S, n_sv) and times (n,), so that sample i has times_i Z_i·pieces = scale Δx_i·v."""
    if neighbourhood.pixel_by_pixel:
        return vectors, scale * neighbourhood.delta
    return neighbourhood.segment_sums(vectors, times=scale), np.ones(neighbourhood.n)


@compiled("contract", "nsz")
def _exponents(products, times, start, away):
    """t products_s + start_s − away of each row, (m, n_sv), in one pass over the products."""
    exponents = np.empty_like(products)
    for i in range(len(products)):
        row, out, factor, less = products[i], exponents[i], times[i], away[i]
        for s in range(len(start)):
            out[s] = factor * row[s] + (start[s] - less)
    return exponents


@compiled("contract", "nsz", "reassoc")
def _powers(products, times, start, degree, alpha):
    """Σ_s α_s (t products_s + start_s)^d of each row, (m, pairs), in one pass over the products."""
    powers = np.empty((len(products), len(alpha)), products.dtype)
    base, power = np.empty_like(start), np.empty_like(start)
    for i in range(len(products)):
        row, factor = products[i], times[i]
        for s in range(len(start)):
            base[s] = power[s] = factor * row[s] + start[s]
        for _ in range(degree - 1):
            for s in range(len(start)):
                power[s] *= base[s]
        for pair in range(len(alpha)):
            total, weights = products.dtype.type(0), alpha[pair]
            for s in range(len(start)):
                total += power[s] * weights[s]
            powers[i, pair] = total
    return powers


def _in_parts(neighbourhood: Neighbourhood, values: DecisionEvaluator) -> DecisionEvaluator:
    """The same, for as many rows at a time as keep the kernel matrix in a core's own cache."""

    def of_rows(rows: slice) -> NDArray[np.float64]:
        return np.concatenate([values(part) for part in neighbourhood.blocks(rows, n_rows=125)])

    return of_rows


def _product(left: NDArray[np.floating], right: NDArray[np.float64]) -> Tensor:
    # Through torch, whose threads are the caller's own: numpy's are shared by all callers.
    return tensor_of(np.ascontiguousarray(left)) @ tensor_of(right)
