"""Many spectra one by one, and the class asked for of each."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....core.spectra import Spectrum
from ..one_spectrum import OneSpectrum

__all__ = ["label_of_each", "spectra_one_by_one"]


def spectra_one_by_one(spectra: Any) -> list[Any] | None:
    """Many spectra one by one, each with its mask and unit; None where it is one."""
    if isinstance(spectra, OneSpectrum | Spectrum | str):
        return None
    if hasattr(spectra, "spectral_axis"):
        many = np.ndim(spectra.flux) == 2
        return [spectra[number] for number in range(len(spectra.flux))] if many else None
    if isinstance(spectra, list | tuple):
        first = spectra[0] if spectra else 0.0
        one = np.isscalar(first) and not isinstance(first, str)
        return None if one or np.ndim(first) > 1 else list(spectra)
    if np.ndim(spectra) != 2:
        return None
    return list(spectra if hasattr(spectra, "unit") or np.ma.isMaskedArray(spectra)
                else np.asarray(spectra))  # fmt: skip


def label_of_each(label: Any, n: int) -> list[Any]:
    """The class asked for of each of n spectra."""
    if np.ndim(label) == 0:
        return [label] * n
    if np.shape(label) != (n,):
        raise ValueError(f"label must be one class or one for each of {n} spectra, got "
                         f"{np.shape(label)} of them")  # fmt: skip
    return list(label)
