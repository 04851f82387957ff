"""Extinction of light by the dust of the Milky Way."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = ["DustLaw", "dust_transmission", "extinction_curve"]

DustLaw = Literal["F99", "F19", "G23"]

# The laws are smooth splines; between this many points of 1/λ a straight line is exact to 1e-6.
_TABLE_SIZE = 4096


def extinction_curve(
    wave_aa: NDArray[np.floating], *, law: DustLaw = "F99", r_v: float = 3.1
) -> NDArray[np.float64]:
    """A(λ)/A(V) of Milky Way dust, the shape of wave_aa.

    Parameters
    ----------
    wave_aa
        Wavelengths in the frame of the dust (observed), vacuum Å.
    law
        ``"F99"`` Fitzpatrick 1999 (PASP 111, 63), the curve for which Schlafly & Finkbeiner
        2011 (ApJ 737, 103) rescaled the SFD map by 0.86; ``"F19"`` Fitzpatrick et al. 2019
        (ApJ 886, 108); ``"G23"`` Gordon et al. 2023 (ApJ 950, 86). By ``dust_extinction``.
    r_v
        A(V)/E(B-V), 2.3 to 5.6.

    Raises
    ------
    ValueError
        Unknown law, or a wavelength or r_v outside its range.
    """
    if law not in get_args(DustLaw):
        raise ValueError(f"law must be one of {get_args(DustLaw)}, got {law!r}")
    # Here and not above: importing these takes a second, and most runs correct no dust.
    import astropy.units as u
    from dust_extinction import parameter_averages

    wave = np.asarray(wave_aa, np.float64)
    if not (np.isfinite(wave).all() and (wave > 0).all()):
        raise ValueError("wavelengths must be positive and finite")
    inverse_um = 1e4 / wave
    table = np.linspace(inverse_um.min(), inverse_um.max(), min(_TABLE_SIZE, max(wave.size, 2)))
    curve = getattr(parameter_averages, law)(Rv=r_v)(table / u.micron)
    return np.interp(inverse_um, table, np.asarray(curve))


def dust_transmission(
    wave_obs_aa: NDArray[np.floating],
    ebv: NDArray[np.floating],
    *,
    law: DustLaw = "F99",
    r_v: float = 3.1,
) -> NDArray[np.float64]:
    """Share of the light that passes, 10^(-0.4 R_V E(B-V) A(λ)/A(V)), (n, D).

    Parameters
    ----------
    wave_obs_aa
        (D,) or (n, D) observed-frame vacuum Å: the dust is here, not at the source.
    ebv
        (n,) reddening E(B-V), mag. Values of the SFD map are to be scaled by 0.86 first.
    law, r_v
        As for :func:`extinction_curve`.

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
    curve = extinction_curve(wave_obs_aa, law=law, r_v=r_v)
    return 10.0 ** (-0.4 * r_v * ebv[:, None] * curve)
