"""Spectra with astropy units as plain arrays in vacuum Å."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

import numpy as np
from astropy import units as u
from astropy.coordinates import SpectralQuantity
from numpy.typing import NDArray

from ..air_vacuum import air_to_vacuum
from ..spectrum import Spectrum
from .unit_spellings import SURVEY_FLUX, SURVEY_UNIT

__all__ = ["Medium", "PhysicalSpectrum", "SpectrumLike"]

Medium = Literal["vacuum", "air"]


class SpectrumLike(Protocol):
    """Interface of accepted spectra: ``specutils.Spectrum``, or anything with these two attributes.

    ``uncertainty``, ``mask`` (True is bad) and ``redshift`` are used where there are any.
    """

    @property
    def spectral_axis(self) -> u.Quantity:
        """(D,) wavelength, frequency, wavenumber, energy, or velocity with its rest value."""
        ...

    @property
    def flux(self) -> u.Quantity:
        """(D,)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PhysicalSpectrum:
    """One spectrum in plain numbers, in order of wavelength.

    Attributes
    ----------
    wave_vac_aa : (D,) float64
        Vacuum Å, increasing, in the frame of the axis.
    flux : (D,) float64
        In ``flux_unit``; NaN as given, and where masked.
    ivar : (D,) float64, or None
        Inverse variance of the flux, 0 where masked; None if there is no uncertainty.
    flux_unit
        Unit of the flux.
    redshift
        As the spectrum says; NaN if it does not, or says 0, which specutils takes for silence.
    """

    wave_vac_aa: NDArray[np.float64]
    flux: NDArray[np.float64]
    ivar: NDArray[np.float64] | None
    flux_unit: u.UnitBase
    redshift: float

    @classmethod
    def of(
        cls,
        spectrum: SpectrumLike,
        *,
        medium: Medium = "vacuum",
    ) -> PhysicalSpectrum:
        """Read a spectrum with units.

        Parameters
        ----------
        spectrum
            One-dimensional.
        medium
            ``air`` if its axis is wavelength in air.

        Raises
        ------
        ValueError
            If the medium is unknown or does not go with the axis, a unit cannot be converted, the
            spectrum is not one-dimensional, or its axis does not increase or decrease throughout.
        """
        if medium not in get_args(Medium):
            raise ValueError(f"medium must be one of {get_args(Medium)}, got {medium!r}")
        axis, flux = spectrum.spectral_axis, u.Quantity(spectrum.flux)
        if np.ndim(axis) != 1 or np.shape(axis) != flux.shape:
            raise ValueError(f"need one spectrum, got axis {np.shape(axis)} and flux {flux.shape}")
        unit: Any = flux.unit
        try:
            wave = _vacuum(SpectralQuantity(axis), medium)
        except u.UnitsError as error:
            raise ValueError(f"units do not fit: {error}") from error
        order = _increasing(wave)
        ivar = _ivar(spectrum, unit)
        return cls(
            wave[order],
            np.where(_masked(spectrum), np.nan, flux.value)[order].astype(np.float64),
            None if ivar is None else ivar[order],
            unit,
            float(getattr(spectrum, "redshift", 0.0)) or float("nan"),
        )

    def to_spectrum(self, id: str, *, z: float | None = None) -> Spectrum:
        """The record that recipes and collections take.

        Parameters
        ----------
        id
            Identifier.
        z
            Redshift; None takes the spectrum's own. The axis is in the observed frame.

        Returns
        -------
        spectrum
            Flux in 1e-17 erg/s/cm²/Å if it can be converted to that, else in its own unit.

        Raises
        ------
        ValueError
            If there is no uncertainty: preparation needs the noise.
        """
        if self.ivar is None:
            raise ValueError(f"{id}: the spectrum has no uncertainty, so its noise is unknown")
        try:
            factor = _conversion(self.flux_unit, SURVEY_UNIT, self.wave_vac_aa)
            name = SURVEY_FLUX
        except u.UnitConversionError:
            factor, name = np.ones(len(self.flux)), self.flux_unit.to_string()
        return Spectrum(
            id,
            self.wave_vac_aa,
            self.flux * factor,
            self.ivar / factor**2,
            z=self.redshift if z is None else z,
            flux_unit=name,
        )


def _vacuum(axis: SpectralQuantity, medium: Medium) -> NDArray[np.float64]:
    unit: Any = axis.unit
    if medium == "air" and unit.physical_type != "length":
        raise ValueError(f"only wavelengths can be in air, got an axis in {unit}")
    wave = np.asarray(axis.to_value(u.AA), np.float64)
    return wave if medium == "vacuum" else air_to_vacuum(wave)


def _conversion(unit: u.UnitBase, to: u.UnitBase, wave_aa: NDArray) -> NDArray[np.float64]:
    """Factor for the flux of each pixel."""
    density: Any = u.spectral_density(u.Quantity(wave_aa, u.AA))
    return np.asarray(u.Quantity(np.ones(len(wave_aa)), unit).to_value(to, density), np.float64)


def _increasing(wave: NDArray[np.float64]) -> slice:
    """The order of the pixels in which wavelengths increase."""
    steps = np.diff(wave)
    turns = np.flatnonzero(np.sign(steps[1:]) != np.sign(steps[:-1])) + 1
    if not steps.all() or len(turns):
        at = int(np.flatnonzero(steps == 0)[0] if not steps.all() else turns[0])
        raise ValueError(
            "the spectral axis must increase or decrease throughout, but pixels "
            f"{at} and {at + 1} are at {wave[at]} and {wave[at + 1]} Å"
        )
    return slice(None) if len(steps) == 0 or steps[0] > 0 else slice(None, None, -1)


def _masked(spectrum: Any) -> NDArray[np.bool_]:
    """(D,) True where the spectrum, or its flux, says that a pixel is bad."""
    bad = np.zeros(np.shape(spectrum.flux), np.bool_)
    for mask in (getattr(spectrum, "mask", None), getattr(spectrum.flux, "mask", None)):
        bad |= False if mask is None else np.asarray(mask, bool)
    return bad


def _ivar(spectrum: Any, flux_unit: u.UnitBase) -> NDArray[np.float64] | None:
    """Inverse variance in 1/flux_unit², 0 where masked; any kind astropy can convert."""
    uncertainty = getattr(spectrum, "uncertainty", None)
    if uncertainty is None:
        return None
    from astropy.nddata import InverseVariance  # loads scipy: not before it is met

    as_ivar = uncertainty.represent_as(InverseVariance)
    unit = flux_unit**-2 if as_ivar.unit is None else as_ivar.unit
    ivar = np.asarray(u.Quantity(as_ivar.array, unit).to_value(flux_unit**-2), np.float64)
    mask = getattr(spectrum, "mask", None)
    good = np.isfinite(ivar) if mask is None else np.isfinite(ivar) & ~np.asarray(mask, bool)
    return np.where(good, ivar, 0.0)
