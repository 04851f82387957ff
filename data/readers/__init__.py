"""Readers: one survey (or any plain table), one module, all returning the same Spectrum record."""

from __future__ import annotations

from pathlib import Path

from ...core.spectrum import Spectrum
from . import sdss, table
from .fits import ReadError, read_hdus

__all__ = ["ReadError", "read"]

# Each pair says whether the HDUs are its survey's, and reads them; the first match reads.
_READERS = (
    (sdss.is_spec, sdss.load_spec),
    (sdss.is_sp_spec, sdss.load_sp_spec),
    (table.is_table, table.load_table),
)


def read(path: str | Path) -> Spectrum:
    """The spectrum in a file, whichever known survey it comes from.

    Raises
    ------
    ReadError
        With a reason: ``"unreadable"`` (absent, empty, cut off, damaged),
        ``"unknown format"`` (not FITS, or no survey known here), ``"no errors"``.
    """
    path = Path(path)
    hdus = read_hdus(path, limit=3)
    for matches, load in _READERS:
        if matches(hdus):
            return load(hdus, path)
    shown = ", ".join(str(hdu.value("EXTNAME") or "unnamed") for hdu in hdus)
    telescope = hdus[0].value("TELESCOP") or "unknown telescope"
    raise ReadError(
        "unknown format",
        f"no reader knows this FITS file ({telescope}; HDUs {shown}): neither SDSS's layout nor a "
        "table with columns wave, flux and ivar",
    )
