"""Decision values of support vector machines, from their expansion over support vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["KernelMachine", "kernel_machine_of"]


class KernelMachine(Protocol):
    """Decision values of every pair of classes."""

    def decisions(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Values (n, pairs) of spectra (n, D); one column, positive for class 1, if C = 2."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class _Linear:
    """f = x·w + b: the support vectors are summed once and for all."""

    weights: NDArray[np.float64]  # (D, pairs)
    intercept: NDArray[np.float64]

    def decisions(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        return spectra @ self.weights + self.intercept


@dataclass(frozen=True, slots=True, eq=False)
class _Rbf:
    """f = Σ_s α_s exp(−γ‖x − v_s‖²) + b."""

    vectors: NDArray[np.float64]  # (n_sv, D)
    alpha: NDArray[np.float64]  # (n_sv, pairs)
    intercept: NDArray[np.float64]
    gamma: float

    def decisions(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        spectra = spectra.astype(np.float64, copy=False)
        squared = (
            (spectra**2).sum(axis=1)[:, None]
            - 2 * spectra @ self.vectors.T
            + (self.vectors**2).sum(axis=1)
        )
        return np.exp(-self.gamma * squared) @ self.alpha + self.intercept


@dataclass(frozen=True, slots=True, eq=False)
class _Polynomial:
    """f = Σ_s α_s (γ x·v_s + c)^d + b."""

    vectors: NDArray[np.float64]
    alpha: NDArray[np.float64]
    intercept: NDArray[np.float64]
    gamma: float
    constant: float
    degree: int

    def decisions(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        products = self.gamma * (spectra @ self.vectors.T) + self.constant
        return products**self.degree @ self.alpha + self.intercept


def _pair_coefficients(svc: Any) -> NDArray[np.float64]:
    """α (n_sv, pairs) of SVC's one-versus-one expansion, 0 where a vector is not of the pair."""
    ends = np.cumsum(svc.n_support_)
    starts = ends - svc.n_support_
    n_classes = len(svc.classes_)
    if n_classes == 2:
        return svc.dual_coef_.T.copy()
    first, second = np.triu_indices(n_classes, k=1)
    alpha = np.zeros((len(svc.support_vectors_), len(first)))
    for pair, (i, j) in enumerate(zip(first, second, strict=True)):
        # libsvm keeps C − 1 rows: a vector of class i meets class j in row j − 1, or j if j < i.
        alpha[starts[i] : ends[i], pair] = svc.dual_coef_[j - 1, starts[i] : ends[i]]
        alpha[starts[j] : ends[j], pair] = svc.dual_coef_[i, starts[j] : ends[j]]
    return alpha


def _linear(svc: Any, vectors: NDArray, alpha: NDArray) -> KernelMachine:
    return _Linear(vectors.T @ alpha, svc.intercept_)


def _rbf(svc: Any, vectors: NDArray, alpha: NDArray) -> KernelMachine:
    return _Rbf(vectors, alpha, svc.intercept_, float(svc._gamma))


def _polynomial(svc: Any, vectors: NDArray, alpha: NDArray) -> KernelMachine:
    return _Polynomial(
        vectors, alpha, svc.intercept_, float(svc._gamma), float(svc.coef0), int(svc.degree)
    )


_KERNELS = {"linear": _linear, "rbf": _rbf, "poly": _polynomial}


def kernel_machine_of(svc: Any) -> KernelMachine:
    """Read a fitted scikit-learn SVC.

    Raises
    ------
    ValueError
        If its kernel is not linear, rbf or poly.
    """
    kernel = getattr(svc, "kernel", None)
    if kernel not in _KERNELS:
        raise ValueError(f"kernel must be one of {tuple(_KERNELS)}, got {kernel!r} in {svc!r}")
    return _KERNELS[kernel](svc, svc.support_vectors_, _pair_coefficients(svc))
