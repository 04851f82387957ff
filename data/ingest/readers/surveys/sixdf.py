"""6dF Galaxy Survey: the spliced VR spectrum of an object, an image of four rows.

Source: "Description of the FITS files", http://www-wfau.roe.ac.uk/6dFGS/fits.html, and
Jones et al. 2009, MNRAS 399, 683.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .....core.spectra.air_vacuum import air_to_vacuum
from .....core.spectra.spectrum import Spectrum
from ..fits_files.fits import Hdu, ReadError
from ..vocabulary.noise import from_variance
from ..vocabulary.other_facts import facts_of

__all__ = ["is_sixdf", "load_sixdf"]

_CARDS = ("TARGET", "OBSRA", "OBSDEC", "Z_HELIO", "QUALITY")
# QUALITY: 1 no redshift, 2 doubtful, 3 probable, 4 reliable, 6 an object of the Galaxy.
_DOUBTFUL, _PROBABLE, _GALACTIC = 2, 3, 6


def is_sixdf(hdus: Sequence[Hdu]) -> bool:
    """Whether the primary image has the four rows of a VR spectrum and the survey's cards."""
    image, header = hdus[0].data, hdus[0].header
    rows = 0 if image is None or image.ndim != 2 else len(image)
    return rows == 4 and all(card in header for card in _CARDS)


def load_sixdf(hdus: Sequence[Hdu], path: Path) -> Spectrum:
    """A spectrum from the rows flux, variance, sky, wavelength.

    Flux is in counts: the survey made no flux calibration, so that slopes are the instrument's as
    much as the object's, and the V and R halves may join with a step. Lines keep their places and
    widths. Wavelengths are those of the fourth row, in air as observed: the cards CRVAL1 and
    CDELT1 of some copies were shifted to rest. [O I] of the sky lies at 5577.6 Å, the median of
    77 files (5577.34 in air, 5578.89 in vacuum). They are taken to the Sun by
    (1 + Z_HELIO) / (1 + Z), for ``Z_HELIO`` is the redshift; QUALITY below 3
    makes it doubtful, below 2 unknown.

    Raises
    ------
    ReadError
        The image is damaged.
    """
    primary = hdus[0]
    rows = primary.data
    assert rows is not None  # checked by is_sixdf
    z, quality = primary.number("Z_HELIO"), primary.number("QUALITY")
    known = quality >= _DOUBTFUL
    to_sun = (1 + z) / (1 + primary.number("Z", z)) if known else 1.0
    try:
        return Spectrum(
            id=str(primary.value("TARGET")).strip(),
            wave_obs_aa=air_to_vacuum(rows[3]) * to_sun,
            flux=rows[0],
            ivar=from_variance(rows[1]),
            z=z if known else float("nan"),
            ra=primary.number("OBSRA"),
            dec=primary.number("OBSDEC"),
            survey="6dFGS",
            spectral_class="STAR" if quality == _GALACTIC else "GALAXY" if known else "",
            flux_unit="counts",
            file=str(path),
            medium="air",
            z_warning=f"QUALITY {quality:g}: unlikely" if _DOUBTFUL <= quality < _PROBABLE else "",
            facts=facts_of((name, primary.value(name)) for name in ("SPECID", "QUALITY")),
            z_note="" if known else f"z = {z:g} has QUALITY {quality:g}; from 3 on it is probable",
        )
    except ValueError as error:
        raise ReadError("unreadable", str(error)) from error
