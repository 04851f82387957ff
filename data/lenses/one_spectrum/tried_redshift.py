"""A spectrum of a collection at a trial redshift, seen through a lens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....core.spectra import Spectrum
from ....core.spectra.prepare import deredden
from ...collection import Collection
from ..lenses import Lens
from .open_spectrum import OpenSpectrum
from .other_exposures import reddening_of
from .outside_spectrum import OutsideLens

__all__ = ["look_at_redshift"]


def look_at_redshift(collection: Collection, lens: Lens, row: int, z: float) -> OpenSpectrum:
    """A row as seen through a lens at a redshift other than the catalogue's.

    The observed spectrum is shifted to rest by this redshift, then prepared and judged like one
    from outside. If the collection does not keep the pixels of its files, it is interpolated a
    second time, which smooths some of the noise.

    Parameters
    ----------
    collection, lens, row
        The lens is the collection's.
    z
        Above 0.

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
    return replace(OutsideLens(collection, lens).look(spectrum, corrected=True), row=row)
