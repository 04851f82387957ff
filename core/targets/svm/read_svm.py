"""Extraction of a fitted scikit-learn support vector machine into arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .svm_kernels import KernelMachine, Linear, Polynomial, Rbf, Standardised

__all__ = ["kernel_machine_of"]


def kernel_machine_of(estimator: Any) -> KernelMachine:
    """Read a fitted SVC, or a pipeline of StandardScaler and SVC.

    Raises
    ------
    ValueError
        If it is anything else, or the kernel is not linear, rbf or poly.
    """
    *scalers, svc = [step for _, step in getattr(estimator, "steps", [("svc", estimator)])]
    kernel = getattr(svc, "kernel", None)
    if kernel not in _KERNELS:
        raise ValueError(f"kernel must be one of {tuple(_KERNELS)}, got {kernel!r} in {svc!r}")
    machine = _KERNELS[kernel](svc)
    for scaler in reversed(scalers):
        mean, scale = getattr(scaler, "mean_", None), getattr(scaler, "scale_", None)
        if mean is None or scale is None:
            raise ValueError(f"only StandardScaler may precede the SVC, got {scaler!r}")
        machine = Standardised(machine, mean, scale)
    return machine


def _pair_coefficients(svc: Any) -> NDArray[np.float64]:
    """α (n_sv, pairs) of SVC's one-versus-one expansion, 0 where a vector is not of the pair."""
    n_classes = len(svc.classes_)
    if n_classes == 2:
        return svc.dual_coef_.T.copy()
    ends = np.cumsum(svc.n_support_)
    starts = ends - svc.n_support_
    first, second = np.triu_indices(n_classes, k=1)
    alpha = np.zeros((len(svc.support_vectors_), len(first)))
    for pair, (i, j) in enumerate(zip(first, second, strict=True)):
        # libsvm keeps C − 1 rows: a vector of class i meets class j in row j − 1, or j if j < i.
        alpha[starts[i] : ends[i], pair] = svc.dual_coef_[j - 1, starts[i] : ends[i]]
        alpha[starts[j] : ends[j], pair] = svc.dual_coef_[i, starts[j] : ends[j]]
    return alpha


def _vectors(svc: Any) -> NDArray[np.float64]:
    return np.ascontiguousarray(svc.support_vectors_.T)


def _linear(svc: Any) -> KernelMachine:
    return Linear(svc.support_vectors_.T @ _pair_coefficients(svc), svc.intercept_)


def _rbf(svc: Any) -> KernelMachine:
    squares = (svc.support_vectors_**2).sum(axis=1)
    return Rbf(_vectors(svc), _pair_coefficients(svc), svc.intercept_, float(svc._gamma), squares)


def _polynomial(svc: Any) -> KernelMachine:
    return Polynomial(
        _vectors(svc),
        _pair_coefficients(svc),
        svc.intercept_,
        float(svc._gamma),
        float(svc.coef0),
        int(svc.degree),
    )


_KERNELS = {"linear": _linear, "rbf": _rbf, "poly": _polynomial}
