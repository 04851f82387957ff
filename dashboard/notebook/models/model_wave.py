"""Wavelengths of a model's pixels, checked to be in Å and to increase."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy.units import UnitConversionError, spectral

from ..prepared_wave import PreparedWave

__all__ = ["model_wave"]


def model_wave(wave: Any) -> np.ndarray | PreparedWave:
    """(D,) rest wavelengths, vacuum Å, increasing; those of a collection as they are.

    Raises
    ------
    ValueError
        They do not increase, are in no unit of wavelengths, or look like nm.
    """
    wave = wave if isinstance(wave, PreparedWave) else _in_angstrom(wave)
    if wave.ndim != 1 or len(wave) < 2:
        raise ValueError(f"wave must be (D,), got shape {wave.shape}")
    if not (np.diff(wave) > 0).all():
        at = int((~(np.diff(wave) > 0)).argmax())
        raise ValueError(
            f"wave must increase, got {wave[at]:g} and then {wave[at + 1]:g} Å (pixel {at + 1}); "
            "of a model whose pixels run the other way hand over wave[::-1] and a function, such "
            "as lambda spectra: model.predict_proba(spectra[:, ::-1]), with classes=(...)"
        )
    if _looks_nm(wave):
        raise ValueError(
            f"wave spans {wave[0]:g}–{wave[-1]:g}: that looks like nm, µm or log10(Å); hand it "
            "over with its unit (wave * u.nm) or in Å (10**wave)"
        )
    return wave


def _in_angstrom(wave: Any) -> np.ndarray:
    unit: Any = getattr(wave, "unit", None)
    if unit is None:
        return np.asarray(wave, np.float64)
    try:
        return np.asarray(wave.to_value("Angstrom", equivalencies=spectral()), np.float64)
    except UnitConversionError as error:
        raise ValueError(f"wave is in {unit}, which is no unit of wavelengths") from error


def _looks_nm(wave: np.ndarray) -> bool:
    """Whether wavelengths said to be Å can hardly be: they end below 1100 (nm of the optical)."""
    return bool(wave[0] > 0 and 250 <= wave[-1] <= 1100) or bool(wave[-1] <= 30)
