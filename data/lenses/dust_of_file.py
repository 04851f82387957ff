"""Milky Way dust correction of a spectrum from outside the collection."""

from __future__ import annotations

import numpy as np

from ...core.spectra.spectrum import Spectrum
from .lenses import Lens

__all__ = ["reddening_of_file"]


def reddening_of_file(lens: Lens, spectrum: Spectrum) -> tuple[float | None, str]:
    """E(B−V) to correct a file's spectrum for, mag, and what to say where it is not known.

    Parameters
    ----------
    lens
        Spectra of a collection that was corrected (from the SFD map, or a column of its catalog)
        are compared with corrected ones alone.
    spectrum
        Its position is asked of the SFD map; a catalog knows its own spectra only.

    Returns
    -------
    ebv
        None for no correction.
    note
        Empty where the spectrum is prepared as the lens's own.
    """
    if str(lens.preparation.metrics.get("dust", "none")) == "none":
        return None, ""
    from ..build.dust import DustError, milky_way_ebv  # reads tables of the sky: not for the others

    why = "its file gives no position"
    if np.isfinite(spectrum.ra) and np.isfinite(spectrum.dec):
        try:
            return float(milky_way_ebv([spectrum.ra], [spectrum.dec])[0]), ""
        except DustError as error:
            why = str(error)
    return None, f"not corrected for the Milky Way's dust, as the model's spectra are: {why}"
