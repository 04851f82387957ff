"""An immutable builder of simulated rest-frame spectra."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .....core.spectra import SPEED_OF_LIGHT_KMS, Spectrum
from .grid_curves import GridCurves
from .iron import iron_template
from .noise import carried_over, detector_pixels, median, noise_shape
from .profiles import BroadShape, add_gaussians, broad_components
from .reddening import milky_way_extinction
from .templates import StellarTemplates

__all__ = ["SimSpectrum"]

# Dispersion of the SDSS spectrographs' line spread, km/s (R about 1900 to 2100).
INSTRUMENT_SIGMA_KMS = 65.0
_MAG = -0.4 * np.log(10.0)  # one magnitude dimmer, as a natural logarithm


@dataclass(frozen=True, eq=False)
class SimSpectrum:
    """A spectrum being made; each method returns a new one with something added.

    Continuum and lines are in units of the continuum at 5100 Å until :meth:`scaled`. Noise comes
    last, from the seed alone: the same steps with the same seed give the same bytes.

    >>> import numpy as np
    >>> wave = np.arange(4000.0, 7000.0)
    >>> spectrum = SimSpectrum(wave, seed=1).power_law(1.0, -1.5).line(5008.24, 20.0, 150.0)
    >>> noisy = spectrum.scaled(10.0).noise(20.0)

    Attributes
    ----------
    wave_rest_aa
        (D,) vacuum Å, equally spaced.
    seed
        Of the noise: an int or a SeedSequence.
    z
        Redshift, which says where the observed window and the sky lines fall.
    flux
        (D,) flux; NaN outside the observed window once there is noise. Zero by default.
    ivar
        (D,) inverse variance, zero until there is noise.
    curves
        What depends on the wavelengths alone; of these wavelengths if None.
    """

    wave_rest_aa: np.ndarray
    seed: int | np.random.SeedSequence = 0
    z: float = 0.0
    flux: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0))
    ivar: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0))
    curves: GridCurves | None = None

    def __post_init__(self) -> None:
        if self.wave_rest_aa.ndim != 1 or self.wave_rest_aa.size < 2:
            raise ValueError(f"wavelengths {self.wave_rest_aa.shape} are no spectrum")
        if not self.z > -1:
            raise ValueError(f"redshift {self.z} is not above -1")
        for name in ("flux", "ivar"):
            value = getattr(self, name)
            value = np.zeros(self.wave_rest_aa.size) if value.size == 0 else value
            if value.shape != self.wave_rest_aa.shape:
                raise ValueError(f"{name} {value.shape} on {self.wave_rest_aa.shape} wavelengths")
            value.flags.writeable = False
            object.__setattr__(self, name, value)
        if self.curves is None or self.curves.wave_rest_aa is not self.wave_rest_aa:
            object.__setattr__(self, "curves", GridCurves(self.wave_rest_aa))

    @property
    def _curves(self) -> GridCurves:
        assert self.curves is not None
        return self.curves

    @property
    def wave_obs_aa(self) -> np.ndarray:
        """(D,) vacuum Å in the observed frame."""
        return self.wave_rest_aa * (1 + self.z)

    def stars(
        self, templates: StellarTemplates, light_fractions: np.ndarray, sigma_kms: float
    ) -> SimSpectrum:
        """Add starlight; fractions are of the light at 5100 Å (see StellarTemplates.mix)."""
        sigma_kms = float(np.hypot(sigma_kms, INSTRUMENT_SIGMA_KMS))
        return self._with(self.flux + templates.mix(light_fractions, sigma_kms))

    def power_law(self, level: float, slope: float) -> SimSpectrum:
        """Add f = level · (λ / 5100 Å)^slope."""
        shape = np.exp(slope * self._curves.log_wave)
        return self._with(self.flux + level * shape)

    def balmer_continuum(self, level: float) -> SimSpectrum:
        """Add recombination light below 3646 Å, and the lines that crowd together above it.

        Parameters
        ----------
        level
            At 3646 Å.
        """
        shape, fall = self._curves.balmer_continuum
        return self._with(self.flux + level * shape * fall)

    def line(self, wave_vac_aa: float, flux: float, sigma_kms: float) -> SimSpectrum:
        """Add one Gaussian line of this flux (continuum unit times Å), instrument not included."""
        return self.lines({wave_vac_aa: flux}, sigma_kms)

    def lines(
        self, flux: Mapping[float, float], sigma_kms: float, *, shift_kms: float = 0.0
    ) -> SimSpectrum:
        """Add Gaussian lines of one width, by vacuum wavelength (Å); shift below 0 is to the blue.

        The width is the line's as observed: add the instrument's 65 km/s in quadrature yourself.
        """
        centre = np.array(list(flux)) * (1 + shift_kms / SPEED_OF_LIGHT_KMS)
        strength = np.array(list(flux.values()))
        width = np.full(centre.size, sigma_kms)
        return self._with(add_gaussians(self.flux, self.wave_rest_aa, centre, strength, width))

    def broad_lines(
        self, flux: Mapping[float, float], fwhm_kms: float, shape: BroadShape
    ) -> SimSpectrum:
        """Add broad lines, each of several Gaussians (see BROAD_SHAPES)."""
        centre, strength = np.array(list(flux)), np.array(list(flux.values()))
        total = self.flux
        for component in broad_components(centre, strength, fwhm_kms, shape):
            total = add_gaussians(total, self.wave_rest_aa, *component)
        return self._with(total)

    def iron(self, level: float, fwhm_kms: float) -> SimSpectrum:
        """Add Fe II with this flux at 4434–4684 Å (see iron_template)."""
        return self._with(
            self.flux
            + level
            * iron_template(self._curves.wave_rest_aa, fwhm_kms, self._curves.iron_ultraviolet)
        )

    def attenuated(self, ebv: float) -> SimSpectrum:
        """Redden what is there by dust of the galaxy itself, leaving 5100 Å as it is."""
        return self.times(np.exp(_MAG * ebv * self._curves.attenuation))

    def milky_way(self, ebv: float) -> SimSpectrum:
        """Redden and dim what is there by dust of the Milky Way, at observed wavelengths."""
        return self.times(np.exp(_MAG * ebv * milky_way_extinction(self.wave_obs_aa)))

    def times(self, curve: np.ndarray) -> SimSpectrum:
        """Multiply the flux by a (D,) curve, and the errors with it."""
        if not self.ivar.any():  # no noise yet: nothing to scale, and most calls are such
            return self._with(self.flux * curve)
        return self._with(self.flux * curve, self.ivar / curve**2)

    def scaled(self, flux_5100: float) -> SimSpectrum:
        """In physical units: a continuum of 1 at 5100 Å becomes this many 1e-17 erg/s/cm²/Å."""
        return self.times(np.array(flux_5100))

    def noise(self, sn_median: float) -> SimSpectrum:
        """Observe it: Gaussian noise that follows ivar, and no data outside 3800–9200 Å.

        The error has the shape of SDSS's sky noise plus the source's own photons, which count
        as much as the sky's at S/N 20. It is drawn in SDSS's pixels of 69 km/s and interpolated,
        as the flux of a real file is when it joins a collection.

        Parameters
        ----------
        sn_median
            Median over SDSS's pixels of flux / error before the noise is drawn.

        Raises
        ------
        ValueError
            Nothing lies in the observed window, or the median flux there is not
            positive.
        """
        _, noise, error = self._in_pixels(sn_median)
        carried, variance = carried_over(noise, error**2, self.wave_obs_aa)
        return self._with(self.flux + carried, 1.0 / np.where(variance > 0, variance, np.inf))

    def spectrum(
        self,
        name: str,
        *,
        sn_median: float,
        spectral_class: str = "GALAXY",
        subclass: str = "",
        ra: float = float("nan"),
        dec: float = float("nan"),
    ) -> Spectrum:
        """Observe it as :meth:`noise` does, in SDSS's own pixels: what a reader would return.

        Raises
        ------
        ValueError
            As :meth:`noise`, or the spectrum has its noise already.
        """
        if self.ivar.any():
            raise ValueError(f"{name} has been observed already; its noise cannot be drawn twice")
        signal, noise, error = self._in_pixels(sn_median)
        seen = np.isfinite(signal)
        return Spectrum(
            id=name,
            wave_obs_aa=detector_pixels()[seen],
            flux=(signal + noise)[seen],
            ivar=error[seen] ** -2.0,
            z=self.z,
            ra=ra,
            dec=dec,
            survey="simulated",
            spectral_class=spectral_class,
            subclass=subclass,
        )

    def _in_pixels(self, sn_median: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Signal, noise and its dispersion in detector pixels, each (P,), NaN = not covered."""
        pixels_aa, wave_obs_aa = detector_pixels(), self.wave_obs_aa
        first, stop = np.searchsorted(pixels_aa, wave_obs_aa[[0, -1]])
        stop += stop < pixels_aa.size and pixels_aa[stop] == wave_obs_aa[-1]
        seen = slice(int(first), int(stop))  # the rest has no flux
        flux = np.interp(pixels_aa[seen], wave_obs_aa, self.flux)
        typical = float(median(flux)) if flux.size else float("nan")
        if not typical > 0:
            raise ValueError(f"median flux in the observed window is {typical}, not positive")
        photons = (sn_median / 20.0) ** 2 * np.maximum(flux, 0.0) / typical
        dispersion = noise_shape()[seen] * np.sqrt(1.0 + photons)
        dispersion *= float(median(flux / dispersion)) / sn_median
        signal, error = np.full((2, pixels_aa.size), np.nan)
        signal[seen], error[seen] = flux, dispersion
        draw = np.random.default_rng(self.seed).standard_normal(pixels_aa.size)
        return signal, error * draw, error

    def _with(self, flux: np.ndarray, ivar: np.ndarray | None = None) -> SimSpectrum:
        ivar = self.ivar if ivar is None else ivar
        return SimSpectrum(self.wave_rest_aa, self.seed, self.z, flux, ivar, self.curves)
