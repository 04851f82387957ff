"""Simulated spectra as files like those of SDSS, to try the readers on."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from astropy.io import fits

from ....core.spectra import Spectrum

__all__ = ["write_sdss_lite"]

_NAME = re.compile(r"(\d+)-(\d+)-(\d+)")


def write_sdss_lite(spectrum: Spectrum, path: str | Path) -> Path:
    """Write ``spec-PLATE-MJD-FIBER.fits`` as SDSS's "lite" files are: coadd and object, no more.

    The columns are those that readers of such files look at. Pixels without data have zero flux
    and zero ivar, as in SDSS's.

    Parameters
    ----------
    spectrum
        Its id must be PLATE-MJD-FIBER.
    path
        The file to make; an existing one is replaced.

    Returns
    -------
    The path.

    Raises
    ------
    ValueError
        The id is of another form.
    """
    name = _NAME.fullmatch(spectrum.id)
    if name is None:
        raise ValueError(f"id {spectrum.id!r} is not PLATE-MJD-FIBER")
    plate, mjd, fiber = (int(part) for part in name.groups())
    nothing = np.zeros(spectrum.flux.size)
    coadd = fits.BinTableHDU.from_columns(
        [
            fits.Column("flux", "E", array=np.nan_to_num(spectrum.flux)),
            fits.Column("loglam", "E", array=np.log10(spectrum.wave_obs_aa)),
            fits.Column("ivar", "E", array=spectrum.ivar),
            fits.Column("and_mask", "J", array=nothing),
            fits.Column("or_mask", "J", array=nothing),
        ],
        name="COADD",
    )
    about = fits.BinTableHDU.from_columns(
        [
            fits.Column("PLATE", "J", array=[plate]),
            fits.Column("MJD", "J", array=[mjd]),
            fits.Column("FIBERID", "J", array=[fiber]),
            fits.Column("PLUG_RA", "D", array=[spectrum.ra]),
            fits.Column("PLUG_DEC", "D", array=[spectrum.dec]),
            fits.Column("CLASS", "6A", array=[spectrum.spectral_class]),
            fits.Column("SUBCLASS", "21A", array=[spectrum.subclass]),
            fits.Column("Z", "E", array=[spectrum.z]),
            fits.Column("ZWARNING", "J", array=[0]),
            fits.Column("SN_MEDIAN_ALL", "E", array=[spectrum.sn_median]),
        ],
        name="SPECOBJ",
    )
    header = fits.Header({"PLATEID": plate, "MJD": mjd, "FIBERID": fiber})
    fits.HDUList([fits.PrimaryHDU(header=header), coadd, about]).writeto(path, overwrite=True)
    return Path(path)
