"""Model of a window of emission lines: Gaussians, a linear continuum and absorption."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..air_vacuum import SPEED_OF_LIGHT_KMS
from .windows import LineFamily, LineWindow

__all__ = ["WindowData", "line_profiles", "model_rows", "moves", "n_rows"]

_Array = NDArray[np.floating]

# Shared parameters: velocity and ln width of the Balmer and of the forbidden lines, then Hβ
# absorption and ln width of the stellar trough.
_FAMILIES: tuple[LineFamily, ...] = ("balmer", "forbidden")
_DEPTH, _TROUGH_WIDTH, _N_SHARED = 4, 5, 6
_GAUSS_NORM = 1.0 / np.sqrt(2.0 * np.pi)
# Farther out a Gaussian stays at 1e-14 of its peak: subnormal numbers would be ten times slower.
_FARTHEST_SQUARE = 64.0


@dataclass(frozen=True, slots=True, eq=False)
class WindowData:
    """The pixels of n spectra in one window.

    Attributes
    ----------
    window
        Its lines.
    wave
        (P,) vacuum Å, rest frame.
    flux, ivar
        (n, P); flux finite everywhere, ivar 0 where it is no data.
    level
        (n,) rough continuum, the unit of a window's own absorption.
    absorption
        Whether stars may absorb here.
    """

    window: LineWindow
    wave: _Array
    flux: _Array
    ivar: _Array
    level: _Array
    absorption: bool

    @property
    def n_lines(self) -> int:
        """L, the number of free fluxes."""
        return len(self.window.profiles)

    @property
    def n_linear(self) -> int:
        """M = L + 2, with level and slope of the continuum, + 1 with absorption of its own."""
        return self.n_lines + 2 + self.absorption

    @property
    def slope(self) -> _Array:
        """(P,) -1 at the window's start to 1 at its end."""
        start, stop = self.window.start_aa, self.window.stop_aa
        return ((2 * self.wave - start - stop) / (stop - start)).astype(self.flux.dtype)

    def part(self, rows: NDArray[np.intp], dtype: DTypeLike) -> WindowData:
        """Some of the spectra, in another precision."""
        flux, ivar = self.flux[rows].astype(dtype), self.ivar[rows].astype(dtype)
        level = self.level[rows].astype(dtype)
        return WindowData(self.window, self.wave, flux, ivar, level, self.absorption)


def n_rows(data: WindowData) -> int:
    """K, the number of rows of :func:`model_rows`."""
    return data.n_linear + 2 * data.n_lines + 4 * data.absorption + 1


def model_rows(data: WindowData, shared: _Array, out: _Array) -> _Array:
    """Write all that a fit needs of one window to out (n, K, P), and return it.

    First what is linear: L unit-flux profiles, continuum level and slope with the shared trough
    in them, and the trough of the window's own if any. Then how these change: profiles by
    velocity, profiles by ln width, and with absorption level and slope by the trough's depth and
    by its ln width. The data last.
    """
    n_lines, n_linear = data.n_lines, data.n_linear
    rows = out
    _fill_profiles(data, shared, rows[:, :n_lines], rows[:, n_linear : n_linear + 2 * n_lines])
    level, slope = rows[:, n_lines], rows[:, n_lines + 1]
    if data.absorption:
        trough, by_width = _trough(data, shared[:, _TROUGH_WIDTH])
        depth = shared[:, _DEPTH, None].astype(rows.dtype)
        np.subtract(1.0, depth * trough, out=level)
        np.multiply(trough, -data.level[:, None], out=rows[:, n_lines + 2])
        for at, change in ((-5, trough), (-3, depth * by_width)):
            np.negative(change, out=rows[:, at])
            np.multiply(rows[:, at], data.slope, out=rows[:, at + 1])
    else:
        level[:] = 1.0
    np.multiply(level, data.slope, out=slope)
    rows[:, -1] = data.flux
    return rows


def moves(data: WindowData, linear: _Array) -> _Array:
    """How the model moves with each shared parameter, as combinations of the rows, (n, K, 6).

    Parameters
    ----------
    data
        The window.
    linear
        (n, M) coefficients of the linear rows.
    """
    n_lines, n_linear = data.n_lines, data.n_linear
    tangent = np.zeros((len(linear), n_rows(data), _N_SHARED), linear.dtype)
    for at, line in enumerate(data.window.profiles):
        first = 2 * _FAMILIES.index(line.family)
        tangent[:, n_linear + at, first] = linear[:, at]
        tangent[:, n_linear + n_lines + at, first + 1] = linear[:, at]
    if data.absorption:
        continuum = linear[:, n_lines : n_lines + 2]
        tangent[:, -5:-3, _DEPTH] = continuum
        tangent[:, -3:-1, _TROUGH_WIDTH] = continuum
    return tangent


def line_profiles(data: WindowData, shared: _Array) -> _Array:
    """Unit-flux profiles alone, (n, L, P)."""
    n, n_lines, n_pixels = len(shared), data.n_lines, len(data.wave)
    profiles = np.empty((n, n_lines, n_pixels), data.flux.dtype)
    _fill_profiles(data, shared, profiles, np.empty((n, 2 * n_lines, n_pixels), data.flux.dtype))
    return profiles


def _trough(data: WindowData, ln_width: _Array) -> tuple[_Array, _Array]:
    """Depth of the continuum per Å of Hβ absorption (n, P), 1/Å, and its change by ln width."""
    if data.window.absorption is None:
        raise ValueError(f"{data.window} has no Balmer line to absorb")
    centre_aa, share = data.window.absorption
    sigma = np.exp(ln_width)[:, None].astype(data.flux.dtype)
    square = ((data.wave - centre_aa).astype(data.flux.dtype) / sigma) ** 2
    square = np.minimum(square, _FARTHEST_SQUARE)
    trough = np.exp(-0.5 * square) * (share * _GAUSS_NORM / sigma)
    return trough, trough * (square - 1.0)


def _fill_profiles(data: WindowData, shared: _Array, profiles: _Array, changes: _Array) -> None:
    """Write profiles (n, L, P) and their changes by velocity, then by ln width (n, 2L, P)."""
    dtype = data.flux.dtype
    for at, line in enumerate(data.window.profiles):
        first = 2 * _FAMILIES.index(line.family)
        velocity, sigma_kms = shared[:, first, None], np.exp(shared[:, first + 1, None])
        for part, (wave_aa, share) in enumerate(line.parts):
            per_kms = wave_aa / SPEED_OF_LIGHT_KMS
            sigma_aa = sigma_kms * per_kms
            # Offsets from the line before the precision is lowered: 5007 Å has few digits left.
            scaled = (data.wave - wave_aa).astype(dtype) - (velocity * per_kms).astype(dtype)
            scaled /= sigma_aa.astype(dtype)
            square = np.minimum(scaled * scaled, _FARTHEST_SQUARE)
            gauss = np.exp(-0.5 * square)
            gauss *= (share * _GAUSS_NORM / sigma_aa).astype(dtype)
            scaled *= gauss
            scaled *= (per_kms / sigma_aa).astype(dtype)
            square -= 1.0
            square *= gauss
            written = profiles[:, at], changes[:, at], changes[:, data.n_lines + at]
            for target, value in zip(written, (gauss, scaled, square), strict=True):
                if part == 0:
                    target[:] = value
                else:
                    target += value
