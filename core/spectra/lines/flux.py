"""Emission-line fluxes of many rest-frame spectra, continuum-subtracted, with errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .block import line_names, measure_block
from .windows import LINE_WINDOWS

__all__ = ["SDSS_LOG10_STEP", "LineFluxes", "StellarAbsorption", "measure_lines"]

StellarAbsorption = Literal["fit", "none"]

SDSS_LOG10_STEP = 1e-4

_BLOCK_ROWS = 256
# Interpolating linearly between independent pixels lowers each pixel's variance to 2/3 on average
# and ties neighbours together, so that sums are more uncertain than the pixels say.
_INTERPOLATED_VARIANCE = 2.0 / 3.0


@dataclass(frozen=True, slots=True, eq=False)
class LineFluxes:
    """Measured lines of n spectra; NaN where a line could not be measured.

    Attributes
    ----------
    names
        L line names; ``"oii"`` is the sum of the doublet.
    flux, error
        (n, L) integrated flux and its 1σ error, unit of the spectra times Å.
    continuum
        (n, L) flux density beneath the line, stellar absorption not included.
    velocity_kms, sigma_kms
        (n, 2) of the Balmer and of the forbidden lines; where no line is
        seen these are the priors' 0 and 150 km/s. σ as observed, instrument included.
    chi2
        (n, L) reduced χ² of the window that holds the line. Where above 1, the errors are
        already multiplied by its root.
    """

    names: tuple[str, ...]
    flux: NDArray[np.float64]
    error: NDArray[np.float64]
    continuum: NDArray[np.float64]
    velocity_kms: NDArray[np.float64]
    sigma_kms: NDArray[np.float64]
    chi2: NDArray[np.float64]

    def of(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Flux and error (n,) of one line.

        Raises
        ------
        KeyError
            No such line was measured.
        """
        if name not in self.names:
            raise KeyError(f"line must be one of {self.names}, got {name!r}")
        at = self.names.index(name)
        return self.flux[:, at], self.error[:, at]


def measure_lines(
    wave_rest_aa: NDArray[np.floating],
    flux: NDArray[np.floating],
    ivar: NDArray[np.floating],
    *,
    absorption: StellarAbsorption = "fit",
    native_log10_step: float | None = None,
) -> LineFluxes:
    """Measure [O II], Hδ, Hγ, Hβ, [O III], [O I], Hα, [N II] and [S II] by Gaussian fits.

    Each window of :data:`~.windows.LINE_WINDOWS` has a straight local continuum, outliers in
    it clipped. Blended lines are fitted together. The Balmer lines of a spectrum share velocity
    and width, and so do its forbidden lines, so bright lines find the faint ones. A flux may come
    out negative: no line is forced to exist, and means over faint lines are unbiased.

    Stellar absorption under Balmer lines is broader than narrow emission: ``"fit"`` lays one
    Gaussian trough of σ about 6.5 Å beneath Hδ, Hγ, Hβ and Hα, its depth common to them within
    0.7 Å. Under stars whose absorption has wider wings than that, lines come out too faint by about
    1 Å of equivalent width. The lines of type 1 nuclei, thousands of km/s wide, are not described
    and show as a large ``chi2``.

    Parameters
    ----------
    wave_rest_aa
        (D,) vacuum Å, rest frame, increasing.
    flux
        (n, D), NaN where there is no data.
    ivar
        (n, D), 0 where there is no data; independent pixels are assumed unless
        native_log10_step says otherwise.
    absorption
        ``"fit"``, or ``"none"`` for spectra without stars in them.
    native_log10_step
        log10 step of the pixels from which the spectra were interpolated
        linearly (SDSS: :data:`SDSS_LOG10_STEP`). Errors then allow for the noise that
        neighbouring pixels share.

    Raises
    ------
    ValueError
        Shapes do not agree, wavelengths do not increase, or an unknown choice.
    """
    wave = _checked(wave_rest_aa, flux, ivar, absorption)
    inflation = _variance_inflation(wave, native_log10_step)
    windows = [w for w in LINE_WINDOWS if w.start_aa < wave[-1] and w.stop_aa > wave[0]]
    if not windows:
        raise ValueError(f"no line window lies within {wave[0]:g}–{wave[-1]:g} Å")
    blocks = [
        measure_block(
            wave,
            np.asarray(flux[at : at + _BLOCK_ROWS], np.float64),
            np.asarray(ivar[at : at + _BLOCK_ROWS], np.float64) / inflation,
            windows,
            absorption=absorption == "fit",
        )
        for at in range(0, len(flux), _BLOCK_ROWS)
    ]
    lines, shared = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    names = tuple(name for window in windows for name in line_names(window))
    line_flux, error, continuum, chi2 = np.moveaxis(lines, 2, 0)
    return LineFluxes(
        names=names,
        flux=line_flux,
        error=error,
        continuum=continuum,
        velocity_kms=shared[:, [0, 2]],
        sigma_kms=np.exp(shared[:, [1, 3]]),
        chi2=chi2,
    )


def _checked(wave_rest_aa, flux, ivar, absorption: str) -> NDArray[np.float64]:
    wave = np.asarray(wave_rest_aa, np.float64)
    if np.ndim(flux) != 2 or np.shape(flux) != np.shape(ivar) or flux.shape[1:] != wave.shape:
        raise ValueError(
            f"flux {np.shape(flux)} and ivar {np.shape(ivar)} are not spectra on {wave.shape} "
            "wavelengths"
        )
    if not len(flux):
        raise ValueError("no spectra to measure")
    if np.any(np.diff(wave) <= 0):
        raise ValueError("wavelengths must increase")
    if absorption not in get_args(StellarAbsorption):
        raise ValueError(
            f"absorption must be one of {get_args(StellarAbsorption)}, got {absorption!r}"
        )
    return wave


def _variance_inflation(wave: NDArray[np.float64], native_log10_step: float | None):
    """(D,) by how much sums over pixels are more uncertain than independent pixels would be."""
    if native_log10_step is None:
        return np.ones_like(wave)
    if not native_log10_step > 0:
        raise ValueError(f"native_log10_step must be above 0, got {native_log10_step}")
    native_aa = wave * np.log(10.0) * native_log10_step
    return np.maximum(native_aa / np.gradient(wave) / _INTERPOLATED_VARIANCE, 1.0)
