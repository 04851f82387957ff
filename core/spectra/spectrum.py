"""The record of one observed spectrum that every reader returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

__all__ = ["NOT_SAID", "SPECTRAL_CLASSES", "Medium", "Spectrum"]

Medium = Literal["", "vacuum", "air", "not said"]
NOT_SAID: Medium = "not said"

SPECTRAL_CLASSES = ("GALAXY", "QSO", "STAR", "")
_PIXELS = ("wave_obs_aa", "flux", "ivar", "model")


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """One spectrum in the observed frame, with what its file says about the object.

    A pixel either has data (finite flux and positive ivar) or has none (NaN flux, zero ivar);
    pixels that are only half so are set to "none" on construction.

    Attributes
    ----------
    id
        Identifier, unique in a survey, for example ``"0266-51602-0001"``.
    wave_obs_aa
        (D,) float64, vacuum Å in the observed frame, strictly increasing.
    flux
        (D,) float32, flux density in ``flux_unit``; NaN where there is no data.
    ivar
        (D,) float32, inverse variance of flux, ≥ 0; 0 where there is no data.
    z
        Redshift; NaN if unknown.
    ra, dec
        ICRS position, degrees; NaN if unknown.
    survey
        For example ``"SDSS"``.
    spectral_class
        One of :data:`SPECTRAL_CLASSES`, ``""`` if unknown.
    subclass
        The pipeline's subclass, ``""`` if none.
    flux_unit
        For example ``"1e-17 erg/s/cm2/Å"``; ``"counts"`` if no flux calibration was made, so
        that the slope is the instrument's as much as the object's.
    file
        Where it was read from, ``""`` if from no file.
    model
        (D,) float32, the survey pipeline's own model of the flux, in its unit; None without.
    z_note
        Why the redshift is unknown, ``""`` if it is known or nothing can be said.
    z_warning
        What its survey warns of with the redshift, in words, ``""`` if of nothing.
    medium
        In what the file has its wavelengths, by its own words or its survey's; ``"not said"`` if
        by neither, ``""`` if from no file.
    facts
        What else the file says of the object: name → number or text.

    Raises
    ------
    ValueError
        Shapes differ, wavelengths do not increase, ivar is negative, or the class is
        unknown.
    """

    id: str
    wave_obs_aa: np.ndarray
    flux: np.ndarray
    ivar: np.ndarray
    z: float = float("nan")
    ra: float = float("nan")
    dec: float = float("nan")
    survey: str = ""
    spectral_class: str = ""
    subclass: str = ""
    flux_unit: str = "1e-17 erg/s/cm2/Å"
    file: str = ""
    z_note: str = ""
    z_warning: str = ""
    medium: Medium = ""
    facts: Mapping[str, str | float] = field(default_factory=dict)
    model: np.ndarray | None = None

    def __post_init__(self) -> None:
        wave = np.array(self.wave_obs_aa, dtype=np.float64)
        with np.errstate(over="ignore"):  # float64 beyond float32 becomes inf: no data, as below
            flux = np.array(self.flux, dtype=np.float32)
            ivar = np.array(self.ivar, dtype=np.float32)
            model = None if self.model is None else np.array(self.model, dtype=np.float32)
        _check_shapes(self.id, wave, flux, ivar)
        _check_class(self)
        if model is not None:
            if model.shape != flux.shape:
                raise ValueError(f"{self.id}: model {model.shape} is not of flux {flux.shape}")
            model.flags.writeable = False
            object.__setattr__(self, "model", model)
        empty = ~(np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0))
        flux[empty], ivar[empty] = np.nan, 0.0
        for name, values in (("wave_obs_aa", wave), ("flux", flux), ("ivar", ivar)):
            values.flags.writeable = False
            object.__setattr__(self, name, values)

    def with_facts(self, **facts: Any) -> Spectrum:
        """The same pixels with other facts, without checking the pixels again.

        Parameters
        ----------
        **facts
            Attributes other than the arrays.

        Raises
        ------
        ValueError
            One is an array's, or the class is unknown.
        """
        if wrong := facts.keys() & {*_PIXELS}:
            raise ValueError(f"{self.id}: {', '.join(sorted(wrong))} would have to be checked")
        other = object.__new__(Spectrum)
        for name in Spectrum.__slots__:
            value = facts[name] if name in facts else getattr(self, name)
            object.__setattr__(other, name, value)
        _check_class(other)
        return other

    @property
    def has_data(self) -> np.ndarray:
        """(D,) bool, True where the pixel was observed."""
        return self.ivar > 0

    @property
    def sn_median(self) -> float:
        """Median signal to noise per pixel, over pixels with data; NaN without any."""
        good = self.has_data
        if not good.any():
            return float("nan")
        return _median(self.flux[good] * np.sqrt(self.ivar[good]))


def _median(values: np.ndarray) -> float:
    """Median of values without NaN, for which `np.median` would search again."""
    n = values.size
    middle = [(n - 1) // 2, n // 2]
    low, high = np.partition(values, middle)[middle]
    return float((low + high) / 2)


def _check_class(spectrum: Spectrum) -> None:
    if spectrum.spectral_class not in SPECTRAL_CLASSES:
        text = f"spectral class {spectrum.spectral_class!r}"
        raise ValueError(f"{spectrum.id}: {text} is none of {SPECTRAL_CLASSES}")


def _check_shapes(name: str, wave: np.ndarray, flux: np.ndarray, ivar: np.ndarray) -> None:
    if wave.ndim != 1 or not wave.shape == flux.shape == ivar.shape:
        raise ValueError(
            f"{name}: wavelength {wave.shape}, flux {flux.shape} and ivar {ivar.shape} "
            "must be one-dimensional and alike"
        )
    if wave.size < 2:
        raise ValueError(f"{name}: {wave.size} pixels are no spectrum")
    steps = np.diff(wave)
    lowest = steps.min()  # NaN where a wavelength is
    if not (wave[0] > 0 and wave[-1] < np.inf and np.isfinite(lowest)):
        raise ValueError(f"{name}: wavelengths must be positive and finite")
    if lowest <= 0:
        at = int(np.argmax(steps <= 0))
        raise ValueError(
            f"{name}: wavelengths must increase, but {wave[at]} Å is followed by {wave[at + 1]} Å"
        )
    if ivar.min() < 0 or np.any(ivar < 0):  # of NaN the second tells
        raise ValueError(f"{name}: ivar {float(ivar[ivar < 0][0])} is negative")
