"""LAMOST low resolution: ``spec-LMJD-PLANID_spXX-FFF.fits``, of the pilot survey up to DR9.

Source: "Data production description" of LAMOST DR1 to DR8, https://www.lamost.org/dr8/v1.0/doc.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .....core.spectra.air_vacuum import air_to_vacuum
from .....core.spectra.coaddition import coadd_arms
from .....core.spectra.spectrum import SPECTRAL_CLASSES, Spectrum
from ..fits_files.fits import Hdu, ReadError
from ..vocabulary.file_names import name_of
from ..vocabulary.noise import not_negative
from ..vocabulary.other_facts import facts_of

__all__ = ["is_lamost", "load_lamost"]

_FACTS = (
    "OBSID", "PLANID", "LMJD", "MJD", "SPID", "FIBERID", "OBJTYPE", "SNRG", "SNRR", "SNRI", "Z_ERR",
)  # fmt: skip
_COLUMNS = ("FLUX", "IVAR", "WAVELENGTH")
_NO_REDSHIFT = -9000.0  # written as -9999 where the pipeline found none


def is_lamost(hdus: Sequence[Hdu]) -> bool:
    """Whether the primary header names LAMOST, and a spectrum follows in either layout."""
    primary = hdus[0]
    if str(primary.value("TELESCOP") or "").strip() != "LAMOST":
        return False
    return _is_image(primary) or (len(hdus) > 1 and set(_COLUMNS) <= set(hdus[1].columns))


def load_lamost(hdus: Sequence[Hdu], path: Path) -> Spectrum:
    """A spectrum from the rows of the primary image, or from the table ``COADD`` (from DR8 on).

    Of medium resolution the arms ``COADD_B`` and ``COADD_R`` are joined, with the gap between.

    Row 1 is flux, row 2 its inverse variance; row 3 differs between releases (wavelength, or the
    flux without continuum), so wavelengths are 10^(COEFF0 + COEFF1·i) Å. They are heliocentric
    and in vacuum unless ``VACUUM = F``. Flux is calibrated relatively: its shape is known, its
    height is not. A pixel bad in every exposure already has ivar 0. The file's name is the
    identifier, for ``OBSID`` is not in every release.

    Raises
    ------
    ReadError
        The image has no row of errors, or is damaged.
    """
    primary = hdus[0]
    wave, flux, ivar = _from_image(primary) if _is_image(primary) else _from_tables(hdus)
    z = primary.number("Z")
    known = z > _NO_REDSHIFT
    in_air = primary.value("VACUUM") is False
    spectral_class = str(primary.value("CLASS") or "").strip().upper()
    try:
        return Spectrum(
            id=name_of(path),
            wave_obs_aa=air_to_vacuum(wave) if in_air else wave,
            flux=flux,
            ivar=not_negative(ivar),
            z=z if known else float("nan"),
            ra=primary.number("RA"),
            dec=primary.number("DEC"),
            survey="LAMOST",
            spectral_class=spectral_class if spectral_class in SPECTRAL_CLASSES else "",
            subclass=str(primary.value("SUBCLASS") or "").strip(),
            flux_unit="relative",
            file=str(path),
            medium="air" if in_air else "vacuum",
            facts=facts_of((name, primary.value(name)) for name in _FACTS),
            z_note="" if known else f"the pipeline found none: Z = {z:g}",
        )
    except ValueError as error:
        raise ReadError("unreadable", str(error)) from error


def _is_image(primary: Hdu) -> bool:
    return primary.data is not None and primary.data.ndim == 2 and "COEFF0" in primary.header


def _from_image(primary: Hdu) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = primary.data
    if rows is None or len(rows) < 2:
        raise ReadError("no errors", "the image has one row, the flux, so the noise is unknown")
    loglam = primary.number("COEFF0") + primary.number("COEFF1") * np.arange(rows.shape[1])
    with np.errstate(over="ignore"):
        return np.power(10.0, loglam), rows[0], rows[1]


def _from_tables(hdus: Sequence[Hdu]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    arms = [hdu for hdu in hdus[1:] if hdu.name.startswith("COADD_") and _is_table(hdu)]
    if len(arms) < 2:
        return _from_table(hdus[1])
    return coadd_arms([_from_table(arm) for arm in arms])


def _is_table(hdu: Hdu) -> bool:
    return set(_COLUMNS) <= set(hdu.columns)


def _from_table(table: Hdu) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One row of arrays."""
    flux, ivar, wave = (np.ravel(table.numbers(name)).astype(np.float64) for name in _COLUMNS)
    return wave, flux, ivar
