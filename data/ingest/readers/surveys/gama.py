"""GAMA: spectra of the Anglo-Australian Telescope, ``FIELD_FIBRE.fit``.

Source: the header's own ROWn cards, and Hopkins et al. 2013, MNRAS 430, 2047.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .....core.spectra.air_vacuum import air_to_vacuum
from .....core.spectra.spectrum import Spectrum
from ..fits_files.fits import Hdu, ReadError
from ..vocabulary.noise import from_error
from ..vocabulary.other_facts import facts_of
from ..vocabulary.redshift.redshift_flags import flag_words

__all__ = ["is_gama", "load_gama"]

_FACTS = ("CATAID", "GAMANAME", "FIELDID", "NQ", "PROB", "SN")
_FLUX, _ERROR = "Spectrum", "Error"
# nQ: 3 and 4 are reliable, 2 may be wrong, 1 is no redshift.
_DOUBTFUL = 2
# GAMA writes no class; its papers take objects below this redshift for stars.
_NEAREST_GALAXY = 0.002


def is_gama(hdus: Sequence[Hdu]) -> bool:
    """Whether the primary header is GAMA's and names a row of flux."""
    primary = hdus[0]
    image = primary.data is not None and primary.data.ndim == 2
    return image and primary.value("ORIGIN") == "GAMA" and _FLUX in _rows(primary)


def load_gama(hdus: Sequence[Hdu], path: Path) -> Spectrum:
    """A spectrum from the rows that the header calls Spectrum and Error.

    Wavelengths are linear, CRVAL1 + (i − CRPIX1) CD1_1, in air: in the row of sky the line of
    [O I] lies at 5577.5 Å (5577.34 in air, 5578.89 in vacuum). Flux is calibrated, in
    1e-17 erg/s/cm²/Å. The identifier is ``SPECID``. A redshift of quality nQ = 2 may be
    wrong, and is said to be; nQ = 1 is none.

    Raises
    ------
    ReadError
        No row of errors, or damaged.
    """
    primary = hdus[0]
    rows, names = primary.data, _rows(primary)
    assert rows is not None  # checked by is_gama
    if _ERROR not in names or len(rows) < len(names):
        raise ReadError("no errors", f"of {len(rows)} rows, {', '.join(names)}, none is the error")
    z, quality = primary.number("Z"), primary.number("NQ")
    sure = quality >= _DOUBTFUL
    kind = "" if not sure else "STAR" if z < _NEAREST_GALAXY else "GALAXY"
    at = np.arange(rows.shape[1]) + 1 - primary.number("CRPIX1")
    try:
        return Spectrum(
            id=str(primary.value("SPECID") or path.name.split(".")[0]),
            wave_obs_aa=air_to_vacuum(primary.number("CRVAL1") + at * primary.number("CD1_1")),
            flux=rows[names.index(_FLUX)],
            ivar=from_error(rows[names.index(_ERROR)]),
            z=z if sure else float("nan"),
            ra=primary.number("RA"),
            dec=primary.number("DEC"),
            survey="GAMA",
            spectral_class=kind,
            file=str(path),
            z_note="" if sure else f"z = {z:g} has quality nQ = {quality:g}; 3 and 4 are reliable",
            z_warning=flag_words(primary.value) if sure else "",
            medium="air",
            facts=facts_of((name, primary.value(name)) for name in _FACTS),
        )
    except ValueError as error:
        raise ReadError("unreadable", str(error)) from error


def _rows(primary: Hdu) -> list[str]:
    """Names of the image's rows by the header."""
    named = (primary.value(f"ROW{number}") for number in range(1, 10))
    return [str(name).strip() for name in named if name is not None]
