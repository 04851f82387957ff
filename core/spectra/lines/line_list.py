"""Published lists of spectral lines, and the pixels near a line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..air_vacuum import SPEED_OF_LIGHT_KMS, air_to_vacuum, vacuum_to_air

__all__ = [
    "O25_FILTER_LINES", "P21_MARKERS", "PAGE_LINES", "Line", "lines_reaching", "velocity_mask",
]  # fmt: skip

_CORE_KMS = 150.0  # as wide as SDSS resolves a line


@dataclass(frozen=True, slots=True)
class Line:
    """One spectral line at rest.

    Attributes
    ----------
    name
        Plain identifier, for example ``"oiii5007"``.
    label
        What a plot shows, for example ``"[O III] 5007"``.
    wave_vac_aa
        Rest wavelength in vacuum, Å.
    wave_air_aa
        Rest wavelength in standard air, Å.
    """

    name: str
    label: str
    wave_vac_aa: float
    wave_air_aa: float

    @classmethod
    def from_air(cls, name: str, label: str, wave_air_aa: float) -> Line:
        """The line whose published wavelength is in air (Å)."""
        return cls(name, label, float(air_to_vacuum(wave_air_aa)), wave_air_aa)

    @classmethod
    def from_vacuum(cls, name: str, label: str, wave_vac_aa: float) -> Line:
        """The line whose published wavelength is in vacuum (Å)."""
        return cls(name, label, wave_vac_aa, float(vacuum_to_air(wave_vac_aa)))


# Air wavelengths as in the code released with O25; the vacuum values follow from them.
O25_FILTER_LINES: tuple[Line, ...] = (
    Line.from_air("oii3726", "[O II] 3726", 3726.040),
    Line.from_air("hdelta", "Hδ", 4101.734),
    Line.from_air("hgamma", "Hγ", 4340.472),
    Line.from_air("hbeta", "Hβ", 4861.352),
    Line.from_air("oiii4959", "[O III] 4959", 4958.911),
    Line.from_air("oiii5007", "[O III] 5007", 5006.843),
    Line.from_air("nii6548", "[N II] 6548", 6548.041),
    Line.from_air("halpha", "Hα", 6562.787),
    Line.from_air("nii6583", "[N II] 6583", 6583.461),
    Line.from_air("sii6716", "[S II] 6716", 6716.440),
    Line.from_air("sii6731", "[S II] 6731", 6730.812),
)

# P21 gives these to the nearest Å; the digits are those of NIST and of the list above.
P21_MARKERS: tuple[Line, ...] = (
    Line.from_vacuum("oii", "[O II] 3727", 3728.48),
    Line.from_vacuum("hei3889", "He I 3889", 3889.75),
    *(line for line in O25_FILTER_LINES if line.name in ("hdelta", "hgamma", "hbeta")),
    *(line for line in O25_FILTER_LINES if line.name in ("oiii4959", "oiii5007")),
)

# Vacuum wavelengths of the SDSS line list; doublets SDSS does not resolve are at their mean.
PAGE_LINES: tuple[Line, ...] = (
    Line.from_vacuum("mgii", "Mg II 2799", 2799.12),
    Line.from_vacuum("nev3426", "[Ne V] 3426", 3426.84),
    Line.from_vacuum("oii", "[O II] 3727", 3728.48),
    Line.from_vacuum("neiii3869", "[Ne III] 3869", 3869.86),
    Line.from_vacuum("hei3889", "He I 3889", 3889.75),
    Line.from_vacuum("cak", "Ca K", 3934.78),
    Line.from_vacuum("cah", "Ca H", 3969.59),
    Line.from_vacuum("hdelta", "Hδ", 4102.89),
    Line.from_vacuum("gband", "G", 4305.61),
    Line.from_vacuum("hgamma", "Hγ", 4341.68),
    Line.from_vacuum("oiii4363", "[O III] 4363", 4364.44),
    Line.from_vacuum("heii4686", "He II 4686", 4687.02),
    Line.from_vacuum("hbeta", "Hβ", 4862.68),
    Line.from_vacuum("oiii4959", "[O III] 4959", 4960.30),
    Line.from_vacuum("oiii5007", "[O III] 5007", 5008.24),
    Line.from_vacuum("mgb", "Mg b", 5176.63),
    Line.from_vacuum("hei5876", "He I 5876", 5877.25),
    Line.from_vacuum("nad", "Na D", 5895.60),
    Line.from_vacuum("oi6300", "[O I] 6300", 6302.05),
    Line.from_vacuum("oi6364", "[O I] 6364", 6365.54),
    Line.from_vacuum("nii6548", "[N II] 6548", 6549.86),
    Line.from_vacuum("halpha", "Hα", 6564.61),
    Line.from_vacuum("nii6583", "[N II] 6583", 6585.27),
    Line.from_vacuum("sii6716", "[S II] 6716", 6718.29),
    Line.from_vacuum("sii6731", "[S II] 6731", 6732.68),
    Line.from_vacuum("ariii7136", "[Ar III] 7136", 7137.76),
)


def lines_reaching(low_aa: float, high_aa: float) -> tuple[Line, ...]:
    """Lines of the page whose core, ±150 km/s round the centre, reaches into a stretch.

    Parameters
    ----------
    low_aa, high_aa
        Its ends, vacuum Å at rest. A line at an edge belongs to both sides, as its flux does.
    """
    reach = 1 + _CORE_KMS / SPEED_OF_LIGHT_KMS
    return tuple(
        line for line in PAGE_LINES if low_aa <= line.wave_vac_aa * reach
        and line.wave_vac_aa <= high_aa * reach
    )  # fmt: skip


def velocity_mask(wave_vac_aa: np.ndarray, lines: Iterable[Line], v_kms: float) -> np.ndarray:
    """Which pixels lie within a velocity of any line.

    ``|λ - λ_l| ≤ λ_l · v / c`` (O25, filtered scores, v = 250 km/s), both in vacuum.

    Parameters
    ----------
    wave_vac_aa
        (D,) rest-frame vacuum wavelengths, Å.
    lines
        The lines, by their vacuum wavelengths.
    v_kms
        Half width of each window, km/s, at least 0.

    Returns
    -------
    (D,) bool, True inside a window.

    Raises
    ------
    ValueError
        v_kms is negative or not finite.
    """
    if not (np.isfinite(v_kms) and v_kms >= 0):
        raise ValueError(f"v_kms must be at least 0, got {v_kms}")
    wave = np.asarray(wave_vac_aa, dtype=np.float64)
    inside = np.zeros(wave.shape, dtype=bool)
    for line in lines:
        inside |= np.abs(wave - line.wave_vac_aa) <= line.wave_vac_aa * v_kms / SPEED_OF_LIGHT_KMS
    return inside
