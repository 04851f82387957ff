"""Milky Way dust correction of a spectrum from outside the collection."""

from __future__ import annotations

import numpy as np

from ....core.spectra import Spectrum
from ..lenses import Lens

__all__ = ["reddening_of_file"]


def reddening_of_file(lens: Lens, spectrum: Spectrum) -> tuple[float | None, str]:
    """E(B−V) to correct a file's spectrum for, mag, and a note if it is unknown.

    Parameters
    ----------
    lens
        If its collection is corrected (with the SFD map, or a column of its catalogue), spectra
        from outside must be too.
    spectrum
        Its position is looked up in the SFD map; a catalogue contains only its own spectra.

    Returns
    -------
    ebv
        None for no correction.
    note
        Empty if the spectrum is prepared like the lens's own.
    """
    if str(lens.preparation.metrics.get("dust", "none")) == "none":
        return None, ""
    from ...build.dust.dust_maps import DustError, milky_way_ebv  # loads tables of the sky

    why = "its file gives no position"
    if np.isfinite(spectrum.ra) and np.isfinite(spectrum.dec):
        try:
            return float(milky_way_ebv([spectrum.ra], [spectrum.dec])[0]), ""
        except DustError as error:
            why = str(error)
    return None, f"not corrected for the Milky Way's dust, as the model's spectra are: {why}"
