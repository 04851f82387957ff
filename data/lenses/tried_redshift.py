"""A spectrum of a collection at a trial redshift, seen through a lens."""

from __future__ import annotations

import numpy as np

from ...core.spectra.prepare.steps import deredden
from ...core.spectra.spectrum import Spectrum
from ..collection.collection import Collection
from .lenses import Lens
from .other_exposures import reddening_of
from .outside_spectrum import OutsideLens, OutsideSpectrum

__all__ = ["look_at_redshift"]


def look_at_redshift(
    collection: Collection, lens: Lens, row: int, z: float
) -> tuple[OutsideLens, OutsideSpectrum]:
    """What a lens makes of a row if its redshift is another than the catalogue's.

    The observed spectrum is brought to rest by this redshift, and prepared and judged as one from
    outside is. A collection that keeps no pixels of its own files has it interpolated a second
    time, which takes some of the noise away.

    Parameters
    ----------
    collection, lens, row
        The lens is the collection's.
    z
        Above 0.

    Returns
    -------
    What explains it, and what was found.

    Raises
    ------
    LensError
        z is not above 0, or no pixel has a flux and its error.
    """
    observed, entry = collection.observed(row), collection.catalog.iloc[row]
    flux, ivar = observed.flux, np.where(observed.mask, 0, observed.ivar).astype(np.float32)
    ebv = reddening_of(collection, lens.preparation.metrics.get("dust", "none"), row)
    dust = None if ebv is None else np.array([ebv])
    (flux,), (ivar,) = deredden(observed.wave_obs_aa[None], flux[None], ivar[None], dust)
    spectrum = Spectrum(
        str(entry["id"]),
        observed.wave_obs_aa,
        flux,
        ivar,
        z=z,
        survey=str(entry["survey"]),
        flux_unit=observed.flux_unit,
    )
    outside = OutsideLens(collection, lens)
    return outside, outside.look(spectrum, corrected=True)
