"""The spectrum as a record: its grid, air and vacuum wavelengths, dust, edits and units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy_names import public_names

if TYPE_CHECKING:
    from .air_vacuum import SPEED_OF_LIGHT_KMS, air_to_vacuum, vacuum_to_air
    from .coaddition import coadd_arms
    from .detector_noise import LOG_PIXELS, DetectorPixels, noise_draws
    from .edit import EDIT_KINDS, Edit, apply_edits
    from .extinction import dust_transmission
    from .grid import COLLECTION_GRID, WIDEST_STEP_AA, WaveGrid, resample
    from .smoothing import smoothed
    from .spectrum import SPECTRAL_CLASSES, Spectrum
    from .units.unit_spellings import COUNTS, RELATIVE, flux_factor, wavelengths_aa
    from .units.wave_axis import WaveAxis
    from .units.with_units import Medium, PhysicalSpectrum, SpectrumLike

__all__ = [
    "COLLECTION_GRID",
    "COUNTS",
    "EDIT_KINDS",
    "LOG_PIXELS",
    "RELATIVE",
    "SPECTRAL_CLASSES",
    "SPEED_OF_LIGHT_KMS",
    "WIDEST_STEP_AA",
    "DetectorPixels",
    "Edit",
    "Medium",
    "PhysicalSpectrum",
    "Spectrum",
    "SpectrumLike",
    "WaveAxis",
    "WaveGrid",
    "air_to_vacuum",
    "apply_edits",
    "coadd_arms",
    "dust_transmission",
    "flux_factor",
    "noise_draws",
    "resample",
    "smoothed",
    "vacuum_to_air",
    "wavelengths_aa",
]

__getattr__ = public_names(__name__)
