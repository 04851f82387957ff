"""One spectrum in a table of one's own: wavelength, flux and ivar or error, a pixel a row.

What a notebook writes: ``Table({"wave": …, "flux": …, "ivar": …}).write("mine.fits")``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy import units as u

from ...core.spectrum import SPECTRAL_CLASSES, Spectrum
from ...core.wavelengths import air_to_vacuum
from .fits import Hdu, ReadError
from .noise import from_error, not_negative

__all__ = ["is_table", "load_table"]

# In order of preference, in upper case; "spectral_axis" and "uncertainty" are specutils' own.
_WAVE = ("WAVE", "WAVELENGTH", "LAMBDA", "LAM", "SPECTRAL_AXIS", "WAVE_AA", "WAVELENGTH_AA")
_FLUX = ("FLUX", "FLUX_DENSITY", "FLAM", "F_LAMBDA")
_IVAR = ("IVAR", "FLUX_IVAR")
_ERROR = ("ERROR", "ERR", "SIGMA", "FLUX_ERROR", "FLUX_ERR", "UNCERTAINTY", "STD")
_REDSHIFT = ("Z", "REDSHIFT", "Z_HELIO")
_RA, _DEC = ("RA", "OBJ_RA", "OBSRA"), ("DEC", "OBJ_DEC", "OBSDEC")


def is_table(hdus: Sequence[Hdu]) -> bool:
    """Whether HDU 1 is a table that names a wavelength and a flux."""
    return len(hdus) > 1 and bool(_named(hdus[1], _WAVE) and _named(hdus[1], _FLUX))


def load_table(hdus: Sequence[Hdu], path: Path) -> Spectrum:
    """A spectrum from the first table, and what the headers say about the object.

    Wavelengths are in the column's unit, Å if it has none, observed frame; in vacuum, unless a
    header says ``AIRORVAC = 'air'`` or ``VACUUM = F``. Redshift: ``Z`` or ``REDSHIFT``; position:
    ``RA``, ``DEC`` in degrees; class: ``CLASS``, ``SUBCLASS``. The file's name is the identifier.

    Raises
    ------
    ReadError
        The table has neither ivar nor error, its unit is no length, or it is damaged.
    """
    table = hdus[1]
    about = _About((table, hdus[0]))
    spectral_class = about.text("CLASS").upper()
    wave = _wave_aa(table)
    try:
        return Spectrum(
            id=path.name.split(".")[0],
            wave_obs_aa=air_to_vacuum(wave) if about.in_air() else wave,
            flux=_column(table, _named(table, _FLUX)),
            ivar=_ivar(table),
            z=about.number(_REDSHIFT),
            z_note=about.no_number(_REDSHIFT),
            ra=about.number(_RA),
            dec=about.number(_DEC),
            survey=about.text("SURVEY") or "own",
            spectral_class=spectral_class if spectral_class in SPECTRAL_CLASSES else "",
            subclass=about.text("SUBCLASS"),
            flux_unit=_unit(table, _named(table, _FLUX)),
            file=str(path),
        )
    except ValueError as error:
        raise ReadError("unreadable", str(error)) from error


class _About:
    """What several headers say, the first that says it."""

    def __init__(self, hdus: Sequence[Hdu]) -> None:
        self._hdus = hdus

    def number(self, keywords: Sequence[str]) -> float:
        """NaN if none says."""
        found = (hdu.number(keyword) for keyword in keywords for hdu in self._hdus)
        return next((value for value in found if np.isfinite(value)), float("nan"))

    def no_number(self, keywords: Sequence[str]) -> str:
        """What stands where a number should; empty if there is one, or nothing."""
        found = ((keyword, hdu.value(keyword)) for keyword in keywords for hdu in self._hdus)
        said = [f"{keyword} = {value!r} is no number" for keyword, value in found
                if value is not None]  # fmt: skip
        return said[0] if said and np.isnan(self.number(keywords)) else ""

    def text(self, keyword: str) -> str:
        found = (hdu.value(keyword) for hdu in self._hdus)
        return next((value.strip() for value in found if isinstance(value, str)), "")

    def in_air(self) -> bool:
        denied = any(hdu.value("VACUUM") is False for hdu in self._hdus)
        return denied or self.text("AIRORVAC").lower() == "air"


def _named(table: Hdu, names: Sequence[str]) -> str:
    """The first of the names that the table has; empty if none."""
    return next((name for name in names if name in table.columns), "")


def _column(table: Hdu, name: str) -> np.ndarray:
    """(D,) of a table with a pixel a row, or with one row of arrays."""
    values = table.numbers(name)
    if values.ndim == 1:
        return values.astype(np.float64)
    if len(values) == 1:
        return values[0].astype(np.float64)
    raise ReadError("unreadable", f"column {name!r} holds {len(values)} spectra, expected one")


def _ivar(table: Hdu) -> np.ndarray:
    if name := _named(table, _IVAR):
        return not_negative(_column(table, name))
    if name := _named(table, _ERROR):
        return from_error(_column(table, name))
    shown = ", ".join(name.lower() for name in (*_IVAR[:1], *_ERROR[:3]))
    raise ReadError("no errors", f"the table has none of {shown}, so the noise is unknown")


def _unit(table: Hdu, name: str) -> str:
    found = table.value(f"TUNIT{table.columns.index(name) + 1}")
    return found.strip() if isinstance(found, str) else ""


def _wave_aa(table: Hdu) -> np.ndarray:
    name = _named(table, _WAVE)
    unit = _unit(table, name) or "Angstrom"
    try:
        return np.asarray(u.Quantity(_column(table, name), unit).to_value(u.AA))
    except (ValueError, TypeError, u.UnitConversionError) as error:
        raise ReadError("unreadable", f"the wavelengths are in {unit!r}: {error}") from error
