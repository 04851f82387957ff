"""One spectrum: from a collection, a file, or specutils."""

from __future__ import annotations

import os
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from astropy.nddata import InverseVariance

from ...core.spectra import PhysicalSpectrum, Spectrum
from ...core.spectra.redshift_warning import doubt
from ...core.spectra.units.unit_spellings import SURVEY_FLUX, SURVEY_UNIT
from ...data.ingest.readers import ReadError, read_table
from ...data.ingest.readers import read as read_file

__all__ = ["OneSpectrum", "read"]


class OneSpectrum:
    """A spectrum with its errors and redshift, in the observed frame.

    Attributes
    ----------
    spectrum
        The record: ``id``, ``wave_obs_aa`` (vacuum Å), ``flux``, ``ivar``, ``z`` …
    key, row
        Key of the collection it is stored in, and its row there; "" and −1 for outside spectra.
    sn_median
        Median S/N of a pixel; of a stored spectrum as its catalog says it, which is of the pixels
        of the detector.
    """

    def __init__(
        self, spectrum: Spectrum, *, key: str = "", row: int = -1, sn_median: float | None = None
    ) -> None:
        self.spectrum, self.key, self.row = spectrum, key, row
        self.sn_median = spectrum.sn_median if sn_median is None else sn_median

    @property
    def id(self) -> str:
        """Identifier."""
        return self.spectrum.id

    @property
    def z(self) -> float:
        """Redshift; NaN if unknown."""
        return self.spectrum.z

    @property
    def wave_rest_aa(self) -> np.ndarray:
        """(D,) rest wavelengths, vacuum Å; ValueError if the redshift is unknown."""
        if not self.z > -1:
            why = f" ({self.spectrum.z_note})" if self.spectrum.z_note else ""
            raise ValueError(f"{self.id} has no redshift{why}: read(..., z=0.1) gives it one")
        return self.spectrum.wave_obs_aa / (1 + self.z)

    @property
    def flux(self) -> np.ndarray:
        """(D,) in :attr:`flux_unit`; NaN where there is no data."""
        return self.spectrum.flux

    @property
    def ivar(self) -> np.ndarray:
        """(D,) inverse variance of the flux; 0 where there is no data."""
        return self.spectrum.ivar

    @property
    def flux_unit(self) -> str:
        """Unit of the flux; a description if it has none."""
        return self.spectrum.flux_unit

    def to_specutils(self) -> Any:
        """A ``specutils.Spectrum``: observed vacuum Å, flux with unit, ivar, mask, redshift.

        Raises
        ------
        ImportError
            If specutils is not installed: ``pip install spexplain[specutils]``.
        """
        try:
            from specutils import Spectrum as Theirs
        except ImportError as error:
            raise ImportError("specutils is not installed: pip install specutils") from error
        flux_unit = self.flux_unit
        try:
            unit: Any = u.Unit(
                SURVEY_UNIT if flux_unit == SURVEY_FLUX else flux_unit.replace("Å", "AA")
            )
        except ValueError:  # counts of an instrument, or relative
            unit = u.dimensionless_unscaled
        ours = self.spectrum
        mask = ~ours.has_data
        return Theirs(
            flux=u.Quantity(np.where(mask, 0.0, ours.flux), unit),
            spectral_axis=u.Quantity(ours.wave_obs_aa, u.AA),
            uncertainty=InverseVariance(np.asarray(ours.ivar), unit=unit**-2),
            mask=mask,
            redshift=None if np.isnan(ours.z) else ours.z,
            meta={"id": ours.id, "survey": ours.survey, "flux_unit": self.flux_unit},
        )

    def __repr__(self) -> str:
        ours = self.spectrum
        first, last = ours.wave_obs_aa[[0, -1]]
        doubted = doubt(ours.z_warning).rstrip(".")
        return (
            f"<spectrum {self.id}: {ours.has_data.sum():,} of {ours.flux.size:,} pixels have data, "
            f"{first:.0f}–{last:.0f} Å observed, z = {self.z:.5g}, "
            f"median S/N {self.sn_median:.3g}, {self.flux_unit}"
            f"{'; ' * bool(doubted)}{doubted}>"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}</p>"


def read(source: Any, *, z: float | None = None) -> OneSpectrum:
    """Read one spectrum of a survey or from a table of your own.

    Parameters
    ----------
    source
        A file of any kind that ``spexplain ingest`` takes; a ``specutils.Spectrum`` with
        uncertainty (its mask is respected); a table of astropy, pandas or pyarrow with a pixel per
        row and units as in a file; or a spectrum read before.
    z
        Redshift; by default that of the source.

    Raises
    ------
    ReadError
        If the file contains no known spectrum, or several; the message says which.
    ValueError
        If a specutils spectrum has no uncertainty, or its units do not fit.
    TypeError
        If it is none of these.
    """
    if isinstance(source, OneSpectrum):
        spectrum = source
    elif isinstance(source, Spectrum):
        spectrum = OneSpectrum(source)
    elif isinstance(source, str | os.PathLike):
        path = Path(source).expanduser()
        if not path.exists():
            raise ReadError(
                "unreadable", f"no file {path}; a spectrum of a collection is c[{path.name!r}]"
            )
        spectrum = OneSpectrum(read_file(path))
    elif hasattr(source, "spectral_axis") and hasattr(source, "flux"):
        meta = getattr(source, "meta", None) or {}
        name = str(meta.get("id", "") or "spectrum")
        spectrum = OneSpectrum(PhysicalSpectrum.of(source).to_spectrum(name))
    elif hasattr(source, "columns") and hasattr(source, "__getitem__"):
        spectrum = OneSpectrum(read_table(source))
    else:
        raise TypeError(
            "a spectrum is a file, a table, a specutils.Spectrum or what spexplain.read gave, got "
            f"{type(source).__name__}"
        )
    return (
        spectrum
        if z is None
        else OneSpectrum(replace(spectrum.spectrum, z=float(z), z_note="", z_warning=""))
    )
