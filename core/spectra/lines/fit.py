"""Gauss-Newton fits of many spectra at once, with shared velocities and widths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .model import WindowData, model_rows, moves, n_rows

__all__ = ["SharedParameters", "WindowFit", "fit_windows"]

_F64 = NDArray[np.float64]

_MAX_ITERATIONS = 12
# Decrease of χ² expected of the last step (0.3 σ); the next one would be far smaller still.
_CONVERGED = 0.1
# A window that adds less than this to what is known of every shared parameter is left out of
# further steps (not of the solution).
_TELLING_SHARE = 0.03
# Relative to the diagonal: keeps columns that no pixel constrains from breaking the solver.
_RIDGE = 1e-10
# By how much, Å, a window's absorption may depart from what Hβ's would lead one to expect: the
# spread of Lick-like Balmer indices among stellar populations of one Hβ.
_OWN_ABSORPTION_AA = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class SharedParameters:
    """Parameters common to all windows of a spectrum.

    Order: velocity km/s and ln(σ / km/s) of the Balmer lines, the same of the forbidden lines,
    equivalent width of stellar Hβ absorption, Å, and ln(σ / Å) of stellar Balmer lines.

    Attributes
    ----------
    start, prior_sigma
        (6,) a normal prior, which matters only where the data say little:
        without a line in sight the fit becomes a matched filter at rest.
    lowest, highest, longest_step
        (6,) limits.
    """

    start: _F64
    prior_sigma: _F64
    lowest: _F64
    highest: _F64
    longest_step: _F64


@dataclass(frozen=True, slots=True, eq=False)
class WindowFit:
    """The solution in one window.

    Attributes
    ----------
    coefficients
        (n, M) line fluxes, then level and slope of the continuum, and absorption.
    covariance
        (n, M, M), uncertainty of the shared parameters included.
    chi2
        (n,) reduced; NaN without degrees of freedom.
    """

    coefficients: _F64
    covariance: _F64
    chi2: _F64


def fit_windows(
    windows: Sequence[WindowData], shared: SharedParameters
) -> tuple[_F64, list[WindowFit]]:
    """Fit all windows of n spectra together.

    Variable projection: fluxes and continua are linear and solved exactly at each step; the
    shared parameters take damped Gauss-Newton steps in what the linear solution leaves. Steps are
    found in single precision, the solution in double.

    Parameters
    ----------
    windows
        At least one, all of the same spectra.
    shared
        Prior and limits of the shared parameters.

    Returns
    -------
    shared parameters (n, 6), and the fit of each window.
    """
    q = np.tile(shared.start, (len(windows[0].flux), 1))
    active = np.arange(len(q))
    telling = np.array([data.ivar.any(axis=1) for data in windows])
    scratch = _Scratch(windows)
    for _ in range(_MAX_ITERATIONS):
        curvature, gradient = _slopes(windows, q, active, telling, shared, scratch)
        step = np.linalg.solve(curvature, gradient[..., None])[..., 0]
        step = np.clip(step, -shared.longest_step, shared.longest_step)
        step = np.clip(q[active] + step, shared.lowest, shared.highest) - q[active]
        q[active] += step
        gain = np.sum((curvature @ step[..., None])[..., 0] * step, axis=1)
        active = active[gain > _CONVERGED]
        if not active.size:
            break
    parts = [_Linearised(data, q, scratch) for data in windows]
    curvature, _ = _prior(q, shared)
    for part in parts:
        curvature += part.curvature
    spread = np.asarray(np.linalg.inv(curvature), np.float64)
    return q, [part.solution(spread) for part in parts]


def _slopes(
    windows: Sequence[WindowData],
    q: _F64,
    active: NDArray[np.intp],
    telling: NDArray[np.bool_],
    shared: SharedParameters,
    scratch: _Scratch,
) -> tuple[_F64, _F64]:
    """Curvature and gradient of -χ²/2 by the shared parameters of the active spectra.

    Marks in telling (W, n) which windows a spectrum's next steps need; most have no bright line.
    """
    curvature, gradient = _prior(q[active], shared)
    slopes = np.zeros((len(windows), len(active), q.shape[1]))
    for at, data in enumerate(windows):
        seen = np.flatnonzero(telling[at, active])
        if seen.size:
            rows = active[seen]
            part = _Linearised(data.part(rows, np.float32), q[rows], scratch)
            curvature[seen] += part.curvature
            gradient[seen] += part.gradient
            slopes[at, seen] = np.einsum("nii->ni", part.curvature)
    share = slopes / np.einsum("nii->ni", curvature)
    telling[:, active] &= share.max(axis=2) > _TELLING_SHARE
    return curvature, gradient


def _prior(q: _F64, shared: SharedParameters) -> tuple[_F64, _F64]:
    weight = shared.prior_sigma**-2.0
    return np.tile(np.diag(weight), (len(q), 1, 1)), (shared.start - q) * weight


class _Scratch:
    """Two arrays used again and again: fresh ones of this size cost more than what fills them."""

    def __init__(self, windows: Sequence[WindowData]) -> None:
        size = max(len(w.flux) * n_rows(w) * len(w.wave) for w in windows)
        self._halves = np.empty(size), np.empty(size)

    def arrays(self, shape: tuple[int, int, int], dtype: np.dtype) -> list[NDArray]:
        """Both, in this shape and precision; overwritten by the next caller."""
        size = int(np.prod(shape))
        return [half.view(dtype)[:size].reshape(shape) for half in self._halves]


class _Linearised:
    """One window of n spectra at given shared parameters: the linear solution, and what moves it.

    Everything follows from the Gram matrix of the model's rows and the data, formed once.
    """

    def __init__(self, data: WindowData, q: _F64, scratch: _Scratch) -> None:
        shape = len(q), n_rows(data), len(data.wave)
        rows, weighted = scratch.arrays(shape, data.flux.dtype)
        model_rows(data, q, rows)
        np.multiply(rows, data.ivar[:, None, :], out=weighted)
        gram = (weighted @ rows.transpose(0, 2, 1)).astype(np.float64)
        m = data.n_linear
        normal = gram[:, :m, :m].copy()
        if data.absorption:
            normal[:, -1, -1] += _OWN_ABSORPTION_AA**-2.0
        self._inverse = _inverse(normal)
        self._solved = (self._inverse @ gram[:, :m, -1:])[..., 0]
        # The data less the model, in terms of the rows.
        left = np.zeros((*shape[:2], 1))
        left[:, -1], left[:, :m, 0] = 1.0, -self._solved
        residual = gram @ left

        tangent = moves(data, self._solved)
        along = gram @ tangent
        self._shift = self._inverse @ along[:, :m]
        self.gradient = (tangent.transpose(0, 2, 1) @ residual)[..., 0]
        self.curvature = tangent.transpose(0, 2, 1) @ along
        self.curvature -= along[:, :m].transpose(0, 2, 1) @ self._shift

        free = np.count_nonzero(data.ivar, axis=1) - m
        squares = np.maximum((left.transpose(0, 2, 1) @ residual)[:, 0, 0], 0.0)
        self._chi2 = np.divide(squares, free, out=np.full(len(q), np.nan), where=free > 0)

    def solution(self, spread: _F64) -> WindowFit:
        """The fit, given the covariance (n, 6, 6) of the shared parameters."""
        covariance = self._inverse + self._shift @ spread @ self._shift.transpose(0, 2, 1)
        return WindowFit(self._solved, covariance, self._chi2)


def _inverse(normal: _F64) -> _F64:
    """Inverse of normal matrices (n, m, m), scaled to unit diagonal and minimally regularised."""
    scale = np.sqrt(np.einsum("nii->ni", normal))
    scale[scale == 0] = 1.0
    outer = scale[:, :, None] * scale[:, None, :]
    return np.linalg.inv(normal / outer + _RIDGE * np.eye(normal.shape[1])) / outer
