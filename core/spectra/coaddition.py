"""Coaddition of the arms of one spectrograph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["coadd_arms"]

Arm = tuple[np.ndarray, np.ndarray, np.ndarray]


def coadd_arms(
    arms: Sequence[Arm], *, tolerance_aa: float = 0.01
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Join arms by wavelength; where they overlap, the mean weighted by inverse variance.

    Of pixels i at one wavelength, flux = Σ ivar_i flux_i / Σ ivar_i and ivar = Σ ivar_i, which is
    the mean of least variance if the arms' errors are independent. Pixels that do not coincide
    stand side by side.

    Parameters
    ----------
    arms
        One or more of (wavelength (D,), flux (D,), ivar (D,)); wavelengths in Å, in any order.
        A pixel without finite flux and finite positive ivar has no say.
    tolerance_aa
        Pixels that follow one another by less have one wavelength, that of the first.

    Returns
    -------
    wave_aa : (D,) float64
        Strictly increasing.
    flux : (D,) float64
        NaN where no arm has data.
    ivar : (D,) float64
        0 where no arm has data.

    Raises
    ------
    ValueError
        There is no arm, or an arm's arrays differ in shape.
    """
    if not arms:
        raise ValueError("need at least one arm")
    for wave, flux, ivar in arms:
        if wave.ndim != 1 or not wave.shape == flux.shape == ivar.shape:
            raise ValueError(
                f"an arm has wavelength {wave.shape}, flux {flux.shape} and ivar {ivar.shape}; "
                "they must be one-dimensional and alike"
            )
    wave, flux, ivar = (
        np.concatenate([arm[k] for arm in arms]).astype(np.float64) for k in range(3)
    )
    order = np.argsort(wave, kind="stable")
    wave, flux, ivar = wave[order], flux[order], ivar[order]
    first = np.flatnonzero(np.diff(wave, prepend=-np.inf) > tolerance_aa)
    good = np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0)
    weight = np.where(good, ivar, 0.0)
    total = np.add.reduceat(weight, first)
    with np.errstate(invalid="ignore", over="ignore"):
        share = weight / np.repeat(total, np.diff(first, append=wave.size))
        mean = np.add.reduceat(np.where(good, share * flux, 0.0), first)
    return wave[first], np.where(total > 0, mean, np.nan), total
