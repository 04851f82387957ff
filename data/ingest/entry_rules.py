"""Rules for which spectra models are applied to, the same for ingest, page and notebook.

Each caller words the remedy; the conditions are defined here.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from ...core.spectra.spectrum import Spectrum
from .readers.impossible import impossible

__all__ = ["EntryBar", "entry_bar"]

EntryBar = Literal["no data", "impossible values", "star", "redshift missing", "redshift too low"]


def entry_bar(spectrum: Spectrum) -> EntryBar | None:
    """The first condition that excludes a spectrum from the models; None if there is none.

    Excluded are spectra without a pixel of flux and error, with impossible values, of stars, on
    which no model is trained, and without a redshift > 0, which cannot be brought to the rest
    frame (pipelines write 0 if they found none).
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
