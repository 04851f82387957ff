"""Pixels dominated by the night sky, where residuals may be the sky's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["NIGHT_SKY_OBS_AA", "over_night_sky"]

NIGHT_SKY_OBS_AA = ((5565.0, 5590.0), (6293.0, 6308.0))
"""Observed vacuum Å about [O I] 5577, as O25 mask it, and 6300: the sky's brightest lines."""


def over_night_sky(
    flux: NDArray[np.floating], wave_rest_aa: NDArray[np.floating], z: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Spectra with straight lines over the brightest lines of the night sky.

    Surveys subtract the sky from each spectrum; where its lines are brightest what is left may be
    tens of errors from the object's flux (SDSS's mask calls such pixels BRIGHTSKY). That is no
    property of the object, when one asks whether a spectrum is like others.

    Parameters
    ----------
    flux : (n, D)
        No NaN.
    wave_rest_aa : (D,)
        Increasing; Å in vacuum.
    z : (n,)
        Redshifts; a spectrum whose redshift is not known stays as it is.

    Returns
    -------
    (n, D) of the flux's type, a copy.
    """
    out = np.array(flux)
    stretched = 1 + np.asarray(z, np.float64)
    for window in NIGHT_SKY_OBS_AA:
        ends = (np.searchsorted(wave_rest_aa, end / stretched).tolist() for end in window)
        for row, known, first, stop in zip(out, np.isfinite(stretched), *ends, strict=True):
            beside = [at for at in (first - 1, stop) if 0 <= at < len(row)]
            if known and first < stop and beside:
                inside = slice(first, stop)
                row[inside] = np.interp(wave_rest_aa[inside], wave_rest_aa[beside], row[beside])
    return out
