"""Check for values that cannot be measurements."""

from __future__ import annotations

import numpy as np

from ....core.spectra.spectrum import Spectrum

__all__ = ["impossible"]

# In 1e-17 erg/s/cm²/Å the Sun has 1e19 at the Earth; fill values are 1e30, 1e38 and the like.
_LARGEST_FLUX = 1e30
# No pixel is measured to better than one in a million; smaller errors are not real.
_LARGEST_SN = 1e6
# 0.3 m/s: smaller redshifts are rounding errors.
_SMALLEST_Z = 1e-9


def impossible(spectrum: Spectrum) -> str:
    """Message with the first value that cannot be a measurement; "" if there is none."""
    seen = spectrum.has_data
    flux = spectrum.flux[seen].astype(np.float64)
    size, ivar = np.abs(flux), spectrum.ivar[seen].astype(np.float64)
    if (large := size >= _LARGEST_FLUX).any():
        at = int(np.argmax(large))
        wave_obs_aa = spectrum.wave_obs_aa[seen][at]
        return (
            f"flux {flux[at]:.3g} at {wave_obs_aa:.1f} Å is no measurement; where it marks a pixel "
            "without data, write NaN, or an error of 0"
        )
    # Largest flux over smallest error: a quick bound that nearly always suffices.
    best = float(size.max() * np.sqrt(ivar.max())) if size.size else 0.0
    sn = best if best <= _LARGEST_SN / 2 else float(np.median(size * np.sqrt(ivar)))
    if not sn <= _LARGEST_SN:
        return f"a median S/N of {sn:.3g} a pixel: the errors are too small to be any"
    if 0 < abs(spectrum.z) < _SMALLEST_Z:
        return f"z = {spectrum.z:g} is no measurement; where it stands for none, leave it out"
    return ""
