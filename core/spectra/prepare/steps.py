"""Steps shared by the preparation recipes; arrays of spectra in and out."""

from __future__ import annotations

import numpy as np

from ..extinction import dust_transmission

__all__ = ["bridge_gaps", "check_block", "deredden"]


def check_block(
    wave_rest_aa: np.ndarray, flux: np.ndarray, ivar: np.ndarray, z: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The block as wave (D,) float64, flux (n, D) float32 with NaN = no data, ivar (n, D).

    Flux without positive ivar counts as no data.

    Raises
    ------
    ValueError
        Shapes do not fit.
    """
    wave = np.asarray(wave_rest_aa, np.float64)
    flux, ivar = np.asarray(flux, np.float32), np.asarray(ivar, np.float32)
    if flux.ndim != 2 or ivar.shape != flux.shape or flux.shape[1:] != wave.shape:
        raise ValueError(
            f"flux {flux.shape} and ivar {ivar.shape} are not spectra on {wave.shape} wavelengths"
        )
    if np.shape(z) != flux.shape[:1]:
        raise ValueError(f"{flux.shape[0]} spectra need as many redshifts, got {np.shape(z)}")
    data = np.isfinite(flux) & (ivar > 0)
    return wave, np.where(data, flux, np.float32(np.nan)), np.where(data, ivar, np.float32(0))


def deredden(
    wave_obs_aa: np.ndarray, flux: np.ndarray, ivar: np.ndarray, ebv: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Correct for Milky Way dust of reddening E(B-V) by Fitzpatrick's law with R_V = 3.1.

    Parameters
    ----------
    wave_obs_aa
        (n, D) observed-frame vacuum Å.
    flux, ivar
        (n, D).
    ebv
        (n,) mag, from the SFD map times 0.86 or a catalog; None leaves the spectra as they
        are.

    Raises
    ------
    ValueError
        E(B-V) is negative or not finite, or a wavelength is out of the law's range.
    """
    if ebv is None:
        return flux, ivar
    passed = dust_transmission(wave_obs_aa, ebv).astype(np.float32)
    return flux / passed, ivar * passed**2


def bridge_gaps(
    wave_aa: np.ndarray, flux: np.ndarray, max_gap_aa: float
) -> tuple[np.ndarray, np.ndarray]:
    """Join the pixels on both sides of a narrow gap by a straight line.

    Real spectra have bad pixels; a recipe that needs every pixel would otherwise refuse nearly
    all of them. A gap is bridged if the pixels with data on its two sides are at most max_gap_aa
    apart. Nothing is invented beyond the first and the last pixel with data.

    Parameters
    ----------
    wave_aa
        (D,) Å, increasing.
    flux
        (n, D), NaN where there is no data.
    max_gap_aa
        Widest gap bridged, Å; 0 bridges none.

    Returns
    -------
    flux (n, D) with narrow gaps filled, and the widest gap found in each (n,), Å (0 if none).
    """
    filled, widest = np.array(flux), np.zeros(len(flux))
    missing = np.isnan(filled)
    for row in np.flatnonzero(missing.any(axis=1)):
        good = np.flatnonzero(~missing[row])
        before = np.flatnonzero(np.diff(good) > 1)
        if before.size == 0:
            continue
        left, right = good[before], good[before + 1]
        widths = wave_aa[right] - wave_aa[left]
        widest[row] = widths.max()
        narrow = widths <= max_gap_aa
        steps = np.zeros(missing.shape[1] + 1, np.int8)  # +1 after a gap's left edge, -1 at its end
        steps[left[narrow] + 1] += 1
        steps[right[narrow]] -= 1
        inside = np.cumsum(steps[:-1]) > 0
        filled[row, inside] = np.interp(wave_aa[inside], wave_aa[good], filled[row, good])
    return filled, widest
