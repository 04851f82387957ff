"""What keeps a spectrum from a model, asked at every door: of a folder, of the page, of a notebook.

Each door says in its own words what to do about it; which spectra these are is said here.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from ...core.spectra.spectrum import Spectrum
from .readers.impossible import impossible

__all__ = ["EntryBar", "entry_bar"]

EntryBar = Literal["no data", "impossible values", "star", "redshift missing", "redshift too low"]


def entry_bar(spectrum: Spectrum) -> EntryBar | None:
    """The first of these that is true of a spectrum; None if it may enter.

    Without a pixel of flux and error there is nothing to see; what is impossible was not measured;
    a star was taught to no model here; and without a redshift above 0 nothing is brought to rest
    (pipelines write 0 where they found none).
    """
    if not spectrum.has_data.any():
        return "no data"
    if impossible(spectrum):
        return "impossible values"
    if spectrum.spectral_class == "STAR":
        return "star"
    if np.isnan(spectrum.z) or spectrum.z == 0:
        return "redshift missing"
    return "redshift too low" if spectrum.z < 0 else None
