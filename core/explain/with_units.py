"""Explanations of spectra with astropy units, returned in those units."""

from __future__ import annotations

from dataclasses import dataclass

from astropy import units as u

from ..spectra import Medium, PhysicalSpectrum, SpectrumLike
from ..targets import Target
from .entry import ExplainSettings, Explanation, explain

__all__ = ["ExplainedSpectrum", "explain_spectrum"]

_DEFAULTS = ExplainSettings()


@dataclass(frozen=True, slots=True, eq=False)
class ExplainedSpectrum:
    """An explanation on the axis of the spectrum that was given.

    Attributes
    ----------
    explanation
        In plain numbers, pixels in order of wavelength.
    spectrum
        The spectrum in plain numbers.
    """

    explanation: Explanation
    spectrum: PhysicalSpectrum

    @property
    def edges(self) -> u.Quantity:
        """First and last edge of each segment, (S, 2), in unit and medium of the given axis."""
        return self.spectrum.on_axis(self.explanation.edges(self.spectrum.wave_vac_aa))

    @property
    def weights(self) -> u.Quantity:
        """Weight of each segment, (S,); those of a saliency map are per unit of flux."""
        return self.explanation.weights * self._unit

    @property
    def weight_of_pixel(self) -> u.Quantity:
        """Weight of each pixel's segment, (D,), in the order of the given axis."""
        return self.spectrum.in_given_order(self.explanation.weight_of_pixel) * self._unit

    @property
    def _unit(self) -> u.UnitBase:
        of_slope = self.explanation.method == "saliency"
        return self.spectrum.flux_unit**-1 if of_slope else u.dimensionless_unscaled


def explain_spectrum(
    spectrum: SpectrumLike,
    target: Target,
    settings: ExplainSettings = _DEFAULTS,
    *,
    medium: Medium = "vacuum",
    flux_unit: u.UnitBase | str | None = None,
) -> ExplainedSpectrum:
    """Explain a ``specutils.Spectrum``, or anything with ``spectral_axis`` and ``flux``.

    Parameters
    ----------
    spectrum
        One-dimensional, finite flux. Any axis: wavelength, frequency, energy, velocity.
    target
        What to explain. It gets fluxes in order of increasing wavelength.
    settings
        Method and knobs.
    medium
        ``air`` if the axis is wavelength in air.
    flux_unit
        What the target expects, such as ``"Jy"``; None leaves the flux in its own unit.

    Raises
    ------
    ValueError
        As for ``explain``, or if a unit cannot be converted, or the axis is not monotonic.
    """
    plain = PhysicalSpectrum.of(spectrum, medium=medium, flux_unit=flux_unit)
    return ExplainedSpectrum(explain(plain.flux, target, settings), plain)
