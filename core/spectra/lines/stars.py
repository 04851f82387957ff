"""The stars beneath emission lines: a mix of given stellar populations fitted to each spectrum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .line_list import O25_FILTER_LINES, PAGE_LINES, velocity_mask

__all__ = ["StellarContinuum", "window_shape"]

_F64 = NDArray[np.float64]

# Where the populations' Balmer, Ca, Mg and Fe features lie, vacuum Å; the wide red adds nothing.
_FITTED_AA = (3650.0, 6800.0)
_LINE_KMS = 1000.0
# Every third pixel is enough to choose the dispersion; the mix itself is fitted to all.
_STRIDE = 3
# Reddening and calibration: a parabola in wavelength multiplies each population.
_DEGREE = 2
_RIDGE = 1e-6
# Where a mix falls so far below its mean there are no stars to speak of, only noise.
_LOWEST_SHARE = 0.2
_STELLAR = ("cak", "gband", "mgb")  # in absorption only: these stay in the fit


class StellarContinuum:
    """Fits populations of several velocity dispersions, all of n spectra at once.

    Least squares on the pixels away from emission lines, each population times a parabola; of the
    dispersions the one of smallest χ² is taken. Depths of lines follow from the rest of the
    spectrum and are not free, so the fit cannot mistake emission for absorption or the reverse.

    Parameters
    ----------
    wave_rest_aa
        (D,) vacuum Å.
    templates
        (V, T, D) flux of T populations at V velocity dispersions, any unit.

    Raises
    ------
    ValueError
        Shapes do not fit, or a template has no flux.
    """

    def __init__(self, wave_rest_aa: _F64, templates: NDArray[np.floating]) -> None:
        templates = np.asarray(templates, np.float64)
        if templates.ndim != 3 or templates.shape[2:] != wave_rest_aa.shape:
            raise ValueError(
                f"templates must be (V, T, {len(wave_rest_aa)}), got {templates.shape}"
            )
        mean = np.mean(templates, axis=2, keepdims=True)
        if not (np.isfinite(mean).all() and (mean > 0).all()):
            raise ValueError("every template needs finite, positive mean flux")
        low, high = _FITTED_AA
        middle, half = (low + high) / 2, (high - low) / 2
        powers = ((wave_rest_aa - middle) / half) ** np.arange(_DEGREE + 1)[:, None]
        shape = len(templates), -1, len(wave_rest_aa)
        self._columns = ((templates / mean)[:, :, None] * powers).reshape(shape)
        emission = [line for line in PAGE_LINES if line.name not in _STELLAR]
        lines = velocity_mask(wave_rest_aa, [*emission, *O25_FILTER_LINES], _LINE_KMS)
        fitted = (wave_rest_aa >= low) & (wave_rest_aa <= high) & ~lines
        self._pixels = np.flatnonzero(fitted)
        self._upper = np.triu_indices(self._columns.shape[1])
        # Products of columns by pixel: one matrix product with them gives every normal matrix.
        i, j = self._upper
        part = self._columns[:, :, self._pixels]
        self._pairs = [np.ascontiguousarray((c[i] * c[j]).T) for c in part]

    def fit(self, flux: _F64, ivar: _F64) -> _F64:
        """Best mix (n, D); 0 for spectra without data. flux finite, ivar 0 where no data."""
        f, w = flux[:, self._pixels], ivar[:, self._pixels]
        coarse = slice(None, None, _STRIDE)
        dispersions = range(len(self._columns))
        fits = [self._solve(at, f[:, coarse], w[:, coarse], coarse) for at in dispersions]
        best = np.argmin([chi2 for _, chi2 in fits], axis=0)
        mixes = np.zeros_like(flux)
        for at in dispersions:
            rows = np.flatnonzero(best == at)
            if rows.size:
                coefficients, _ = self._solve(at, f[rows], w[rows], slice(None))
                mixes[rows] = coefficients @ self._columns[at]
        return mixes

    def _solve(self, at: int, flux: _F64, ivar: _F64, pixels: slice) -> tuple[_F64, _F64]:
        """Coefficients (n, m) and χ² less that of no model (n,), on some of the pixels."""
        columns = self._columns[at][:, self._pixels[pixels]]
        i, j = self._upper
        m = len(columns)
        normal = np.empty((len(flux), m, m))
        normal[:, i, j] = normal[:, j, i] = ivar @ self._pairs[at][pixels]
        right = (ivar * flux) @ columns.T
        scale = np.sqrt(np.einsum("nii->ni", normal))
        scale[scale == 0] = 1.0
        normal = normal / (scale[:, :, None] * scale[:, None]) + _RIDGE * np.eye(m)
        scaled = right / scale
        solved = np.linalg.solve(normal, scaled[..., None])[..., 0]
        return solved / scale, -np.sum(solved * scaled, axis=1)


def window_shape(mix: _F64) -> _F64:
    """A mix within one window (n, P) over its mean; 1 where it is hardly above zero."""
    mean = mix.mean(axis=1, keepdims=True)
    usable = (mean > 0) & (mix.min(axis=1, keepdims=True) > _LOWEST_SHARE * mean)
    return np.where(usable, mix / np.where(usable, mean, 1.0), 1.0)
