"""Milky Way dust extinction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["dust_transmission", "extinction_curve"]

_R_V = 3.1  # A(V)/E(B-V) of the diffuse Milky Way
# The law is a smooth spline; between this many points of 1/λ a straight line is exact to 1e-6.
_TABLE_SIZE = 4096


def extinction_curve(wave_aa: NDArray[np.floating]) -> NDArray[np.float64]:
    """A(λ)/A(V) of Milky Way dust of R_V = 3.1, the shape of wave_aa.

    Fitzpatrick 1999 (PASP 111, 63) by ``dust_extinction``: the curve for which Schlafly &
    Finkbeiner 2011 (ApJ 737, 103) rescaled the SFD map by 0.86.

    Parameters
    ----------
    wave_aa
        Wavelengths in the frame of the dust (observed), vacuum Å.

    Raises
    ------
    ValueError
        A wavelength outside the law's range.
    """
    # Here and not above: importing these takes a second, and most runs correct no dust.
    import astropy.units as u
    from dust_extinction.parameter_averages import F99

    wave = np.asarray(wave_aa, np.float64)
    if not (np.isfinite(wave).all() and (wave > 0).all()):
        raise ValueError("wavelengths must be positive and finite")
    inverse_um = 1e4 / wave
    table = np.linspace(inverse_um.min(), inverse_um.max(), min(_TABLE_SIZE, max(wave.size, 2)))
    curve = F99(Rv=_R_V)(table / u.micron)
    return np.interp(inverse_um, table, np.asarray(curve))


def dust_transmission(
    wave_obs_aa: NDArray[np.floating], ebv: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Share of the light that passes, 10^(-0.4 R_V E(B-V) A(λ)/A(V)), (n, D).

    Parameters
    ----------
    wave_obs_aa
        (D,) or (n, D) observed-frame vacuum Å: the dust is here, not at the source.
    ebv
        (n,) reddening E(B-V), mag. Values of the SFD map are to be scaled by 0.86 first.

    Raises
    ------
    ValueError
        As for :func:`extinction_curve`, or E(B-V) is negative or not finite.
    """
    ebv = np.asarray(ebv, np.float64)
    wrong = np.flatnonzero(~(np.isfinite(ebv) & (ebv >= 0)))
    if wrong.size:
        raise ValueError(
            f"E(B-V) must be at least 0, got {ebv[wrong[0]]} for spectrum {wrong[0]}; "
            "0 leaves a spectrum as it is"
        )
    curve = extinction_curve(wave_obs_aa)
    return 10.0 ** (-0.4 * _R_V * ebv[:, None] * curve)
