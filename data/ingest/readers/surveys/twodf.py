"""2dF Galaxy Redshift Survey: an object's spectra, each an image of three rows in an extension.

Source: "The 2dFGRS Final Data Release", http://www.2dfgrs.net/Public/Release: spectrum, variance,
sky; redshifts of QUALITY 3 and more are reliable.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .....core.spectra.air_vacuum import air_to_vacuum
from .....core.spectra.spectrum import Spectrum
from ..fits_files.fits import Hdu, ReadError, read_hdus
from ..fits_files.image_axis import axes_of
from ..vocabulary.file_names import name_of
from ..vocabulary.noise import from_variance
from ..vocabulary.other_facts import facts_of

__all__ = ["is_twodf", "load_twodf"]

_CARDS = ("Z_HELIO", "QUALITY", "ABEMMA")
_ROWS, _MOST = 3, 50
_OF_ROWS = 2  # NAXIS
_DOUBTFUL, _RELIABLE = 2, 3  # QUALITY; 1 is no redshift
_FACTS = ("SEQNUM", "NAME", "QUALITY", "ABEMMA", "SNR", "ETA_TYPE", "BJSEL")


def is_twodf(hdus: Sequence[Hdu]) -> bool:
    """Whether an extension has three rows and the survey's cards."""
    return any(_is_spectrum(hdu) for hdu in hdus[1:])


def _is_spectrum(hdu: Hdu) -> bool:
    rows = hdu.value("NAXIS") == _OF_ROWS and hdu.value("NAXIS2") == _ROWS
    return rows and all(hdu.value(card) is not None for card in _CARDS)


def load_twodf(hdus: Sequence[Hdu], path: Path) -> Spectrum:
    """The spectrum of the best QUALITY.

    Flux is in counts, for the survey made no flux calibration; wavelengths are in air, as 2dF has
    them. The identifier is the file's name, the survey's serial number.

    Raises
    ------
    ReadError
        The image is damaged.
    """
    hdus = read_hdus(path, _MOST, images=lambda _: True)
    spectra = [hdu for hdu in hdus[1:] if _is_spectrum(hdu)]
    best = max(spectra, key=lambda hdu: hdu.number("QUALITY", -1.0))
    rows = best.data
    if rows is None or rows.ndim != _OF_ROWS:
        raise ReadError("unreadable", "the spectrum has no rows")
    z, quality = best.number("Z_HELIO"), best.number("QUALITY")
    known, sure = quality >= _DOUBTFUL, quality >= _RELIABLE
    (axis,) = axes_of(best, rows.shape[1])
    facts = [(n, v) for n in _FACTS for v in (best.value(n), hdus[0].value(n)) if v is not None]
    try:
        return Spectrum(
            id=name_of(path),
            wave_obs_aa=air_to_vacuum(np.asarray(axis.values, np.float64)),
            flux=rows[0],
            ivar=from_variance(rows[1]),
            z=z if known else float("nan"),
            ra=best.number("OBSRA", hdus[0].number("RA")),
            dec=best.number("OBSDEC", hdus[0].number("DEC")),
            survey="2dFGRS",
            spectral_class="GALAXY" if known else "",
            flux_unit="counts",
            file=str(path),
            medium="air",
            z_warning=f"QUALITY {quality:g}: may be wrong" if known and not sure else "",
            facts=facts_of(facts),
            z_note="" if known else f"z = {z:g} has QUALITY {quality:g}; from 3 on it is reliable",
        )
    except ValueError as error:
        raise ReadError("unreadable", str(error)) from error
